/** What the admin API shows of one portal, in the names of the HTTP contract. Holds no secret. */
import {
  accessOf,
  remedyOfTrouble,
  statusOfTrouble,
  type AccessState,
} from '../core/access/access.ts'
import { displayName } from '../core/log/event-names.ts'
import type { Enrichment, LogEntry } from '../core/log/event.ts'
import { fateOf, type Fate } from '../core/lanes/fate.ts'
import type { PendingInstall } from '../core/access/install.ts'
import { isFailing, type LaneState } from '../core/lanes/lane-state.ts'
import type { InstallStatus, PortalStatus } from '../core/access/portal-status.ts'
import type { Deliverer } from './lanes/deliverer.ts'
import type { LaneBook } from './lanes/book.ts'
import type { LogStore } from './log/log-store.ts'
import type { PortalState } from './state.ts'
import type { PortalConfig } from './settings.ts'

/** The most events of one page. */
export const MAX_EVENTS_PAGE = 200

/** The most parked events that are listed. */
export const MAX_PARKED_LISTED = 1000

/** A fate with its time as the API writes it. */
export type FateView = Omit<Fate, 'at'> & { readonly at: string | null }

/** One event of a portal, with its fate at every destination. */
export interface EventView {
  readonly sequence: number
  readonly event: string
  readonly receivedAt: string
  readonly origin: LogEntry['origin']
  readonly userId: number | null
  readonly userName: string | null
  readonly fields: LogEntry['event']['data']
  readonly changes: Enrichment['changes']
  readonly enrichment: Enrichment['status']
  readonly enrichmentReason: string | null
  readonly toldBy: number | null
  readonly covers: readonly number[]
  readonly completes: readonly number[]
  readonly readAt: string | null
  readonly quarantined: boolean
  readonly quarantineReason: string | null
  readonly fates: Readonly<Record<string, FateView>>
}

/** What the views need from the object around them. */
export interface ViewDeps {
  readonly memberId: string
  readonly config: Pick<PortalConfig, 'applications' | 'oauthUrls'>
  readonly log: LogStore
  readonly lanes: LaneBook
  readonly deliverer: Pick<Deliverer, 'filteredBy' | 'find'>
  readonly state: Pick<PortalState, 'head' | 'install' | 'pending'>
  /** The end of the last comparison that read everything, in unix milliseconds. */
  reconciledAt(): number | null
  /** Entities that it was not allowed to read as a whole. */
  unreadable(): readonly string[]
  domain(): string | null
  /** Whether the stored pair can be opened with the keys configured. */
  tokens(): 'valid' | 'lost' | 'none'
}

/** Times of the API: ISO 8601 UTC with milliseconds; null stays null. */
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** The state that the operator sees first. */
export function portalStatus(deps: Pick<ViewDeps, 'state' | 'config' | 'tokens'>): PortalStatus {
  const install = deps.state.install()
  const { application, webhooks, hashes } = install
  const access = accessOf(install, deps.config)
  if (application === null) {
    if (deps.state.pending() !== null) return 'pending'
    if (webhooks.length === 0) return 'uninstalled'
    return access === null ? 'active' : statusOfTrouble(access.trouble)
  }
  if (!application.finished || hashes.length === 0) return 'unfinished'
  if (access !== null) return statusOfTrouble(access.trouble)
  return deps.tokens() === 'lost' ? 'tokens_lost' : 'active'
}

/** What the application's page tells an administrator of the portal. */
export function installStatus(deps: ViewDeps): InstallStatus {
  const { subscriptions } = deps.state.install()
  const last = deps.log.before(Number.MAX_SAFE_INTEGER, 1)[0]
  const lanes = deps.lanes.all().filter(({ status }) => status !== 'removed')
  return {
    state: portalStatus(deps),
    missing: subscriptions.missing.map((name) => displayName(name)),
    lastEventAt: last?.receivedAt ?? null,
    waiting: Math.max(0, ...lanes.map(({ cursor }) => deps.state.head() - cursor)),
    parked: lanes.reduce((sum, { destination }) => sum + deps.log.countParked(destination), 0),
  }
}

/** The answer of `GET /admin/api/portals/{memberId}`. */
export function portalView(deps: ViewDeps) {
  const install = deps.state.install()
  const { application, webhooks, refused } = install
  const access = accessOf(install, deps.config)
  const last = deps.log.before(Number.MAX_SAFE_INTEGER, 1)[0]
  const pending = deps.state.pending()
  return {
    memberId: deps.memberId,
    domain: deps.domain(),
    state: portalStatus(deps),
    remedy: remedyOf(deps),
    install: {
      kinds: [
        ...(application === null ? [] : ['application' as const]),
        ...(webhooks.length === 0 ? [] : ['outgoing_webhook' as const]),
      ],
      clientId: application?.clientId ?? null,
      applicationStatus: application?.applicationStatus ?? null,
      scope: application?.scope ?? null,
      installedAt: isoTime(application?.installedAt ?? webhooks[0]?.since ?? null),
      tokens: deps.tokens(),
      pinnedWebhooks: webhooks.map(({ portal, since }) => ({ portal, since: isoTime(since) })),
    },
    access: access === null ? null : accessView(access),
    pending: pending === null ? null : pendingView(pending),
    head: deps.state.head(),
    quarantined: deps.log.countQuarantined(),
    ...deps.log.counts(),
    erased: install.erased,
    lastEventAt: isoTime(last?.receivedAt ?? null),
    lastReconcileAt: isoTime(deps.reconciledAt()),
    unreadable: deps.unreadable(),
    subscriptions: {
      checkedAt: isoTime(install.subscriptions.checkedAt),
      missing: install.subscriptions.missing.map((name) => displayName(name)),
    },
    refused: {
      count: refused.count,
      lastAt: isoTime(refused.lastAt),
      reason: refused.reason,
      remedy: refused.reason === null ? null : refusalRemedy(refused.reason),
    },
    lanes: deps.lanes.all().map((lane) => laneView(deps, lane)),
  }
}

const REFUSAL_REMEDY =
  'Let an administrator of the portal open or install the application again: only an administrator, ' +
  'the recorded installer or the system user may bring a new application token'

function refusalRemedy(reason: string): string {
  if (reason !== 'another_application') return REFUSAL_REMEDY
  return 'Uninstall the application that the portal has, or take it out of the configuration: only one application speaks for a portal'
}

/** What the operator can do about the portal's state; null where nothing has to be done. */
function remedyOf(deps: Pick<ViewDeps, 'state' | 'config' | 'tokens'>): string | null {
  const install = deps.state.install()
  const { application, hashes } = install
  const access = accessOf(install, deps.config)
  switch (portalStatus(deps)) {
    case 'unfinished':
      return application?.finished === true && hashes.length === 0 ? NO_TOKEN_REMEDY : FINISH_REMEDY
    case 'active':
    case 'pending':
      return null
    default:
      if (access === null && application === null) return null
      return remedyOfTrouble(access?.trouble ?? 'tokens_lost')
  }
}

const FINISH_REMEDY =
  "Bitrix24 sends nothing until the installation is finished: let an administrator open the application's page in the portal"

const NO_TOKEN_REMEDY =
  'The portal has not told its application token yet: install the application again, or let its page send APPLICATION_TOKEN'

function accessView({ trouble, code, at }: AccessState) {
  return {
    trouble,
    code,
    at: isoTime(Number.isFinite(at) ? at : null),
    remedy: remedyOfTrouble(trouble),
  }
}

function pendingView(pending: PendingInstall) {
  const { kind, clientId, domain, since, expiresAt } = pending
  const remedy =
    kind === 'unknown_application'
      ? `Set BITRIX24_CLIENT_ID to ${clientId ?? 'the client id'} and BITRIX24_CLIENT_SECRET to its secret`
      : 'The OAuth server did not answer; it is asked again each minute'
  return { kind, clientId, domain, since: isoTime(since), expiresAt: isoTime(expiresAt), remedy }
}

/** One lane as the API shows it. */
export function laneView(deps: ViewDeps, lane: LaneState) {
  const head = deps.state.head()
  const waiting = deps.log.after(lane.cursor, 1)[0]
  const isRetrying = lane.status === 'active' && isFailing(lane)
  const { lastError } = lane
  return {
    destination: lane.destination,
    type: deps.deliverer.find(lane.destination)?.typeName ?? null,
    state: isRetrying ? ('retrying' as const) : lane.status,
    reason: lane.disabledReason,
    cursor: lane.cursor,
    backlog: Math.max(0, head - lane.cursor),
    parked: deps.log.countParked(lane.destination),
    expired: lane.expired,
    replaying: lane.replays.length,
    attempts: lane.attempts,
    oldestWaitingAt: isoTime(waiting?.receivedAt ?? null),
    nextAttemptAt: isoTime(lane.nextAttemptAt ?? lane.gatherUntil),
    lastError: lastError === null ? null : { ...lastError, at: isoTime(lastError.at) },
  }
}

/** One page of events, newest first; `before` is where the next page begins. */
export function eventsPage(deps: ViewDeps, before: number, limit: number) {
  const entries = deps.log.before(before, Math.min(limit, MAX_EVENTS_PAGE))
  const last = entries.at(-1)
  const isMore = last !== undefined && deps.log.before(last.sequence, 1).length > 0
  return { events: eventViews(deps, entries), before: isMore ? last.sequence : null }
}

/** Events with their fates. */
export function eventViews(deps: ViewDeps, entries: readonly LogEntry[]): EventView[] {
  const sequences = entries.map(({ sequence }) => sequence)
  const stored = deps.log.fatesBetween(Math.min(...sequences), Math.max(...sequences))
  const digests = new Map(
    deps.lanes
      .all()
      .map(({ destination }) => [
        destination,
        deps.log.digestsBetween(destination, Math.min(...sequences), Math.max(...sequences)),
      ]),
  )
  return entries.map((entry) => {
    const fates = deps.lanes.all().map((lane): [string, FateView] => {
      const exact = stored.find(
        ({ destination, sequence }) =>
          destination === lane.destination && sequence === entry.sequence,
      )
      const filteredBy = deps.deliverer.filteredBy(lane, entry)
      const digest = digests
        .get(lane.destination)
        ?.find((known) => known.sequences.includes(entry.sequence))
      const fate = fateOf(lane, entry, {
        exact: exact ?? null,
        digest: digest ?? null,
        filteredBy,
      })
      return [lane.destination, { ...fate, at: isoTime(fate.at) }]
    })
    return eventView(entry, Object.fromEntries(fates))
  })
}

function eventView(entry: LogEntry, fates: EventView['fates']): EventView {
  const { event, enrichment } = entry
  const { field } = event
  return {
    sequence: entry.sequence,
    event: displayName(event.name),
    receivedAt: new Date(entry.receivedAt).toISOString(),
    origin: entry.origin,
    userId: event.userId,
    userName: enrichment.userName,
    fields:
      field === null
        ? event.data
        : { ID: field.id, ENTITY_ID: field.entityId, FIELD_NAME: field.fieldName },
    changes: enrichment.changes,
    enrichment: enrichment.status,
    enrichmentReason: enrichment.reason,
    toldBy: enrichment.toldBy,
    covers: enrichment.covers,
    completes: enrichment.completes,
    readAt: isoTime(enrichment.readAt),
    quarantined: event.quarantined !== null,
    quarantineReason: event.quarantined,
    fates,
  }
}

/** The answer of `GET /admin/api/portals/{memberId}/parked`. */
export function parkedView(deps: ViewDeps) {
  return deps.log
    .parked(MAX_PARKED_LISTED)
    .map(({ destination, sequence, reason, status, at, attempts }) => ({
      destination,
      sequence,
      reason,
      status,
      at: isoTime(at),
      attempts,
    }))
}
