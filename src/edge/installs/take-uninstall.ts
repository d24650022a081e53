/**
 * The end of an installation. An event in the spill was acknowledged before, so the edge brings it to the portal's
 * object first: afterwards no token is trusted any more.
 */
import type { UninstallRequest } from '../../bitrix24/wire/request.ts'
import { describeError } from '../../core/safety/redact.ts'
import { withTimeout } from '../../storage/with-timeout.ts'
import type { Caller } from '../callers/callers.ts'
import { ACCEPTED, refuse, type IntakeAnswer } from '../intake-answer.ts'
import type { IntakeDeps } from '../intake-deps.ts'
import { drainSpill, type DrainDeps } from '../spill/drain.ts'
import { replayRefused } from '../spill/replay-refused.ts'
import { spillRequest } from '../spill/spill.ts'
import { logUnreachable, STORE_BUDGET_MS, tryTwice } from '../two-tries.ts'

/** Ends an installation. */
export async function takeUninstall(
  deps: IntakeDeps,
  caller: Caller,
  { request, receivedAt }: { request: UninstallRequest; receivedAt: number },
): Promise<IntakeAnswer> {
  const { clientOf, world } = deps
  const { memberId, tokenHash } = caller
  const receipt = world.newReceipt()
  // An event in the spill was acknowledged, so it has to be in the log before the tokens are deleted.
  if (caller.isTrusted) await emptyInTime(deps, memberId, (drain) => drainSpill(drain, memberId))
  // The time is fixed now. A spilled uninstall without a time would otherwise count from its drain, and end an
  // installation that came after it.
  const ts = request.ts ?? Math.floor(receivedAt / 1000)
  const call = { tokenHash, ts, clean: request.clean, receivedAt }
  const tried = await tryTwice(() => clientOf(memberId).uninstall(call), world.now)
  if (!tried.ok) {
    logUnreachable(world, memberId, tried.error.error)
    const spilled = { kind: 'uninstall', call } as const
    return spillRequest(deps, caller, { receivedAt, receipt, spilled })
  }
  deps.callers.memory.forget(memberId)
  switch (tried.value.kind) {
    case 'accepted':
      // Requests that were refused before are handed over as well: the object drops and counts them.
      if (request.clean)
        await emptyInTime(deps, memberId, (drain) => replayRefused(drain, memberId))
      return ACCEPTED
    case 'untrusted':
      return refuse('untrusted', deps.config)
  }
}

/**
 * Drains the portal's requests out of KV. The work has only as much time as the storing of one event: a drain that
 * hangs must not hold the uninstall back.
 */
async function emptyInTime(
  { clientOf, spill, world }: IntakeDeps,
  memberId: string,
  work: (drain: DrainDeps) => Promise<unknown>,
): Promise<void> {
  try {
    await withTimeout(
      work({ clientOf, spill, logLine: world.logLine, now: world.now }),
      STORE_BUDGET_MS,
    )
  } catch (error) {
    world.logLine('warn', 'spill_kept', { memberId, error: describeError(error) })
  }
}
