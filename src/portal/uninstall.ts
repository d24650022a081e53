/**
 * The end of an installation: its tokens and snapshots are deleted. With CLEAN=1 the log and the portal
 * values are deleted as well, with the events that wait in the log. Without CLEAN=1 the waiting events are
 * still delivered, thin.
 */
import { isRepeatedUninstall } from '../core/access/ended-tokens.ts'
import { clampTs, isLateUninstall } from '../core/access/lifecycle.ts'
import type { PortalParts } from './parts.ts'
import type { InstallEnd } from './state/portal-state.ts'

/** The content of ONAPPUNINSTALL, its token already hashed. */
export interface UninstallCall {
  readonly tokenHash: string
  /** Unix seconds of Bitrix24; null when not sent. */
  readonly ts: number | null
  readonly clean: boolean
  /** Unix milliseconds: the time of receipt at the edge. An edge of the former version does not tell it. */
  readonly receivedAt?: number
}

/**
 * Ends the installation that the token proves. An uninstall that is older than the install changes nothing,
 * and one that is said again is accepted again: its first answer may have been lost.
 */
export function uninstallPortal(
  parts: PortalParts,
  call: UninstallCall,
): { kind: 'accepted' | 'untrusted' } {
  const { memberId, trust, state, world, mirror, scheduler } = parts
  const ts = clampTs(call.ts, world.now())
  if (!trust.isApplicationToken(call.tokenHash)) {
    const again = { hash: call.tokenHash, ts, receivedAt: call.receivedAt ?? null }
    return { kind: isRepeatedUninstall(state.install(), again) ? 'accepted' : 'untrusted' }
  }
  if (isLateUninstall(state.install(), ts)) return { kind: 'accepted' }
  const { clean } = call
  const endedAt = call.receivedAt ?? world.now()
  const erased = endInstallation(parts, { ts, endedAt, clean })
  world.log('info', 'uninstalled', { memberId, clean, erased })
  scheduler.advance()
  scheduler.background(mirror.follow())
  return { kind: 'accepted' }
}

/**
 * The parts in which an installation leaves something. They are nine, since the end of an installation
 * concerns everything that it has brought.
 */
type UninstallParts = Pick<
  PortalParts,
  | 'state'
  | 'log'
  | 'fates'
  | 'book'
  | 'rules'
  | 'receivers'
  | 'appender'
  | 'enricher'
  | 'reconciler'
>

/** Ends the installation, and returns how many events were erased before their receivers had them. */
function endInstallation(
  { state, log, fates, book, rules, receivers, appender, enricher, reconciler }: UninstallParts,
  end: Omit<InstallEnd, 'erased'>,
): number {
  const { clean } = end
  const unsettled = clean ? rules.countUnsettled() : 0
  state.endInstall({ ...end, erased: unsettled }, () => {
    reconciler.clearWithin()
    if (!clean) return
    log.clear()
    fates.clear()
    book.clear()
    state.rows.clearValues()
  })
  book.adopt()
  if (clean) {
    enricher.clear()
    appender.clear()
    receivers.clearValues()
  }
  enricher.endAll('no_tokens')
  // The end of the last waiting events may have written fields once more.
  reconciler.clear()
  return unsettled
}
