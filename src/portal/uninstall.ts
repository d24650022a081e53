/**
 * Ends an installation: tokens, snapshots and the sealed values of the portal go. With CLEAN=1 the log goes as well, and
 * whatever waits in it; without it the waiting events are still delivered, thin.
 */
import { clampTs, isLateUninstall } from '../core/access/lifecycle.ts'
import type { PortalParts } from './parts.ts'

/** What ONAPPUNINSTALL asks for, its token already hashed. */
export interface UninstallCall {
  readonly tokenHash: string
  /** Unix seconds of Bitrix24; null when not sent. */
  readonly ts: number | null
  readonly clean: boolean
}

/** Ends the installation that the token proves; an uninstall older than the install does nothing. */
export function uninstallPortal(
  parts: PortalParts,
  call: UninstallCall,
): { kind: 'accepted' | 'untrusted' } {
  const { memberId, trust, state, world, mirror, scheduler } = parts
  if (!trust.isApplicationToken(call.tokenHash)) return { kind: 'untrusted' }
  const ts = clampTs(call.ts, world.now())
  if (isLateUninstall(state.install(), ts)) return { kind: 'accepted' }
  const { clean } = call
  const erased = endInstallation(parts, { ts, clean })
  world.log('info', 'uninstalled', { memberId, clean, erased })
  scheduler.advance()
  scheduler.background(mirror.follow())
  return { kind: 'accepted' }
}

/** The parts in which an installation leaves something. Nine, since its end concerns whatever it has brought. */
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

/**
 * Returns how many events were erased before their receivers had them. `ts` is Bitrix24's time in unix seconds; `clean` asks for
 * the data to go too.
 */
function endInstallation(
  { state, log, fates, book, rules, receivers, appender, enricher, reconciler }: UninstallParts,
  { ts, clean }: { readonly ts: number; readonly clean: boolean },
): number {
  const unsettled = clean ? rules.countUnsettled() : 0
  state.endInstall({ ts, erased: unsettled }, () => {
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
  // Ending the last waiting events may have written fields once more.
  reconciler.clear()
  return unsettled
}
