/**
 * The parts of a portal's view that tell of its installation: what waits for a decision, what stands in its way, and
 * each time what the operator can do. They hold no secret. Every time is ISO 8601, or null.
 */
import { remedyOfTrouble, type AccessState } from '../../core/access/access.ts'
import type {
  InstallState,
  OtherApplication,
  Recovery,
} from '../../core/access/installs/install.ts'
import { remedyOfRefusal } from '../../core/access/installs/install-refusal.ts'
import {
  pendingIn,
  type PendingInstall,
  type PendingKind,
  type PendingRow,
} from '../../core/access/installs/pending-row.ts'
import type { UninstallNotice } from '../../core/access/installs/uninstall-notice.ts'
import type {
  DomainHolderView,
  OtherApplicationView,
  AccessView,
  PendingInstallView,
  PendingView,
  NoticeView,
  RecoveryView,
} from '../../core/views/install-views.ts'
import { isoTime } from './iso-time.ts'

/** The view of an access trouble. A trouble that follows from the configuration alone was met at no time. */
export function accessView({ trouble, code, at }: AccessState): AccessView {
  return {
    trouble,
    code,
    at: isoTime(Number.isFinite(at) ? at : null),
    remedy: remedyOfTrouble(trouble),
  }
}

/** The view of the application that was refused last. */
export function otherApplicationView({ clientId, at }: OtherApplication): OtherApplicationView {
  return { clientId, at: isoTime(at), remedy: remedyOfRefusal('another_application') }
}

/** The view of the portal that had the domain first; null when there is no other one. */
export function domainHolderView(
  memberId: string,
  { application, domainHolder }: InstallState,
): DomainHolderView | null {
  if (domainHolder === null || domainHolder.domain !== application?.domain) return null
  const { memberId: holder } = domainHolder
  return holder === memberId ? null : { memberId: holder, remedy: DOMAIN_HOLDER_REMEDY }
}

const DOMAIN_HOLDER_REMEDY =
  'Another portal had this domain first, so `portals` does not match this one by it: name the member_id of this portal there'

/** The view of an uninstall notice. */
export function noticeView(notice: UninstallNotice): NoticeView {
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

/** The view of a recovery. */
export function recoveryView({ from, at, isConfirmed }: Recovery): RecoveryView {
  return { from, at: isoTime(at), isConfirmed, remedy: RECOVERY_REMEDIES[from] }
}

const RECOVERY_REMEDIES = {
  kv: "The stored install was damaged, and was restored from its copy in KV: if tokens are lost or events are refused, let an administrator open the application's page in the portal",
  nothing:
    "The stored install was damaged, and no copy of it was found: let an administrator open the application's page in the portal. A token in OUTGOING_WEBHOOK_TOKENS speaks again when it names the member_id of this portal",
} as const

/** The view of the pending installs. */
export function pendingView(pending: PendingRow): PendingView {
  const [first, ...others] = pendingIn(pending)
  return { ...pendingInstallView(first), others: others.map(pendingInstallView) }
}

function pendingInstallView({
  kind,
  clientId,
  domain,
  since,
  expiresAt,
}: PendingInstall): PendingInstallView {
  const remedy = remedyOfPending(kind, clientId)
  return { kind, clientId, domain, since: isoTime(since), expiresAt: isoTime(expiresAt), remedy }
}

/** The sentence that tells an operator what a pending install waits for. */
export function remedyOfPending(kind: PendingKind, clientId: string | null): string {
  switch (kind) {
    case 'unknown_application':
      return `Set BITRIX24_CLIENT_ID to ${clientId ?? 'the client id'} and BITRIX24_CLIENT_SECRET to its secret`
    case 'unanswered':
      return 'The OAuth server did not answer; it is asked again each minute'
  }
}
