/**
 * Ends an installation: tokens, snapshots and the sealed values of the portal go. With CLEAN=1 the log goes as well, and
 * whatever waits in it; without it the waiting events are still delivered, thin.
 */
import type { PortalParts } from './parts.ts'

/** What ONAPPUNINSTALL asks for, its token already hashed. */
export interface UninstallCall {
  readonly tokenHash: string
  /** Unix seconds of Bitrix24; null when not sent. */
  readonly ts: number | null
  readonly clean: boolean
}

/** The parts in which an installation leaves something. More than seven, since the end of an installation concerns all of them. */
export type UninstallParts = Pick<
  PortalParts,
  | 'memberId'
  | 'world'
  | 'state'
  | 'log'
  | 'book'
  | 'rules'
  | 'receivers'
  | 'values'
  | 'appender'
  | 'enricher'
  | 'reconciliation'
  | 'reconciler'
>

/** Ends the installation; `ts` is Bitrix24's time in unix seconds, `clean` asks for the data to go too. */
export function endInstallation(
  parts: UninstallParts,
  { ts, clean }: { readonly ts: number; readonly clean: boolean },
): void {
  const { memberId, world, state, log, book, rules, enricher, reconciliation } = parts
  const unsettled = clean ? rules.countUnsettled() : 0
  state.endInstall(ts, unsettled, () => {
    reconciliation.clearWithin()
    if (!clean) return
    log.deleteAll()
    book.clear()
    state.rows.clearValues()
  })
  book.adopt()
  if (clean) {
    enricher.clear()
    parts.appender.clear()
    parts.values.clear()
    parts.receivers.forgetOpened()
  }
  enricher.endAll('no_tokens')
  // Ending the last waiting events may have written fields once more.
  parts.reconciler.clear()
  world.log('info', 'uninstalled', { memberId, clean, erased: unsettled })
}
