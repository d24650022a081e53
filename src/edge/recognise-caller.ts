/**
 * Asks a portal's object about a caller without handing the request over. This is needed when nothing of the request
 * is stored, and when it is too costly to be decoded for a stranger.
 */
import { logUnreachable, tryTwice } from './two-tries.ts'
import type { Caller } from './callers/callers.ts'
import { ACCEPTED, NOT_STORED, refuse, type IntakeAnswer } from './intake-answer.ts'
import type { IntakeDeps } from './intake-deps.ts'

/**
 * Answers `ACCEPTED` for a caller whom the edge or the portal's object knows, and otherwise the refusal that he gets.
 */
export async function recogniseCaller(
  {
    clientOf,
    callers,
    config,
    world,
  }: Pick<IntakeDeps, 'clientOf' | 'callers' | 'config' | 'world'>,
  caller: Caller,
): Promise<IntakeAnswer> {
  if (caller.isTrusted) return ACCEPTED
  const { memberId, tokenHash } = caller
  const tried = await tryTwice(() => clientOf(memberId).recognises(tokenHash), world.now)
  if (!tried.ok) {
    logUnreachable(world, memberId, tried.error.error)
    return NOT_STORED
  }
  const trusted = tried.value
  callers.memory.remember(caller, { trusted, now: world.now() })
  return trusted ? ACCEPTED : refuse('untrusted', config)
}
