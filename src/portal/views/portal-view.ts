/**
 * The view of one portal, for the admin API and for the application's page, in the names of the HTTP
 * contract. It holds no secret.
 */
import { remedyOfTrouble, statusOfTrouble, type AccessState } from '../../core/access/access.ts'
import { domainOf } from '../../core/access/domains.ts'
import { pinsOf, type InstallState, type Recovery } from '../../core/access/install.ts'
import { remedyOfRefusal } from '../../core/access/install-refusal.ts'
import {
  pendingIn,
  type PendingInstall,
  type PendingKind,
  type PendingRow,
} from '../../core/access/pending-row.ts'
import type { UninstallNotice } from '../../core/access/uninstall-notice.ts'
import type { InstallStatus, PortalStatus } from '../../core/access/portal-status.ts'
import { isFailing, waitOf, type LaneState } from '../../core/lanes/state/lane-state.ts'
import { displayName } from '../../core/log/event-names.ts'
import type { ReconciliationBook } from '../fields/reconciliation-book.ts'
import type { Trust } from '../installs/trust.ts'
import type { LaneBook } from '../lanes/book.ts'
import type { FateStore } from '../lanes/fate-store.ts'
import type { LaneRules } from '../lanes/rules.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { AccessTroubles } from '../tokens/troubles.ts'
import { isoTime } from './iso-time.ts'

/**
 * Everything that the view of a portal reads. Ten parts, since it shows all of a portal.
 */
export interface PortalViewParts {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'pending' | 'head' | 'damaged'>
  readonly log: Pick<LogStore, 'before' | 'after' | 'counts'>
  readonly fates: Pick<FateStore, 'countParked'>
  readonly book: Pick<LaneBook, 'all'>
  readonly rules: Pick<LaneRules, 'find' | 'problems'>
  readonly trust: Pick<Trust, 'domain'>
  readonly troubles: Pick<AccessTroubles, 'current' | 'pairState'>
  readonly reconciliation: Pick<ReconciliationBook, 'state'>
}

/** The state of the portal in one word. */
export function portalStatus(parts: Pick<PortalViewParts, 'state' | 'troubles'>): PortalStatus {
  const install = parts.state.install()
  const { application, webhooks, hashes } = install
  const access = parts.troubles.current()
  if (application === null) {
    if (parts.state.pending() !== null) return 'pending'
    if (webhooks.length === 0) return 'uninstalled'
    return access === null ? 'active' : statusOfTrouble(access.trouble)
  }
  if (!application.finished || hashes.length === 0) return 'unfinished'
  if (access !== null) return statusOfTrouble(access.trouble)
  return parts.troubles.pairState() === 'lost' ? 'tokens_lost' : 'active'
}

/** The part of the view that the application's page shows to an administrator of the portal. */
export function installStatus(
  parts: Pick<PortalViewParts, 'state' | 'log' | 'fates' | 'book' | 'troubles'>,
): InstallStatus {
  const { subscriptions } = parts.state.install()
  const last = parts.log.before(Number.MAX_SAFE_INTEGER, 1)[0]
  const lanes = parts.book.all().filter(({ status }) => status !== 'removed')
  return {
    state: portalStatus(parts),
    missing: subscriptions.missing.map((name) => displayName(name)),
    lastEventAt: last?.receivedAt ?? null,
    waiting: Math.max(0, ...lanes.map(({ cursor }) => parts.state.head() - cursor)),
    parked: lanes.reduce((sum, { destination }) => sum + parts.fates.countParked(destination), 0),
  }
}

/** The numbers of the log. Events that no portal sent are counted apart. */
function numbersOf({ log }: Pick<PortalViewParts, 'log'>) {
  const { entries, reconciled, thin, quarantined } = log.counts()
  return { quarantined, events: entries - reconciled, reconciled, thin }
}

/** The answer of `GET /admin/api/portals/{memberId}`; `now` is in unix milliseconds. */
export function portalView(parts: PortalViewParts, now: number) {
  const install = parts.state.install()
  const { application, webhooks, refused } = install
  const access = parts.troubles.current()
  const last = parts.log.before(Number.MAX_SAFE_INTEGER, 1)[0]
  const pending = parts.state.pending()
  return {
    memberId: parts.memberId,
    domain: parts.trust.domain() ?? domainOf(install),
    domainHolder: domainHolderView(parts.memberId, install),
    state: portalStatus(parts),
    remedy: remedyOf(parts),
    install: {
      kinds: [
        ...(application === null ? [] : ['application' as const]),
        ...(webhooks.length === 0 ? [] : ['outgoing_webhook' as const]),
      ],
      clientId: application?.clientId ?? null,
      applicationStatus: application?.applicationStatus ?? null,
      scope: application?.scope ?? null,
      installedAt: isoTime(application?.installedAt ?? webhooks[0]?.since ?? null),
      ...otherApplicationView(install),
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
    uninstallNotice: noticeView(install.uninstallNotice),
    recovery: install.recovery === null ? null : recoveryView(install.recovery),
    damaged: parts.state.damaged().map(({ part, at }) => ({ part, at: isoTime(at) })),
    head: parts.state.head(),
    ...numbersOf(parts),
    erased: install.erased,
    lastEventAt: isoTime(last?.receivedAt ?? null),
    lastReconcileAt: isoTime(parts.reconciliation.state().finishedAt),
    unreadable: parts.reconciliation.state().unreadable,
    subscriptions: {
      checkedAt: isoTime(install.subscriptions.checkedAt),
      missing: install.subscriptions.missing.map((name) => displayName(name)),
      others: install.subscriptions.others,
      remedy: install.subscriptions.others.length === 0 ? null : OTHER_RELAY_REMEDY,
    },
    refused: {
      count: refused.count,
      lastAt: isoTime(refused.lastAt),
      reason: refused.reason,
      remedy: refused.reason === null ? null : remedyOfRefusal(refused.reason),
    },
    lanes: parts.book.all().map((lane) => laneView(parts, lane, now)),
  }
}

/**
 * The sentence that tells an operator what to do about the portal's state; null when there is nothing to do.
 */
function remedyOf(parts: Pick<PortalViewParts, 'state' | 'troubles'>): string | null {
  const install = parts.state.install()
  const { application, hashes } = install
  const access = parts.troubles.current()
  switch (portalStatus(parts)) {
    case 'unfinished':
      return application?.finished === true && hashes.length === 0 ? NO_TOKEN_REMEDY : FINISH_REMEDY
    case 'active':
    case 'pending':
      return null
    case 'tokens_lost':
    case 'no_rights':
    case 'suspended':
    case 'uninstalled':
    case 'deleted':
      if (access === null && application === null) return null
      return remedyOfTrouble(access?.trouble ?? 'tokens_lost')
  }
}

const FINISH_REMEDY =
  "Bitrix24 sends nothing until the installation is finished: let an administrator open the application's page in the portal"

const OTHER_RELAY_REMEDY =
  'Another relay serves the same application, and gets every event as well: remove this portal from one of them. When the other one does not exist any more, install the application again, which ends all its bindings'

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

function otherApplicationView({ otherApplication }: InstallState) {
  if (otherApplication === null) return {}
  const { clientId, at } = otherApplication
  const remedy = remedyOfRefusal('another_application')
  return { refusedApplication: { clientId, at: isoTime(at), remedy } }
}

/** The other portal that had the domain first; null when there is none. */
function domainHolderView(memberId: string, { application, domainHolder }: InstallState) {
  if (domainHolder === null || domainHolder.domain !== application?.domain) return null
  const { memberId: holder } = domainHolder
  return holder === memberId ? null : { memberId: holder, remedy: DOMAIN_HOLDER_REMEDY }
}

const DOMAIN_HOLDER_REMEDY =
  'Another portal had this domain first, so `portals` does not match this one by it: name the member_id of this portal there'

function noticeView(notice: UninstallNotice | null) {
  if (notice === null) return null
  const { clean, denied, receivedAt, nextAskAt } = notice
  return {
    clean,
    denied,
    receivedAt: isoTime(receivedAt),
    nextAskAt: isoTime(nextAskAt),
    remedy: denied ? NOTICE_DENIED : NOTICE_UNANSWERED,
  }
}

const NOTICE_DENIED =
  'An uninstall was told, and the portal says that the application is installed: nothing is deleted unless the portal says otherwise when it is asked again'

const NOTICE_UNANSWERED =
  'An uninstall was told, and the portal has not said yet whether it is true: after a day without its word the tokens are deleted'

function recoveryView({ from, at, isConfirmed }: Recovery) {
  return { from, at: isoTime(at), isConfirmed, remedy: RECOVERY_REMEDIES[from] }
}

const RECOVERY_REMEDIES = {
  kv: "The stored install was damaged, and was restored from its copy in KV: if tokens are lost or events are refused, let an administrator open the application's page in the portal",
  nothing:
    "The stored install was damaged, and no copy of it was found: let an administrator open the application's page in the portal. A token in OUTGOING_WEBHOOK_TOKENS speaks again when it names the member_id of this portal",
} as const

function pendingView(pending: PendingRow) {
  const [first, ...others] = pendingIn(pending).map((install) => pendingInstallView(install))
  return { ...first, others }
}

function pendingInstallView({ kind, clientId, domain, since, expiresAt }: PendingInstall) {
  const remedy = remedyOfPending(kind, clientId)
  return { kind, clientId, domain, since: isoTime(since), expiresAt: isoTime(expiresAt), remedy }
}

function remedyOfPending(kind: PendingKind, clientId: string | null): string {
  switch (kind) {
    case 'unknown_application':
      return `Set BITRIX24_CLIENT_ID to ${clientId ?? 'the client id'} and BITRIX24_CLIENT_SECRET to its secret`
    case 'unanswered':
      return 'The OAuth server did not answer; it is asked again each minute'
  }
}

/** One lane as the API shows it. */
function laneView(
  parts: Pick<PortalViewParts, 'state' | 'log' | 'fates' | 'rules'>,
  lane: LaneState,
  now: number,
) {
  const head = parts.state.head()
  const waiting = parts.log.after(lane.cursor, 1)[0]
  const isRetrying = lane.status === 'active' && isFailing(lane)
  const wait = waitOf(lane, { head, now })
  const { lastError } = lane
  const destination = parts.rules.find(lane.destination)
  const isMisconfigured = lane.disabledReason === 'misconfigured' && destination !== null
  return {
    destination: lane.destination,
    type: destination?.typeName ?? null,
    state: isRetrying ? ('retrying' as const) : lane.status,
    reason: lane.disabledReason,
    ...(isMisconfigured && { problems: parts.rules.problems(destination) }),
    cursor: lane.cursor,
    backlog: Math.max(0, head - lane.cursor),
    parked: parts.fates.countParked(lane.destination),
    expired: lane.expired,
    replaying: lane.replays.length,
    attempts: lane.attempts,
    oldestWaitingAt: isoTime(waiting?.receivedAt ?? null),
    nextAttemptAt: isoTime(wait?.until ?? null),
    waitsFor: wait?.reason ?? null,
    lastError: lastError === null ? null : { ...lastError, at: isoTime(lastError.at) },
  }
}
