/** The refusal in an answer of the intake, for the operator's list. */
import type { Context } from 'hono'
import type { RefusedCaller } from '../core/refused-caller.ts'
import { networkOf } from '../edge/callers/network-of.ts'
import type { IntakeAnswer } from '../edge/intake-answer.ts'
import type { IntakeDeps } from '../edge/intake-deps.ts'
import { clientAddress } from './client-address.ts'

/** The kind of a request and the portal that it names; null when it names none. */
type RefusedRequest = Pick<RefusedCaller, 'memberId'> & { readonly kind: RefusedCaller['request'] }

/** The refused caller of an answer; null when the caller was let through, or the relay itself is at fault. */
export function refusedCallerOf(
  { kind, memberId }: RefusedRequest,
  answer: IntakeAnswer,
  { address, at }: { readonly address: string; readonly at: number },
): RefusedCaller | null {
  if (answer.kind !== 'refused') return null
  const { code, reason = null } = answer
  if (code === 'portal_full' || code === 'not_stored' || code === 'too_many_hints') return null
  return { at, network: networkOf(address), memberId, request: kind, reason: reason ?? code }
}

/** Enters the caller whom an answer refuses into the operator's list, in the background. */
export function noteAnswer(
  c: Context,
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  { request, answer }: { readonly request: RefusedRequest; readonly answer: IntakeAnswer },
): void {
  const source = { address: clientAddress(c.req.raw), at: world.now() }
  const refused = refusedCallerOf(request, answer, source)
  if (refused !== null) c.executionCtx.waitUntil(callers.noteRefusedCaller(refused))
}

/** Enters a caller into the list whose request was refused before it named a portal that could be asked. */
export function noteUnnamedCaller(
  c: Context,
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  { request, reason }: Pick<RefusedCaller, 'request' | 'reason'>,
): void {
  const network = networkOf(clientAddress(c.req.raw))
  const refused = { at: world.now(), network, memberId: null, request, reason }
  c.executionCtx.waitUntil(callers.noteRefusedCaller(refused))
}
