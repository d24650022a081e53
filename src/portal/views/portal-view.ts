/**
 * The view of one portal, for the admin API, in the names of the HTTP contract. It holds no secret.
 */
import { domainOf } from '../../core/access/domains.ts'
import { pinsOf } from '../../core/access/installs/webhook-installs.ts'
import { remedyOfRefusal, type InstallRefusal } from '../../core/access/installs/install-refusal.ts'
import type { PortalStatus } from '../../core/access/portal-status.ts'
import { MAX_SEQUENCE } from '../../core/log/max-sequence.ts'
import type { ReconciliationBook } from '../fields/reconciliation-book.ts'
import type { PortalDomains } from '../installs/domains.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { FateStore } from '../lanes/book/fate-store.ts'
import type { Receivers } from '../lanes/sending/receivers.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { AccessTroubles } from '../tokens/troubles.ts'
import {
  accessView,
  domainHolderView,
  noticeView,
  otherApplicationView,
  pendingView,
  recoveryView,
  type AccessView,
  type DomainHolderView,
  type NoticeView,
  type OtherApplicationView,
  type PendingView,
  type RecoveryView,
} from './install-views.ts'
import { isoTime } from './iso-time.ts'
import { laneView, type LaneView } from './lane-view.ts'
import { portalStatus, remedyOfStatus } from './portal-status.ts'

/**
 * Everything that the view of a portal reads. Ten parts, since it shows all of a portal.
 */
export interface PortalViewParts {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'pending' | 'isFull' | 'head' | 'damaged'>
  readonly log: Pick<LogStore, 'outlinesBefore' | 'outlinesAfter' | 'counts'>
  readonly fates: Pick<FateStore, 'countParked'>
  readonly book: Pick<LaneBook, 'all'>
  readonly receivers: Pick<Receivers, 'find' | 'problems'>
  readonly domains: Pick<PortalDomains, 'present'>
  readonly troubles: Pick<AccessTroubles, 'current' | 'pairState'>
  readonly reconciliation: Pick<ReconciliationBook, 'state'>
}

/** The answer of `GET /admin/api/portals/{memberId}`. Every time is ISO 8601, or null. */
export interface PortalView {
  readonly memberId: string
  readonly domain: string | null
  readonly domainHolder: DomainHolderView | null
  readonly state: PortalStatus
  /** What the operator can do about the state; null when there is nothing to do. */
  readonly remedy: string | null
  readonly install: InstallView
  readonly pins: readonly PinView[]
  readonly access: AccessView | null
  readonly pending: PendingView | null
  readonly uninstallNotice: NoticeView | null
  readonly recovery: RecoveryView | null
  /** Rows that were damaged outside of this program, and set aside. */
  readonly damaged: readonly { readonly part: string; readonly at: string | null }[]
  /** The last sequence of the log. */
  readonly head: number
  readonly quarantined: number
  /** Events that the portal sent; those that a comparison found are counted in `reconciled`. */
  readonly events: number
  readonly reconciled: number
  readonly thin: number
  /** Events that an uninstall with CLEAN=1 deleted before they were delivered. */
  readonly erased: number
  readonly lastEventAt: string | null
  /** The end of the last comparison that read everything. */
  readonly lastReconcileAt: string | null
  /** What the last comparison could not read. */
  readonly unreadable: readonly string[]
  readonly refused: RefusedView
  readonly lanes: readonly LaneView[]
}

interface InstallView {
  readonly kinds: readonly ('application' | 'outgoing_webhook')[]
  readonly clientId: string | null
  readonly applicationStatus: string | null
  readonly scope: string | null
  readonly installedAt: string | null
  /** The application that was refused because another one speaks for the portal; missing when there is none. */
  readonly refusedApplication?: OtherApplicationView
  /** Whether the portal can be called with the stored pairs. */
  readonly tokens: 'valid' | 'lost' | 'none'
  readonly pinnedWebhooks: readonly { readonly portal: string; readonly since: string | null }[]
}

interface PinView {
  /** Counted from 1; by it the pin is removed. */
  readonly n: number
  readonly portal: string
  readonly since: string | null
  /** False when the token of the pin is not configured any more; missing otherwise. */
  readonly configured?: false
}

/** Installations that were refused although the portal is known; the reason is that of the last one. */
interface RefusedView {
  readonly count: number
  readonly lastAt: string | null
  readonly reason: InstallRefusal | null
  readonly remedy: string | null
}

/** The numbers of the log. Events that no portal sent are counted apart. */
function numbersOf({
  log,
}: Pick<PortalViewParts, 'log'>): Pick<
  PortalView,
  'quarantined' | 'events' | 'reconciled' | 'thin'
> {
  const { entries, reconciled, thin, quarantined } = log.counts()
  return { quarantined, events: entries - reconciled, reconciled, thin }
}

/** The view of a portal; `now` is in unix milliseconds. */
export function portalView(parts: PortalViewParts, now: number): PortalView {
  const install = parts.state.install()
  const { application, webhooks, refused, otherApplication, uninstallNotice, recovery } = install
  const access = parts.troubles.current()
  const last = parts.log.outlinesBefore(MAX_SEQUENCE, 1)[0]
  const pending = parts.state.pending()
  return {
    memberId: parts.memberId,
    domain: parts.domains.present() ?? domainOf(install),
    domainHolder: domainHolderView(parts.memberId, install),
    state: portalStatus(parts),
    remedy: remedyOfStatus(parts),
    install: {
      kinds: [
        ...(application === null ? [] : ['application' as const]),
        ...(webhooks.length === 0 ? [] : ['outgoing_webhook' as const]),
      ],
      clientId: application?.clientId ?? null,
      applicationStatus: application?.applicationStatus ?? null,
      scope: application?.scope ?? null,
      installedAt: isoTime(application?.installedAt ?? webhooks[0]?.since ?? null),
      ...(otherApplication !== null && {
        refusedApplication: otherApplicationView(otherApplication),
      }),
      tokens: parts.troubles.pairState(),
      pinnedWebhooks: webhooks.map(({ portal, since }) => ({ portal, since: isoTime(since) })),
    },
    pins: pinsOf(install).map((pin, index) => ({
      n: index + 1,
      portal: pin.portal,
      since: isoTime(pin.since),
      ...('hash' in pin ? {} : { configured: false as const }),
    })),
    access: access === null ? null : accessView(access),
    pending: pending === null ? null : pendingView(pending),
    uninstallNotice: uninstallNotice === null ? null : noticeView(uninstallNotice),
    recovery: recovery === null ? null : recoveryView(recovery),
    damaged: parts.state.damaged().map(({ part, at }) => ({ part, at: isoTime(at) })),
    head: parts.state.head(),
    ...numbersOf(parts),
    erased: install.erased,
    lastEventAt: isoTime(last?.receivedAt ?? null),
    lastReconcileAt: isoTime(parts.reconciliation.state().finishedAt),
    unreadable: parts.reconciliation.state().unreadable,
    refused: {
      count: refused.count,
      lastAt: isoTime(refused.lastAt),
      reason: refused.reason,
      remedy: refused.reason === null ? null : remedyOfRefusal(refused.reason),
    },
    lanes: parts.book.all().map((lane) => laneView(parts, lane, now)),
  }
}
