/**
 * Sends one parcel: the only place from which a request to a receiver leaves. The address is judged
 * again here, redirects are not followed, one timeout bounds request and answer, and at most 8 KiB of
 * the answer are read. Whatever happens is an outcome; nothing is thrown.
 */
import { checkAddress, type AddressPolicy } from '../core/safety/address.ts'
import { describeError, redactText } from '../core/safety/redact.ts'
import type { Fetch } from '../core/fetch.ts'
import type { DeliveryOutcome } from '../core/lanes/outcome.ts'
import type { ReceiverMemory } from '../core/lanes/receiver-memory.ts'
import { err, ok, type Result } from '../core/result.ts'
import { endpointUnusable, messageUnsent, unanswered } from './answers/outcomes.ts'
import type { Answer, Receiver, OutgoingRequest, Parcel, Verdict } from './receiver.ts'

/** The most that is read of a receiver's answer. */
export const MAX_ANSWER_BYTES = 8192

/** What sending needs from the outside. */
export interface SendOptions {
  readonly fetch: Fetch
  /** Unix milliseconds. */
  readonly now: () => number
  /** Bounds each exchange, the reading of the answer included. */
  readonly timeoutMs: number
  /** What the receiver asked to be remembered by earlier answers. */
  readonly memory: ReceiverMemory
}

/** What became of one delivery, and what is to be remembered for the next one. */
export interface Sent {
  readonly outcome: DeliveryOutcome
  readonly memory: ReceiverMemory
}

/**
 * Prepares, sends and judges one parcel; asks for leave first where the receiver wants it, and follows it
 * once to another place that it names. Never throws; the detail of the outcome is redacted.
 */
export async function sendParcel(
  destination: Receiver,
  parcel: Parcel,
  options: SendOptions,
): Promise<Sent> {
  const { memory } = options
  try {
    return await trySend(destination, parcel, options)
  } catch (error) {
    // A renderer or a judge that throws is a bug of ours with this one message; trying again would
    // only repeat it, and a poison event must not stop the lane.
    const detail = redactText(describeError(error), destination.secrets)
    return { outcome: messageUnsent('cannot_render', detail), memory }
  }
}

async function trySend(destination: Receiver, parcel: Parcel, options: SendOptions): Promise<Sent> {
  const granted = await askForLeave(destination, options)
  if (!granted.ok) return { outcome: granted.error, memory: options.memory }
  const memory = granted.value
  const first = await sendOnce(destination, parcel, { ...options, memory })
  if (first.kind !== 'moved') return { outcome: first, memory: keepLeave(first, memory) }
  const moved = { ...memory, movedTo: first.to }
  const second = await sendOnce(destination, parcel, { ...options, memory: moved })
  // A receiver that sends us on a second time is believed with the next attempt.
  const outcome: DeliveryOutcome = second.kind === 'moved' ? unanswered('moved') : second
  return { outcome, memory: second.kind === 'moved' ? { ...moved, movedTo: second.to } : moved }
}

/** A receiver that refuses the sender may have forgotten its leave: it is asked again with the next attempt. */
function keepLeave(outcome: DeliveryOutcome, memory: ReceiverMemory): ReceiverMemory {
  const isRefused = outcome.status === 401 || outcome.status === 403
  return isRefused && memory.grantedAt !== null ? { ...memory, grantedAt: null } : memory
}

/** The memory to send with; the outcome when leave was not given. */
async function askForLeave(
  { handshake, policy, secrets }: Receiver,
  options: SendOptions,
): Promise<Result<ReceiverMemory, DeliveryOutcome>> {
  const { memory } = options
  if (handshake === null || !handshake.isDue({ now: options.now(), memory })) return ok(memory)
  const exchange = await exchangeWith(handshake.request(), policy, options)
  if (!exchange.ok) return exchange
  const leave = handshake.judge(exchange.value, { now: options.now(), memory })
  return leave.ok ? leave : err(redactDetail(leave.error, exchange.value, secrets))
}

async function sendOnce(
  destination: Receiver,
  parcel: Parcel,
  options: SendOptions,
): Promise<Verdict> {
  const { memory } = options
  const request = await destination.prepare(parcel, { now: options.now(), memory })
  const exchange = await exchangeWith(request, destination.policy, options)
  if (!exchange.ok) return exchange.error
  const verdict = destination.judge(exchange.value, options.now())
  if (verdict.kind === 'moved') return verdict
  const movedTo = memory.movedTo === null ? [] : [memory.movedTo]
  return redactDetail(verdict, exchange.value, [...destination.secrets, ...movedTo])
}

/** One request to an address that is judged again; without an answer the outcome says why. */
async function exchangeWith(
  request: OutgoingRequest,
  policy: AddressPolicy,
  options: SendOptions,
): Promise<Result<Answer, DeliveryOutcome>> {
  const address = checkAddress(request.url, policy)
  if (!address.ok) return err(endpointUnusable('refused_address', address.error))
  const exchange = await post({ ...request, url: address.value.href }, options)
  return typeof exchange === 'string' ? err(unanswered(exchange)) : ok(exchange)
}

/** One request within the timeout; a string is the reason why there is no answer. */
async function post(
  { method = 'POST', url, headers, body }: OutgoingRequest,
  { fetch, timeoutMs }: SendOptions,
): Promise<Answer | 'timeout' | 'network_error'> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), timeoutMs)
  const timeout = new Promise<never>((_resolve, reject) => {
    abort.signal.addEventListener('abort', () => reject(new Error('timeout')), { once: true })
  })
  try {
    const content = method === 'POST' ? { body } : {}
    const init: RequestInit = { method, headers, ...content, redirect: 'manual' }
    // Raced as well as aborted: neither a fetch nor a stream is trusted to obey the signal.
    return await Promise.race([
      fetch(url, { ...init, signal: abort.signal }).then((response) =>
        read(response, abort.signal),
      ),
      timeout,
    ])
  } catch {
    // Refused, reset, unresolved, cut in the middle: all the same to a lane. Messages of platforms
    // differ and may hold the URL, so none is looked at.
    return abort.signal.aborted ? 'timeout' : 'network_error'
  } finally {
    clearTimeout(timer)
  }
}

async function read(response: Response, signal: AbortSignal): Promise<Answer> {
  const { status, headers } = response
  if (response.body === null) return { status, headers, body: '', isCut: false }
  const reader = response.body.getReader()
  const cancel = (): void => {
    // Cancelling a stream that broke already fails; there is nothing left to free then.
    reader.cancel().catch(() => undefined)
  }
  signal.addEventListener('abort', cancel, { once: true })
  const bytes = new Uint8Array(MAX_ANSWER_BYTES)
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    const part = value.subarray(0, MAX_ANSWER_BYTES - length)
    bytes.set(part, length)
    length += part.length
    if (length === MAX_ANSWER_BYTES) break
  }
  const isCut = length === MAX_ANSWER_BYTES
  if (isCut) cancel()
  const body = new TextDecoder().decode(bytes.subarray(0, length))
  return { status, headers, body, isCut }
}

function redactDetail(
  outcome: DeliveryOutcome,
  { isCut }: Answer,
  secrets: readonly string[],
): DeliveryOutcome {
  if (outcome.kind === 'delivered' || outcome.detail === null) return outcome
  if (!isCut) return { ...outcome, detail: redactText(outcome.detail, secrets) }
  // A secret that the cut went through cannot be recognised. Its rest stands at the end, and is at most
  // three times as long as the secret when it is percent-encoded. Taken off after the others have been
  // masked, so that this cut goes through none of them.
  const whole = redactText(outcome.detail, secrets, MAX_ANSWER_BYTES)
  const longest = Math.max(0, ...secrets.map((secret) => secret.length))
  const safe = whole.slice(0, Math.max(0, whole.length - 3 * longest))
  return { ...outcome, detail: redactText(safe, secrets) }
}
