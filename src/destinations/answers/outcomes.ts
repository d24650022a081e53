/** The outcomes that judges give, so that each of them is built in one way. */
import type { DeliveryOutcome } from '../../core/lanes/outcome.ts'
import type { Answer } from '../receiver.ts'
import { parseRetryAfter } from './retry-after.ts'

/** The receiver has it; `holdMs` is how long it asks for no further message, 0 when it does not. */
export function delivered({ status }: Answer, holdMs = 0): DeliveryOutcome {
  return { kind: 'delivered', status, ...(holdMs > 0 && { holdMs }) }
}

/** A transient failure; `retryAfterMs` comes from the header unless the receiver tells it elsewhere. */
export function unreachable(
  answer: Answer,
  now: number,
  {
    reason = statusReason(answer.status),
    retryAfterMs = null,
  }: { reason?: string; retryAfterMs?: number | null } = {},
): DeliveryOutcome {
  return {
    kind: 'unreachable',
    reason,
    status: answer.status,
    retryAfterMs: parseRetryAfter(answer.headers.get('retry-after'), now) ?? retryAfterMs,
    detail: detailOf(answer, reason),
  }
}

/** The receiver will never take this message; the next one may pass. */
export function messageRejected(answer: Answer, reason: string): DeliveryOutcome {
  const { status } = answer
  return {
    kind: 'rejected',
    scope: 'message',
    reason,
    status,
    probe: true,
    detail: detailOf(answer, reason),
  }
}

/** The receiver will take no message; `probe` tells whether a daily try makes sense. */
export function endpointRejected(
  answer: Answer,
  { reason, probe }: { reason: string; probe: boolean },
): DeliveryOutcome {
  const { status } = answer
  return {
    kind: 'rejected',
    scope: 'endpoint',
    reason,
    status,
    probe,
    detail: detailOf(answer, reason),
  }
}

/** The reason code of a status that nothing better is known about. */
export function statusReason(status: number): string {
  if (status >= 300 && status <= 399) return 'redirect'
  return status === 429 ? 'rate_limited' : `http_${status}`
}

/** What else the receiver said; nothing when it only repeats the reason. */
function detailOf({ body }: Answer, reason: string): string | null {
  const text = body.trim()
  return text === '' || text === reason ? null : text
}
