/**
 * The installs of one pending row. While the OAuth server is silent anybody may send one, so none takes
 * the place of another with a different application token: each is asked about in its turn.
 */
import { DAY_MS } from '../lanes/retry.ts'

/** A request that waits; sealed. */
export interface WaitingInstall {
  readonly sealed: string
  /** Hash of the application token that it presents; null when it presents none. */
  readonly tokenHash: string | null
  readonly ts: number
  /** Unix milliseconds. */
  readonly since: number
  readonly expiresAt: number
}

/** Installations that cannot be trusted yet; one row. Its own request is the one that came first. */
export interface PendingInstall extends WaitingInstall {
  /** `unknown_application` waits 7 days for the configuration, `unanswered` 1 h for the OAuth server. */
  readonly kind: 'unknown_application' | 'unanswered'
  /** Further `unanswered` ones: nobody knows yet which of them is true. */
  readonly others: readonly WaitingInstall[]
  readonly nextCheckAt: number
  /** What the OAuth server said; null while it has not answered. */
  readonly clientId: string | null
  readonly domain: string | null
}

/** How long an install may wait, in milliseconds. */
export const PENDING_MS = { unknown_application: 7 * DAY_MS, unanswered: DAY_MS / 24 } as const

/** How often a pending install is looked at again. */
export const PENDING_CHECK_MS = 60_000

/** The most unanswered installs that wait at one portal. */
export const MAX_WAITING = 4

/** Every install that waits in a row, the first one first. */
export function waitingIn(row: PendingInstall): readonly WaitingInstall[] {
  const { sealed, tokenHash, ts, since, expiresAt } = row
  return [{ sealed, tokenHash, ts, since, expiresAt }, ...row.others]
}

/** The row with those installs alone that the condition keeps; null when none is left. */
export function keepWaiting(
  row: PendingInstall,
  isKept: (waiting: WaitingInstall) => boolean,
): PendingInstall | null {
  return rowOf(row, waitingIn(row).filter(isKept))
}

/** The row with an install in the place of the one that was sealed like that. */
export function replaceWaiting(
  row: PendingInstall,
  sealed: string,
  next: WaitingInstall,
): PendingInstall {
  const all = waitingIn(row).map((waiting) => (waiting.sealed === sealed ? next : waiting))
  return rowOf(row, all) ?? row
}

/**
 * The row with one more unanswered install. One with the same application token is replaced; one without
 * a token waits only where nothing else does, since without it no event could be trusted.
 */
export function addWaiting(
  row: PendingInstall,
  next: WaitingInstall,
): PendingInstall | 'not_needed' | 'full' {
  if (row.kind !== 'unanswered' || next.tokenHash === null) return 'not_needed'
  const same = waitingIn(row).find(({ tokenHash }) => tokenHash === next.tokenHash)
  if (same !== undefined) return replaceWaiting(row, same.sealed, next)
  if (waitingIn(row).length >= MAX_WAITING) return 'full'
  return { ...row, others: [...row.others, next] }
}

/**
 * Whether an install that the OAuth server has confirmed ends the waiting of another one. It does not
 * when it brings no application token and the other one may: that would be lost.
 */
export function endsWaiting(
  confirmed: Pick<WaitingInstall, 'tokenHash'>,
  waiting: Pick<WaitingInstall, 'tokenHash'>,
): boolean {
  return confirmed.tokenHash !== null || waiting.tokenHash === null
}

function rowOf(row: PendingInstall, all: readonly WaitingInstall[]): PendingInstall | null {
  const [first, ...others] = all
  return first === undefined ? null : { ...row, ...first, others }
}
