/**
 * The copy of an install in KV: everything that a portal's object needs to go on when its own row is damaged.
 * The sealed pairs stand beside it in the same record. Facts that only the operator sees, and facts that the
 * portal tells again by itself, are left out, so that KV is not written for them. Pure.
 */
import type { ApplicationInstall, InstallState, Subscriptions } from './install.ts'

/** The members of an install that are copied as they are. */
type CopiedMember =
  | 'installTs'
  | 'uninstallTs'
  | 'uninstallNotice'
  | 'hashes'
  | 'tokenTs'
  | 'webhooks'
  | 'formerPins'
  | 'handlerUrl'
  | 'erased'
  | 'erasedUpTo'
  | 'endedTokens'
  | 'formerDomain'
  | 'endedDomain'
  | 'domainHolder'
  | 'domains'

/** The part of an install by which it can be restored. */
export interface InstallCopy extends Pick<InstallState, CopiedMember> {
  /** The application without its pairs. */
  readonly application: ApplicationInstall | null
  /** The hosts by which the relay knows its own bindings. */
  readonly subscriptions: Pick<Subscriptions, 'hosts'>
}

/**
 * The copy of an install. Two installs that say the same give the same text as JSON, in whatever order their
 * members were written.
 */
export function copyOf(install: InstallState): InstallCopy {
  return {
    installTs: install.installTs,
    uninstallTs: install.uninstallTs,
    uninstallNotice: noticeOf(install),
    hashes: install.hashes.map(({ hash, until }) => ({ hash, until })),
    tokenTs: install.tokenTs,
    application: install.application && withoutPairs(install.application),
    webhooks: install.webhooks.map(({ hash, portal, since, pinId }) => ({
      hash,
      portal,
      since,
      ...(pinId !== undefined && { pinId }),
    })),
    formerPins: install.formerPins.map(({ pinId, portal, since }) => ({ pinId, portal, since })),
    handlerUrl: install.handlerUrl,
    subscriptions: { hosts: install.subscriptions.hosts },
    erased: install.erased,
    erasedUpTo: install.erasedUpTo,
    endedTokens: install.endedTokens.map(({ hash, endedAt }) => ({ hash, endedAt })),
    formerDomain: install.formerDomain,
    endedDomain: install.endedDomain,
    domainHolder: holderOf(install),
    domains: install.domains.map(({ from, domain }) => ({ from, domain })),
  }
}

/**
 * The changed install with its dirty flag: set when KV has to hold another copy than before. Other hosts alone
 * are worth no write of their own: the next one brings them, or the daily visit.
 */
export function noteCopy(before: InstallState, after: InstallState): InstallState {
  if (after.kvDirty || urgentPart(before) === urgentPart(after)) return after
  return { ...after, kvDirty: true }
}

function urgentPart(install: InstallState): string {
  const { subscriptions: _, ...urgent } = copyOf(install)
  return JSON.stringify(urgent)
}

function noticeOf({ uninstallNotice }: InstallState): InstallState['uninstallNotice'] {
  if (uninstallNotice === null) return null
  const { ts, clean, receivedAt, nextAskAt, denied } = uninstallNotice
  return { ts, clean, receivedAt, nextAskAt, denied }
}

function holderOf({ domainHolder }: InstallState): InstallState['domainHolder'] {
  if (domainHolder === null) return null
  const { domain, memberId } = domainHolder
  return { domain, memberId }
}

function withoutPairs(application: ApplicationInstall): ApplicationInstall {
  return {
    clientId: application.clientId,
    domain: application.domain,
    clientEndpoint: application.clientEndpoint,
    oauthUrl: application.oauthUrl,
    installerUserId: application.installerUserId,
    systemUserId: application.systemUserId,
    applicationStatus: application.applicationStatus,
    scope: application.scope,
    installedAt: application.installedAt,
    finished: application.finished,
    tokens: null,
    tokensIssuedAt: application.tokensIssuedAt,
    systemTokens: null,
    systemTokensIssuedAt: application.systemTokensIssuedAt,
  }
}
