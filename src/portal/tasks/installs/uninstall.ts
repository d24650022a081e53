/**
 * The end of an installation. A notice of it is only a claim of somebody who knows the application token, so
 * the portal is asked first (installs/uninstall-notices.ts). Then uninstaller.ts deletes what the installation has
 * left.
 */
import { isRepeatedUninstall } from '../../../core/access/ended-tokens.ts'
import { clampTs, isLateUninstall } from '../../../core/access/installs/lifecycle.ts'
import { isCurrentToken } from '../../../core/access/token-hashes.ts'
import type { DecidedUninstall, UninstallCall } from '../../installs/uninstall-notices.ts'
import type { PortalParts } from '../../parts.ts'
import { waitAtMost } from '../../wait-at-most.ts'

/** The parts that the end of an installation concerns. */
export type EndParts = Pick<
  PortalParts,
  'memberId' | 'state' | 'world' | 'mirror' | 'uninstaller' | 'bulletins' | 'scheduler'
>

/** The parts that the notice of an uninstall concerns. */
type NoticeParts = EndParts & Pick<PortalParts, 'uninstallNotices'>

/** The answer to the notice of an uninstall. */
export interface UninstallAnswer {
  readonly kind: 'accepted' | 'untrusted'
}

/**
 * The time for which the answer to a notice waits for the portal's word, in milliseconds. The edge gives the whole
 * call a second, and the word is as good when it comes after the answer.
 */
const ANSWER_PATIENCE_MS = 700

/**
 * Takes the notice of an uninstall from the holder of the current application token. A former token ends
 * nothing, and a notice that is older than the install changes nothing. A notice that is said again is accepted
 * again: its first answer may have been lost.
 */
export async function uninstallPortal(
  parts: NoticeParts,
  call: UninstallCall,
): Promise<UninstallAnswer> {
  const { state, world, uninstallNotices } = parts
  const ts = clampTs(call.ts, world.now())
  if (!isCurrentToken(state.install(), call.tokenHash)) {
    const again = { hash: call.tokenHash, ts, receivedAt: call.receivedAt ?? null }
    return { kind: isRepeatedUninstall(state.install(), again) ? 'accepted' : 'untrusted' }
  }
  if (isLateUninstall(state.install(), ts)) return { kind: 'accepted' }
  uninstallNotices.take({ ts, clean: call.clean })
  await carryOut(parts, uninstallNotices.ask(), call.receivedAt)
  return { kind: 'accepted' }
}

/** Asks the portal about a notice that waits, when it is time for it; called by the alarm. */
export async function checkUninstall(parts: NoticeParts): Promise<void> {
  const { uninstallNotices } = parts
  if (uninstallNotices.isDue()) await carryOut(parts, uninstallNotices.ask())
}

/**
 * Carries out an uninstall as soon as it is decided. The caller waits for a moment only, and learns nothing:
 * the notice is stored, so a failure here is made good by the next question.
 */
async function carryOut(
  parts: NoticeParts,
  asked: Promise<DecidedUninstall | null>,
  receivedAt = 0,
): Promise<void> {
  const { world, scheduler } = parts
  const ended = asked.then((decided) => {
    if (decided !== null) endBy(parts, decided, receivedAt)
  })
  scheduler.background(ended)
  const over = ended.catch(() => undefined)
  await waitAtMost(over, ANSWER_PATIENCE_MS, world)
}

/** Ends the installation as it was decided, unless a reinstallation came meanwhile. */
export function endBy(
  { memberId, state, world, mirror, uninstaller, bulletins, scheduler }: EndParts,
  decided: DecidedUninstall,
  receivedAt = 0,
): void {
  // A reinstallation came between the decision and this moment.
  if (isLateUninstall(state.install(), decided.ts)) return
  const { clean, confirmed } = decided
  // Events that came while the portal was asked went into the log, and end with it. The clock of the edge may
  // be ahead of this one.
  const endedAt = Math.max(world.now(), receivedAt)
  const erased = uninstaller.end({ ts: decided.ts, clean, endedAt })
  // The bulletins of the portal go too. Only its end is told, by the step below in the same turn.
  if (clean) bulletins.clear({ isTold: true })
  world.logLine('info', 'uninstalled', { memberId, clean, confirmed, erased })
  scheduler.advance()
  scheduler.background(mirror.follow())
}
