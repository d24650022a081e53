/**
 * Sends one delivery: the only place from which a request to a receiver leaves. The address is judged
 * again here, redirects are not followed, one timeout bounds request and answer, and at most 8 KiB of
 * the answer are read. Whatever happens is an outcome; nothing is thrown.
 */
import { checkAddress, type AddressPolicy } from '../core/address.ts'
import { describeError, redactText } from '../core/redact.ts'
import type { Fetch } from '../core/fetch.ts'
import type { DeliveryOutcome } from '../core/outcome.ts'
import type { Answer, Delivery, Destination, OutgoingRequest } from './destination.ts'

/** The most that is read of a receiver's answer. */
export const MAX_ANSWER_BYTES = 8192

/** What sending needs from the outside. */
export interface SendOptions {
  readonly fetch: Fetch
  /** Unix milliseconds. */
  readonly now: () => number
  /** Bounds the whole exchange, the reading of the answer included. */
  readonly timeoutMs: number
  readonly policy: AddressPolicy
}

interface Exchange {
  readonly answer: Answer
  /** True when the answer was longer than what was read of it. */
  readonly isCut: boolean
}

/** Prepares, sends and judges one delivery. Never throws; the detail of the outcome is redacted. */
export async function sendDelivery(
  destination: Destination,
  delivery: Delivery,
  options: SendOptions,
): Promise<DeliveryOutcome> {
  try {
    return await trySend(destination, delivery, options)
  } catch (error) {
    // A renderer or a judge that throws is a bug of ours with this one message; trying again would
    // only repeat it, and a poison event must not stop the lane.
    return rejected('cannot_render', {
      scope: 'message',
      detail: redactText(describeError(error), destination.secrets),
    })
  }
}

async function trySend(
  destination: Destination,
  delivery: Delivery,
  options: SendOptions,
): Promise<DeliveryOutcome> {
  const request = await destination.prepare(delivery, options.now())
  const address = checkAddress(request.url, options.policy)
  if (!address.ok) {
    return rejected('refused_address', { scope: 'endpoint', detail: address.error })
  }
  const exchange = await post({ ...request, url: address.value.href }, options)
  if (typeof exchange === 'string') {
    return { kind: 'unreachable', reason: exchange, status: null, retryAfterMs: null, detail: null }
  }
  const outcome = destination.judge(exchange.answer, options.now())
  return redactDetail(outcome, exchange, destination.secrets)
}

/** One POST within the timeout; a string is the reason why there is no answer. */
async function post(
  { url, headers, body }: OutgoingRequest,
  { fetch, timeoutMs }: SendOptions,
): Promise<Exchange | 'timeout' | 'network_error'> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), timeoutMs)
  const timeout = new Promise<never>((_resolve, reject) => {
    abort.signal.addEventListener('abort', () => reject(new Error('timeout')), { once: true })
  })
  try {
    const init: RequestInit = { method: 'POST', headers, body, redirect: 'manual' }
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

async function read(response: Response, signal: AbortSignal): Promise<Exchange> {
  const { status, headers } = response
  if (response.body === null) return { answer: { status, headers, body: '' }, isCut: false }
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
  return { answer: { status, headers, body }, isCut }
}

function rejected(
  reason: string,
  { scope, detail }: { scope: 'message' | 'endpoint'; detail: string },
): DeliveryOutcome {
  return { kind: 'rejected', scope, reason, status: null, probe: scope === 'message', detail }
}

function redactDetail(
  outcome: DeliveryOutcome,
  { isCut }: Exchange,
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
