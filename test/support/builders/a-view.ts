/** Views of a portal, its lanes and its events, as the dashboard gets them. */
import type { WholeView } from '../../../src/core/views/whole-view.ts'
import type { EventView, FateView } from '../../../src/core/views/event-views.ts'
import type { LaneView } from '../../../src/core/views/lane-view.ts'
import { NOW } from '../time.ts'
import { DOMAIN } from '../identity.ts'

/** The member id of the portal. */
export const MEMBER_ID = 'a'.repeat(32)

/** A time in the past as a view writes it. */
export function ago(ms: number): string {
  return new Date(NOW - ms).toISOString()
}

/** A lane that has nothing to do. */
export function aLaneView(partial: Partial<LaneView> = {}): LaneView {
  return {
    destination: 'erp',
    type: 'webhook',
    state: 'active',
    reason: null,
    cursor: 42,
    backlog: 0,
    parked: 0,
    expired: 0,
    crowdedOut: 0,
    replaying: 0,
    attempts: 0,
    oldestWaitingAt: null,
    nextAttemptAt: null,
    waitsFor: null,
    lastError: null,
    ...partial,
  }
}

/** A lane whose endpoint is gone. */
export function aDisabledLane(partial: Partial<LaneView> = {}): LaneView {
  return aLaneView({
    state: 'disabled',
    reason: 'gone',
    cursor: 40,
    front: 42,
    backlog: 2,
    attempts: 1,
    oldestWaitingAt: ago(300_000),
    lastError: { reason: 'gone', detail: 'No such hook', status: 410, at: ago(60_000) },
    ...partial,
  })
}

/** A portal with which all is well. */
export function aPortalView(partial: Partial<WholeView> = {}): WholeView {
  return {
    memberId: MEMBER_ID,
    domain: DOMAIN,
    domainHolder: null,
    state: 'active',
    remedy: null,
    install: {
      kinds: ['application'],
      clientId: 'local.1',
      applicationStatus: 'L',
      scope: 'crm',
      installedAt: ago(0),
      tokens: 'valid',
      pinnedWebhooks: [],
    },
    pins: [],
    access: null,
    pending: null,
    uninstallNotice: null,
    recovery: null,
    damaged: [],
    head: 42,
    quarantined: 0,
    events: 42,
    reconciled: 0,
    thin: 0,
    erased: 0,
    lastEventAt: ago(60_000),
    lastReconcileAt: null,
    unreadable: [],
    subscriptions: { checkedAt: ago(0), missing: [], others: [], remedy: null },
    refused: { count: 0, lastAt: null, reason: null, remedy: null },
    lanes: [aLaneView()],
    storage: { bytes: 4096, maxBytes: 2 ** 30, full: false, crowdedOut: 0, heldBy: [] },
    robotAddress: null,
    ...partial,
  }
}

/** The fate of an event that was delivered at once. */
export const DELIVERED_FATE = {
  state: 'delivered',
  at: ago(59_000),
  attempts: 1,
  status: null,
  reason: null,
  digest: null,
} as const satisfies FateView

/** The fate of an event that its receiver has refused. */
export const PARKED_FATE = {
  ...DELIVERED_FATE,
  state: 'parked',
  status: 422,
  reason: 'http_422',
} as const satisfies FateView

/** The fate of an event that waits for its turn. */
export const WAITING_FATE = {
  state: 'waiting',
  at: null,
  attempts: 0,
  status: null,
  reason: null,
  digest: null,
} as const satisfies FateView

/** An event about a field, with one change. */
export function anEventView(partial: Partial<EventView> = {}): EventView {
  return {
    sequence: 42,
    event: 'onCrmRequisiteUserFieldUpdate',
    receivedAt: ago(60_000),
    origin: 'event',
    userId: 7,
    userName: 'Anna Petrova',
    fields: { ID: 235, ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_TAX' },
    changes: [{ attribute: 'MANDATORY', before: 'N', after: 'Y' }],
    enrichment: 'complete',
    enrichmentReason: null,
    toldBy: null,
    covers: [],
    completes: [],
    readAt: ago(59_500),
    quarantined: false,
    quarantineReason: null,
    fates: { erp: DELIVERED_FATE },
    ...partial,
  }
}

/** Text that would run as a script, or leave its place, wherever it is written without care. */
export const HOSTILE = `"'><img src=x onerror=alert(1)></script><script>alert(2)</script>&lt;\u202E`
