/**
 * Sends one parcel: every request to a receiver leaves from here. The address is checked again, redirects
 * are not followed, one timeout limits request and answer together, and at most 8 KiB of the answer are
 * read. Every failure is an outcome, too; nothing is thrown.
 */
import { BoundedMap } from '../core/bounded-map.ts'
import type { Fetch } from '../core/fetch.ts'
import type { DeliveryOutcome } from '../core/lanes/state/outcome.ts'
import type { ReceiverMemory } from '../core/lanes/state/receiver-memory.ts'
import { err, ok, type Result } from '../core/result.ts'
import { checkAddress, type AddressPolicy, type AddressReason } from '../core/safety/address.ts'
import { describeError, redactText } from '../core/safety/redact.ts'
import { AnswerBody, MAX_ANSWER_BYTES, MAX_BODY_WAIT_MS } from './answers/answer-body.ts'
import { unusableEndpoint, failedMessage, unanswered } from './answers/outcomes.ts'
import { parseRetryAfter } from './answers/retry-after.ts'
import type { Answer, OutgoingRequest, Parcel, Receiver, AnswerVerdict } from './receiver.ts'

/** The most addresses that are remembered for one policy. */
const MAX_ALLOWED = 100

/** The things that sending needs from the outside. */
export interface SendOptions {
  readonly fetch: Fetch
  /** Unix milliseconds. */
  readonly now: () => number
  /** The longest time of one request with its answer. */
  readonly timeoutMs: number
  /** The receiver's memory: everything that its earlier answers asked to be remembered. */
  readonly memory: ReceiverMemory
}

/** The outcome of one parcel, and the memory for the next one. */
export interface Sent {
  readonly outcome: DeliveryOutcome
  readonly memory: ReceiverMemory
}

/**
 * Prepares, sends and judges one parcel. A receiver with a handshake is asked for its permission first; a
 * receiver that names another place is followed there once. Secrets are taken out of the outcome's detail.
 */
export async function sendParcel(
  receiver: Receiver,
  parcel: Parcel,
  options: SendOptions,
): Promise<Sent> {
  const { memory } = options
  try {
    return await trySend(receiver, parcel, options)
  } catch (error) {
    // A layout or a judge that throws is a bug of ours with this one message. Trying again would repeat it,
    // and the lane would never pass this event.
    const detail = redactText(describeError(error), receiver.secrets)
    return { outcome: failedMessage(detail), memory }
  }
}

async function trySend(receiver: Receiver, parcel: Parcel, options: SendOptions): Promise<Sent> {
  const permitted = await askForPermission(receiver, options)
  if (!permitted.ok) return { outcome: permitted.error, memory: options.memory }
  const memory = permitted.value
  const first = await sendOnce(receiver, parcel, { ...options, memory })
  if (first.kind !== 'moved') return { outcome: first, memory: keepPermission(first, memory) }
  const moved = { ...memory, movedTo: first.to }
  const second = await sendOnce(receiver, parcel, { ...options, memory: moved })
  if (second.kind !== 'moved') return { outcome: second, memory: moved }
  // A receiver that names a third place is followed there by the next attempt.
  return { outcome: unanswered('moved'), memory: { ...moved, movedTo: second.to } }
}

/** The memory to send with; the outcome when the receiver did not give its permission. */
async function askForPermission(
  receiver: Receiver,
  options: SendOptions,
): Promise<Result<ReceiverMemory, DeliveryOutcome>> {
  const { handshake, secrets } = receiver
  const { memory } = options
  if (handshake === null || !handshake.isDue({ now: options.now(), memory })) return ok(memory)
  const request = handshake.request()
  // Status and headers give the permission.
  const answer = await exchange(request, receiver, {
    ...options,
    needsBody: false,
    showsSuccess: () => true,
  })
  if (!answer.ok) return answer
  const permitted = handshake.judge(answer.value, { now: options.now(), memory })
  return permitted.ok ? permitted : err(redactDetail(permitted.error, answer.value, secrets))
}

/** A receiver that answers 401 or 403 may have forgotten its permission: the next attempt asks again. */
function keepPermission(outcome: DeliveryOutcome, memory: ReceiverMemory): ReceiverMemory {
  const isRefused = outcome.status === 401 || outcome.status === 403
  return isRefused && memory.grantedAt !== null ? { ...memory, grantedAt: null } : memory
}

async function sendOnce(
  receiver: Receiver,
  parcel: Parcel,
  options: SendOptions,
): Promise<AnswerVerdict> {
  const { memory } = options
  const { needsBody } = receiver
  const request = await receiver.prepare(parcel, { now: options.now(), memory })
  const showsSuccess = (part: Answer) => receiver.judge(part, options.now()).kind === 'delivered'
  const answer = await exchange(request, receiver, { ...options, needsBody, showsSuccess })
  if (!answer.ok) return answer.error
  const verdict = receiver.judge(answer.value, options.now())
  if (verdict.kind === 'moved') return verdict
  const movedTo = memory.movedTo === null ? [] : [memory.movedTo]
  return redactDetail(verdict, answer.value, [...receiver.secrets, ...movedTo])
}

/** The options of one exchange. */
interface ExchangeOptions extends SendOptions {
  /** Whether an answer shows a success already, whatever the rest of its body is. */
  readonly showsSuccess: (part: Answer) => boolean
  /** Whether the outcome may depend on the body. */
  readonly needsBody: boolean
}

/**
 * Makes one request, unless its address must not be called, and gives the answer. Where there is none, the
 * outcome says why.
 *
 * A body may break off or never end. The answer counts nevertheless in two cases: the part that has come shows a
 * success, since the receiver has the message and would get it twice; or its status alone decides.
 */
async function exchange(
  request: OutgoingRequest,
  { policy }: Pick<Receiver, 'policy'>,
  options: ExchangeOptions,
): Promise<Result<Answer, DeliveryOutcome>> {
  const address = hrefOf(request.url, policy)
  if (!address.ok) return err(unusableEndpoint('refused_address', address.error))
  const { answer, failure } = await post({ ...request, url: address.value }, options)
  if (answer === null || (failure !== null && options.needsBody && !options.showsSuccess(answer))) {
    // The header of the answer counts even where the rest was lost: it says for how long the receiver wants to be
    // left alone.
    const wish = answer?.headers.get('retry-after') ?? null
    return err(unanswered(failure ?? 'network_error', parseRetryAfter(wish, options.now())))
  }
  return ok(answer)
}

/** For each policy the addresses that it lets through, with the form in which each is called: decided once. */
const ALLOWED = new WeakMap<AddressPolicy, BoundedMap<string>>()

function hrefOf(url: string, policy: AddressPolicy): Result<string, AddressReason> {
  const allowed = ALLOWED.get(policy) ?? new BoundedMap(MAX_ALLOWED)
  const known = allowed.get(url)
  if (known !== undefined) return ok(known)
  const address = checkAddress(url, policy)
  if (!address.ok) return address
  allowed.set(url, address.value.href)
  ALLOWED.set(policy, allowed)
  return ok(address.value.href)
}

/** The part of an answer that has come, and the reason why the rest has not. */
interface Received {
  /** Null when no status came. */
  readonly answer: Answer | null
  /** Null when the answer is whole, or as much of it as is ever read. */
  readonly failure: 'timeout' | 'network_error' | null
}

/** Makes one request within the timeout. */
async function post(
  { method = 'POST', url, headers, body: content }: OutgoingRequest,
  options: ExchangeOptions,
): Promise<Received> {
  const { fetch } = options
  const abort = new AbortController()
  const body = new AnswerBody()
  let response: Response | null = null
  const part = (): Answer | null => response && answerOf(response, body, true)
  const end = (): void => {
    abort.abort()
    body.cancel()
  }
  const sent = { ...(method === 'POST' && { body: content }), redirect: 'manual' } as const
  const exchanged = async (): Promise<Answer> => {
    response = await fetch(url, { method, headers, ...sent, signal: abort.signal })
    abort.signal.throwIfAborted()
    // The connection can be used again once a body has ended, so an ordinary one is read to its end.
    await body.read(response, options)
    return answerOf(response, body, body.isFull)
  }
  const limit = startLimit(part, { ...options, end })
  try {
    // A fetch or a stream may ignore the signal (docs/cloudflare.md#fetch), so the limit also ends the wait.
    return { answer: await Promise.race([exchanged(), limit.enough]), failure: null }
  } catch {
    // Refused, reset, unresolved, cut in the middle: a lane treats all of them alike. The messages of these
    // errors differ between platforms and may hold the URL (docs/cloudflare.md#fetch), so none is looked at.
    return { answer: part(), failure: abort.signal.aborted ? 'timeout' : 'network_error' }
  } finally {
    limit.stop()
  }
}

/** The limits of one exchange. */
interface Limit {
  /** The part of the answer that is enough, when nothing more is waited for; rejects at the timeout. */
  readonly enough: Promise<Answer>
  readonly stop: () => void
}

/**
 * Limits an exchange with one timer, since each costs more than a comparison. It looks every half second whether the
 * part of the answer that has come shows a success, and then `end` is called, as at the timeout.
 */
function startLimit(
  part: () => Answer | null,
  { timeoutMs, showsSuccess, end }: ExchangeOptions & { readonly end: () => void },
): Limit {
  const { promise: enough, resolve, reject } = Promise.withResolvers<Answer>()
  let leftMs = timeoutMs
  let timer: ReturnType<typeof setTimeout>
  const look = (): void => {
    try {
      const answer = part()
      if (answer !== null && isSuccessStatus(answer) && showsSuccess(answer)) resolve(answer)
      else if (leftMs > 0) return wait()
      else reject(new Error('timeout'))
    } catch (error) {
      // A judge that throws here throws once more when it judges the part that has come.
      reject(error)
    }
    end()
  }
  const wait = (): void => {
    const ms = Math.min(leftMs, MAX_BODY_WAIT_MS)
    leftMs -= ms
    timer = setTimeout(look, ms)
  }
  wait()
  return { enough, stop: () => clearTimeout(timer) }
}

function isSuccessStatus({ status }: Pick<Answer, 'status'>): boolean {
  return status >= 200 && status <= 299
}

function answerOf({ status, headers }: Response, body: AnswerBody, isCut: boolean): Answer {
  return { status, headers, body: body.text(), isCut }
}

function redactDetail(
  outcome: DeliveryOutcome,
  { isCut }: Answer,
  secrets: readonly string[],
): DeliveryOutcome {
  if (outcome.kind === 'delivered' || outcome.detail === null) return outcome
  if (!isCut) return { ...outcome, detail: redactText(outcome.detail, secrets) }
  // A secret of which the cut left only the beginning cannot be recognised. It stands at the end, and is at
  // most three times as long as the secret, when it is percent-encoded. So this much is taken off the end,
  // after the other secrets have been masked, as this second cut must not go through one of them.
  const whole = redactText(outcome.detail, secrets, MAX_ANSWER_BYTES)
  const longest = Math.max(0, ...secrets.map((secret) => secret.length))
  const safe = whole.slice(0, Math.max(0, whole.length - 3 * longest))
  return { ...outcome, detail: redactText(safe, secrets) }
}
