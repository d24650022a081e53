/** The refusal in an answer of the intake, for the operator's list. */
import type { RefusedCaller } from '../core/refused-caller.ts'
import type { IncomingRequest } from '../bitrix24/wire/request.ts'
import { networkOf } from '../edge/callers/network-of.ts'
import type { IntakeAnswer } from '../edge/intake-answer.ts'

/** The refused caller of an answer; null when the caller was let through, or the relay itself is at fault. */
export function refusedCallerOf(
  request: IncomingRequest,
  answer: IntakeAnswer,
  { address, at }: { readonly address: string; readonly at: number },
): RefusedCaller | null {
  if (answer.kind !== 'refused') return null
  const { code, reason = null } = answer
  if (code === 'portal_full' || code === 'not_stored' || code === 'too_many_hints') return null
  const { kind, memberId } = request
  return { at, network: networkOf(address), memberId, request: kind, reason: reason ?? code }
}
