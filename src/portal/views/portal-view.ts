/**
 * The view of one portal, for the admin API, in the names of the HTTP contract. It holds no secret.
 */
import { domainOf } from '../../core/access/domains.ts'
import { pinsOf } from '../../core/access/installs/webhook-installs.ts'
import { remedyOfRefusal } from '../../core/access/installs/install-refusal.ts'
import { MAX_SEQUENCE } from '../../core/log/max-sequence.ts'
import type { PortalView } from '../../core/views/portal-view.ts'
import type { ReconciliationBook } from '../fields/reconciliation-book.ts'
import type { PortalDomains } from '../installs/domains.ts'
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
} from './install-views.ts'
import { isoTime } from './iso-time.ts'
import { portalStatus, remedyOfStatus } from '../reports/portal-status.ts'

/**
 * Everything that the view of a portal reads, without its lanes.
 */
export interface PortalViewParts {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'pending' | 'isFull' | 'head' | 'damaged'>
  readonly log: Pick<LogStore, 'outlinesBefore' | 'counts'>
  readonly domains: Pick<PortalDomains, 'present'>
  readonly troubles: Pick<AccessTroubles, 'current' | 'pairState'>
  readonly reconciliation: Pick<ReconciliationBook, 'state'>
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

/** The view of a portal without its lanes. */
export function portalView(parts: PortalViewParts): Omit<PortalView, 'lanes'> {
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
  }
}
