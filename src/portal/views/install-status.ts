/** The part of a portal's view that the application's page shows. It holds no secret. */
import type { InstallStatus } from '../../core/access/portal-status.ts'
import { displayName } from '../../core/events/event-names.ts'
import { MAX_SEQUENCE } from '../../core/log/max-sequence.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { FateStore } from '../lanes/book/fate-store.ts'
import type { LogStore } from '../log/log-store.ts'
import { portalStatus, type StatusParts } from '../reports/portal-status.ts'
import type { PortalState } from '../state/portal-state.ts'

/** Everything that the status on the application's page is read from. */
export interface InstallStatusParts extends StatusParts {
  readonly state: Pick<PortalState, 'install' | 'pending' | 'isFull' | 'head'>
  readonly log: Pick<LogStore, 'outlinesBefore'>
  readonly book: Pick<LaneBook, 'all'>
  readonly fates: Pick<FateStore, 'countParked'>
}

/** The part of the view that the application's page shows to an administrator of the portal. */
export function installStatus(parts: InstallStatusParts): InstallStatus {
  const { subscriptions } = parts.state.install()
  const last = parts.log.outlinesBefore(MAX_SEQUENCE, 1)[0]
  const lanes = parts.book.all().filter(({ status }) => status !== 'removed')
  return {
    state: portalStatus(parts),
    missing: subscriptions.missing.map((name) => displayName(name)),
    lastEventAt: last?.receivedAt ?? null,
    waiting: Math.max(0, ...lanes.map(({ cursor }) => parts.state.head() - cursor)),
    parked: lanes.reduce((sum, { destination }) => sum + parts.fates.countParked(destination), 0),
  }
}
