/** The only makers of outcomes, so that each kind of outcome is built in one way. */
import type { DeliveryOutcome, OutcomeReason } from '../../core/lanes/state/outcome.ts'
import type { Answer } from '../receiver.ts'
import { parseRetryAfter } from './retry-after.ts'

/** The receiver has the message; `holdMs` is how long it asks for no further one, 0 when it does not. */
export function delivered({ status }: Answer, holdMs = 0): DeliveryOutcome {
  return { kind: 'delivered', status, ...(holdMs > 0 && { holdMs }) }
}

/** The receiver answered with a trouble that may pass. Its Retry-After header wins over `retryAfterMs`. */
export function unreachable(
  answer: Answer,
  now: number,
  {
    reason = statusReason(answer.status),
    retryAfterMs = null,
  }: { reason?: OutcomeReason; retryAfterMs?: number | null } = {},
): DeliveryOutcome {
  const { status } = answer
  const wished = parseRetryAfter(answer.headers.get('retry-after'), now)
  const detail = detailOf(answer, reason)
  return { kind: 'unreachable', reason, status, retryAfterMs: wished ?? retryAfterMs, detail }
}

/**
 * No answer came that settles the message: none at all, one that was cut, or the order to send it to yet
 * another place. `retryAfterMs` is the wait that a cut answer asked for.
 */
export function unanswered(
  reason: 'timeout' | 'network_error' | 'moved',
  retryAfterMs: number | null = null,
): DeliveryOutcome {
  return { kind: 'unreachable', reason, status: null, retryAfterMs, detail: null }
}

/** The receiver will never take this message; it may take the next one. */
export function messageRejected(answer: Answer, reason: OutcomeReason): DeliveryOutcome {
  const { status } = answer
  const detail = detailOf(answer, reason)
  return { kind: 'rejected', scope: 'message', reason, status, probe: true, detail }
}

/** The message could not be made, so nothing was sent; the next message may pass. */
export function failedMessage(detail: string): DeliveryOutcome {
  const reason = 'cannot_render'
  return { kind: 'rejected', scope: 'message', reason, status: null, probe: true, detail }
}

/** The receiver will take no message at all; `probe` tells whether a daily try makes sense. */
export function endpointRejected(
  answer: Answer,
  { reason, probe }: { reason: OutcomeReason; probe: boolean },
): DeliveryOutcome {
  const { status } = answer
  const detail = detailOf(answer, reason)
  return { kind: 'rejected', scope: 'endpoint', reason, status, probe, detail }
}

/** Nothing was sent, as the settings of the destination allow no sending; only new settings help. */
export function unusableEndpoint(
  reason: 'misconfigured' | 'no_value' | 'refused_address',
  detail: string | null = null,
): DeliveryOutcome {
  return { kind: 'rejected', scope: 'endpoint', reason, status: null, probe: false, detail }
}

/** The reason for a status of which nothing better is known. */
export function statusReason(status: number): OutcomeReason {
  if (status >= 300 && status <= 399) return 'redirect'
  return status === 429 ? 'rate_limited' : `http_${status}`
}

/** The receiver's own text; null when there is none, or when it only repeats the reason. */
function detailOf({ body }: Answer, reason: OutcomeReason): string | null {
  const text = body.trim()
  return text === '' || text === reason ? null : text
}
