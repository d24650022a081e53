/**
 * Looks for the caller of a request. The edge asks its own trust (`caller-trust.ts`) and the limits (`limits.ts`).
 * When it does not know the token, the portal's object is asked; and the object compares every token again. So the
 * edge's own knowledge decides two things only: whether a caller with too many refusals is let through, and whether a
 * request may be spilled when the object is silent. For an event KV is read only when one of the two is to be
 * decided: the object asks nobody, and each read is billed. A caller is charged only for what the object has refused.
 */
import { err, ok, type Result } from '../../core/result.ts'
import { hashToken } from '../../storage/token-hash.ts'
import type { IntakeDeps } from '../intake-deps.ts'
import { addressKeys } from './address-keys.ts'
import type { CallerToken } from './caller-memory.ts'
import { readTrust, recallTrust, type PresentedToken } from './caller-trust.ts'
import { chargeCaller, isUnlimitedToken, recallSpentLimit } from './limits.ts'

/** The origin of a request, and the address by which it reached the relay. */
export interface CallSource {
  /** The address of the caller, under which the rate limit counts. */
  readonly address: string
  /** The relay's own address as it was called, for example `https://relay.example.com`. */
  readonly calledUrl: string
}

/** A caller that the portal's object may be asked about. */
export interface Caller extends CallerToken {
  /** Whether the edge knows the token. If not, the object is being asked about it now. */
  readonly isTrusted: boolean
}

/**
 * The reason why a caller is not let through. `not_stored`: the object has not answered others who asked before, so
 * nobody can tell.
 */
export type CallerRefusal = 'untrusted' | 'too_many_requests' | 'not_stored'

/** The part of a request by which its caller is found. */
export interface CallerClaim {
  readonly kind: 'event' | 'uninstall' | 'notice'
  readonly memberId: string
  readonly applicationToken: string
}

/**
 * Looks for the caller of a request. A token that the object refused a moment ago is refused again. About an unknown
 * one a question to the object begins, and the caller of this function ends it by `endQuestion`. About an event of a
 * caller within the limits the object is asked at once, as long as few such questions are open; KV is read for the
 * others.
 *
 * For example, 20 requests with one wrong token come at once. Eight of them ask the object. The other twelve wait for
 * its answer, find the refusal in the memory, and are charged for it without a question of their own.
 */
export async function findCaller(
  deps: IntakeDeps,
  { kind, memberId, applicationToken: token }: CallerClaim,
  { address }: CallSource,
): Promise<Result<Caller, CallerRefusal>> {
  const { memory } = deps.callers
  const caller: CallerToken = { memberId, tokenHash: await hashToken(memberId, token) }
  const presented: PresentedToken = { ...caller, token }
  const charged = { memberId, address }
  const line = lineOf(memberId, address)
  const mayAskAtOnce =
    kind === 'event' &&
    recallTrust(deps, presented) === 'unknown' &&
    recallSpentLimit(deps, charged) === null
  if (mayAskAtOnce && memory.questions.begin(line)) return ok({ ...caller, isTrusted: false })
  const trust = await readTrust(deps, presented, address)
  if (trust === 'refused') return err('untrusted')
  if (trust === 'trusted') return ok({ ...caller, isTrusted: true })
  if (trust === 'over_limit') return err('too_many_requests')
  while (!memory.questions.begin(line)) {
    if (!(await memory.questions.answered(line))) return err('not_stored')
    const learned = memory.recall(caller, deps.world.now())
    if (learned === 'trusted') return ok({ ...caller, isTrusted: true })
    if (learned === 'refused') {
      const spent = await chargeCaller(deps, charged)
      return err(spent === null ? 'untrusted' : 'too_many_requests')
    }
    if (isUnlimitedToken(deps, token)) continue
    if (recallSpentLimit(deps, charged) === 'portal') return err('too_many_requests')
  }
  return ok({ ...caller, isTrusted: false })
}

/** Notes that the object has answered, or has not answered in time, the question about a caller. */
export function endQuestion(
  { callers }: IntakeDeps,
  { memberId }: Caller,
  { address }: CallSource,
): void {
  callers.memory.questions.end(lineOf(memberId, address))
}

/**
 * The name under which the open questions of a caller about one portal are counted. It holds the caller's address: of
 * IPv6 the first 48 bits. A caller who has these has 65,536 networks of 64 bits; if each of them were counted by
 * itself, the caller could ask eight questions at once from each.
 */
function lineOf(memberId: string, address: string): string {
  return `${addressKeys(address).at(-1) ?? address}|${memberId}`
}
