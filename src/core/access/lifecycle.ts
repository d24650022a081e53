/** What an installation and an uninstall make of the install. Pure. */
import type { ApplicationInstall, InstallState } from './install.ts'
import { isNewPair, recordPairs } from './install-pairs.ts'
import { recordToken } from './token-hashes.ts'

/** Bitrix24's time of a lifecycle event, clamped to now: a forged future must not outlive the present. */
export function clampTs(ts: number | null, now: number): number {
  const seconds = Math.floor(now / 1000)
  return ts === null ? seconds : Math.min(ts, seconds)
}

/** Whether an install of that time comes too late: the portal was uninstalled after it. */
export function isLateInstall(state: InstallState, ts: number): boolean {
  return state.uninstallTs !== null && ts <= state.uninstallTs
}

/** Whether an uninstall of that time speaks of an earlier installation than the present one. */
export function isLateUninstall(state: InstallState, ts: number): boolean {
  return state.installTs !== null && ts < state.installTs
}

/** A confirmed installation, ready to be written. */
export interface ConfirmedInstall {
  /** Null when the caller presented no application token (frame page of older portals). */
  readonly hash: string | null
  readonly ts: number
  /** A page carries no time: its visit tells nothing of when the application was installed. */
  readonly source: 'event' | 'page'
  readonly application: Omit<ApplicationInstall, 'installerUserId' | 'installedAt'>
  /** The user whose token was presented. */
  readonly userId: number
  readonly isAdmin: boolean
  /** The relay's own address that was called; null keeps the known one. */
  readonly handlerUrl: string | null
}

/**
 * Takes a confirmed installation over. A former application token stays valid for a day. Pairs and the
 * system user are taken only from an administrator, the recorded installer or the recorded system user:
 * the caller's word is all there is for "system user", and an ordinary user's pair has fewer rights.
 * For the same reason nobody else, and no event older than the present installation, makes a token the
 * current one: either could end the true one a day later.
 */
export function recordInstall(
  state: InstallState,
  confirmed: ConfirmedInstall,
  now: number,
): InstallState {
  const former = state.application
  const mayChange = former === null || isOwner(former, confirmed)
  const isCurrent = mayChange && confirmed.ts >= (state.tokenTs ?? state.installTs ?? 0)
  const isLost = state.access?.trouble === 'tokens_lost'
  const pairs = recordPairs(former, confirmed.application, { mayChange, isLost })
  const next: InstallState = {
    ...state,
    installTs: installTimeAfter(state, confirmed),
    handlerUrl: (mayChange ? confirmed.handlerUrl : null) ?? state.handlerUrl,
    ...recordToken(state, { ...confirmed, isCurrent }, now),
    formerDomain: null,
    application: {
      ...confirmed.application,
      installerUserId: former?.installerUserId ?? confirmed.userId,
      installedAt: former?.installedAt ?? now,
      ...pairs,
    },
    access: isNewPair(former, pairs) ? null : state.access,
  }
  return { ...next, kvDirty: state.kvDirty || hasOtherRecord(state, next) }
}

/** A first page installs after the last uninstall, so that this one's repetition comes too late. */
function installTimeAfter(state: InstallState, { ts, source }: ConfirmedInstall): number {
  if (source === 'event') return Math.max(state.installTs ?? 0, ts)
  return state.installTs ?? Math.max(ts, (state.uninstallTs ?? 0) + 1)
}

/** Whether KV has to be told: it holds tokens, pairs, domain and generation, and nothing else. */
function hasOtherRecord(before: InstallState, after: InstallState): boolean {
  const recordOf = ({ generation, hashes, application }: InstallState) => [
    generation,
    hashes.map(({ hash, until }) => [hash, until]),
    application?.tokens ?? null,
    application?.systemTokens ?? null,
    application?.domain ?? null,
  ]
  return JSON.stringify(recordOf(before)) !== JSON.stringify(recordOf(after))
}

/** Whether a verified user may change what the portal is known by, once an installation is recorded. */
export function isOwner(
  former: Pick<ApplicationInstall, 'installerUserId' | 'systemUserId'> | null,
  { userId, isAdmin }: { readonly userId: number; readonly isAdmin: boolean },
): boolean {
  return isAdmin || userId === former?.installerUserId || userId === former?.systemUserId
}

/** Ends the installation: tokens are gone, the generation is raised, the sequence is kept. */
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
    installTs: null,
    hashes: [],
    tokenTs: null,
    application: null,
    access: null,
    formerDomain: state.application?.domain ?? state.formerDomain,
    kvDirty: true,
  }
}
