/**
 * Ends an installation: tokens, snapshots and the sealed values of the portal go, with CLEAN=1 the log and
 * whatever waits in it as well; without it the waiting events are still delivered, thin.
 */
import type { RecentEvents } from '../core/log/append.ts'
import type { Deliverer } from './lanes/deliverer.ts'
import type { Knowledge } from './fields/knowledge.ts'
import type { LaneBook } from './lanes/book.ts'
import type { LogStore } from './log/log-store.ts'
import type { PortalState } from './state.ts'
import type { PortalValues } from './installs/portal-values.ts'
import type { World } from './settings.ts'
import { countWaiting } from './lanes/waiting.ts'

/** What an end concerns. */
export interface UninstallDeps {
  readonly memberId: string
  readonly world: Pick<World, 'log'>
  readonly state: PortalState
  readonly log: LogStore
  readonly lanes: LaneBook
  readonly deliverer: Deliverer
  readonly knowledge: Knowledge
  readonly values: PortalValues
  readonly recent: RecentEvents
}

/** Ends the installation; `ts` is Bitrix24's time in unix seconds, `clean` asks for the data to go too. */
export function endInstallation(
  deps: UninstallDeps,
  { ts, clean }: { readonly ts: number; readonly clean: boolean },
): void {
  const { memberId, state, log, lanes, knowledge } = deps
  const waiting = clean ? countWaiting(deps) : 0
  state.endInstall(ts, waiting, () => {
    knowledge.erase()
    if (!clean) return
    log.deleteAll()
    lanes.clear()
    state.rows.clearValues()
  })
  lanes.adopt()
  if (clean) {
    knowledge.forgetWaiting()
    deps.recent.clear()
    deps.values.clear()
    deps.deliverer.forgetOpened()
  }
  knowledge.endInstall('no_tokens')
  deps.world.log('info', 'uninstalled', { memberId, clean, erased: waiting })
}
