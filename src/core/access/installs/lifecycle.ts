/**
 * The life of an install: an installation records it, an uninstall ends it. Bitrix24 may deliver such events
 * late, twice or in another order than they happened, so each carries its time and the later one wins. Pure.
 */
import { hasNoPair } from '../access.ts'
import { setDirtyFlag } from './install-mirror.ts'
import type { ApplicationInstall, InstallState } from './install.ts'
import { hasNewPair, recordPairs } from './install-pairs.ts'
import { recordToken, trustsToken } from '../token-hashes.ts'

/**
 * Bitrix24's time of a lifecycle event in unix seconds, at most `now` (unix milliseconds). Without this limit
 * a forged event of the far future would make every later one look late.
 */
export function clampTs(ts: number | null, now: number): number {
  const seconds = Math.floor(now / 1000)
  return ts === null ? seconds : Math.min(ts, seconds)
}

/** Whether an install of that time comes too late: the portal was uninstalled after it. */
export function isLateInstall(state: InstallState, ts: number): boolean {
  return state.uninstallTs !== null && ts <= state.uninstallTs
}

/** Whether an uninstall of that time is about an earlier installation than the present one. */
export function isLateUninstall(state: InstallState, ts: number): boolean {
  return state.installTs !== null && ts < state.installTs
}

/** A confirmed installation with its pairs sealed, ready to be recorded. */
export interface ConfirmedInstall {
  /** Null when no application token was presented, as on the frame page of older portals. */
  readonly hash: string | null
  /** Unix seconds. */
  readonly ts: number
  /** A page carries no time of its own: a visit does not tell when the application was installed. */
  readonly source: 'event' | 'page'
  readonly application: Omit<ApplicationInstall, 'installerUserId' | 'installedAt'>
  /** Whether it came as ONAPPUPDATE. @default false */
  readonly isUpdate?: boolean
  /** The user whose access token was presented. */
  readonly userId: number
  readonly isAdmin: boolean
  /** The relay's own address that was called; null keeps the recorded one. */
  readonly handlerUrl: string | null
}

/**
 * Records a confirmed installation. Any user of the portal may have sent it, so most of what it brings counts
 * only when it comes from an owner: an administrator, the recorded installer, or the recorded system user.
 *
 * - Pairs and the system user are taken from an owner only. The pair of another user has fewer rights, and
 *   the claim "this is the system user" is proved by nothing.
 * - The application token becomes the current one only when an owner presents it, and only when the event is
 *   not older than the present token. Otherwise a forged or late token would end the true one a day later.
 */
export function recordInstall(
  state: InstallState,
  confirmed: ConfirmedInstall,
  now: number,
): InstallState {
  const former = state.application
  const mayChange = former === null || isOwner(former, confirmed)
  const mayBeCurrent = mayChange && confirmed.ts >= (state.tokenTs ?? state.installTs ?? 0)
  const isLost = hasNoPair(state.access)
  const installTs = installTimeAfter(state, confirmed)
  // The pairs of another application are of no use to this one.
  const isSame = former?.clientId === confirmed.application.clientId
  const pairs = recordPairs(isSame ? former : null, confirmed.application, { mayChange, isLost })
  const next: InstallState = {
    ...state,
    installTs,
    // The application was installed or updated after the uninstall that the notice tells of.
    uninstallNotice: isAfter(state.uninstallNotice, installTs) ? state.uninstallNotice : null,
    handlerUrl: (mayChange ? confirmed.handlerUrl : null) ?? state.handlerUrl,
    ...(confirmed.isUpdate === true && { updatedTs: Math.max(state.updatedTs ?? 0, confirmed.ts) }),
    ...recordToken(state, { ...confirmed, mayBeCurrent }, now),
    // A clock that was ahead may have erased the future: what comes from this installation on is none of it.
    erasedUpTo: state.erasedUpTo && Math.min(state.erasedUpTo, now),
    formerDomain: null,
    endedDomain: null,
    otherApplication: isSame ? state.otherApplication : null,
    application: {
      ...confirmed.application,
      installerUserId: former?.installerUserId ?? confirmed.userId,
      installedAt: former?.installedAt ?? now,
      ...pairs,
    },
    access: hasNewPair(former, pairs) ? null : state.access,
    recovery: null,
  }
  return setDirtyFlag(state, next)
}

function isAfter(notice: InstallState['uninstallNotice'], installTs: number): boolean {
  return notice !== null && notice.ts >= installTs
}

/**
 * The time at which the present installation began, in unix seconds. A page may be the first sign of it. Then the
 * time is after the last uninstall, so that a repetition of that uninstall comes too late to end this installation.
 */
function installTimeAfter(state: InstallState, { ts, source }: ConfirmedInstall): number {
  if (source === 'event') return Math.max(state.installTs ?? 0, ts)
  return state.installTs ?? Math.max(ts, (state.uninstallTs ?? 0) + 1)
}

/** Whether a verified user may change what is recorded of the portal. */
export function isOwner(
  former: Pick<ApplicationInstall, 'installerUserId' | 'systemUserId'> | null,
  { userId, isAdmin }: { readonly userId: number; readonly isAdmin: boolean },
): boolean {
  return isAdmin || userId === former?.installerUserId || userId === former?.systemUserId
}

/**
 * Whether a verified user may give the portal this application token (by its hash; null when none is given).
 * The OAuth server says nothing about that token, and every user of an application with a page holds an
 * access token, so an ordinary employee could bring a token of his own invention. A token that is not known
 * yet is therefore taken from an owner only (docs/bitrix24.md#install).
 */
export function mayGiveToken(
  state: Pick<InstallState, 'hashes' | 'application'>,
  { hash, ...user }: Pick<ConfirmedInstall, 'hash' | 'userId' | 'isAdmin'>,
  now: number,
): boolean {
  if (hash !== null && trustsToken(state, hash, now)) return true
  return isOwner(state.application, user)
}

/**
 * Ends the installation: tokens and pairs go, the generation is raised. The last sequence stays, so that the
 * next installation does not use it again.
 */
export function recordUninstall(
  state: InstallState,
  ts: number,
  lastSequence: number,
): InstallState {
  return {
    ...state,
    generation: state.generation + 1,
    lastSequence: Math.max(state.lastSequence, lastSequence),
    uninstallTs: Math.max(state.uninstallTs ?? 0, ts),
    uninstallNotice: null,
    installTs: null,
    hashes: [],
    tokenTs: null,
    application: null,
    otherApplication: null,
    access: null,
    formerDomain: state.application?.domain ?? state.formerDomain,
    endedDomain: state.application?.domain ?? state.endedDomain,
    recovery: null,
    kvDirty: true,
  }
}
