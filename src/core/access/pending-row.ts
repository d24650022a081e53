/**
 * The pending installs of one portal, which share one row. While the OAuth server does not answer, anybody
 * may send an install, and a forged one may come before the true one. So an install never takes the place of
 * another one that presents a different application token: the server is asked about each of them. Pure.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../durations.ts'

/**
 * Why an install is pending. `unknown_application`: the OAuth server has confirmed it, but its application
 * is not configured yet. `unanswered`: the OAuth server or the portal has not answered yet.
 */
export type PendingKind = 'unknown_application' | 'unanswered'

/** One install that cannot be trusted yet. */
export interface PendingInstall {
  /** The request with what was confirmed of it, sealed. */
  readonly sealed: string
  /** Hash of the application token that the request presents; null when it presents none. */
  readonly tokenHash: string | null
  /** Bitrix24's time of the installation, in unix seconds. */
  readonly ts: number
  /** Unix milliseconds. */
  readonly since: number
  /** Unix milliseconds: the end of its time, after which it is deleted. */
  readonly expiresAt: number
}

/** All pending installs of one portal. The members of `PendingInstall` are those of the first one. */
export interface PendingRow extends PendingInstall {
  readonly kind: PendingKind
  /** The further installs, all of them `unanswered`: nobody knows yet which one is true. */
  readonly others: readonly PendingInstall[]
  /** Unix milliseconds: when the installs are looked at again. */
  readonly nextCheckAt: number
  /** The application and the portal's host by the OAuth server's word; null while it has not answered. */
  readonly clientId: string | null
  readonly domain: string | null
}

/** How long an install may be pending, in milliseconds. */
export const PENDING_MS: Readonly<Record<PendingKind, number>> = {
  unknown_application: 7 * DAY_MS,
  unanswered: HOUR_MS,
}

/** How often the pending installs are looked at again, in milliseconds. */
export const PENDING_CHECK_MS = MINUTE_MS

/** The most unanswered installs that one portal may have pending. */
export const MAX_PENDING = 4

/** Every pending install of a row, the first one first. */
export function pendingIn(row: PendingRow): readonly PendingInstall[] {
  const { sealed, tokenHash, ts, since, expiresAt } = row
  return [{ sealed, tokenHash, ts, since, expiresAt }, ...row.others]
}

/** The row with the installs that the condition keeps; null when it keeps none. */
export function keepPending(
  row: PendingRow,
  isKept: (pending: PendingInstall) => boolean,
): PendingRow | null {
  return rowOf(row, pendingIn(row).filter(isKept))
}

/** The row with `next` in the place of the install that has this sealed text; the order stays. */
export function replacePending(row: PendingRow, sealed: string, next: PendingInstall): PendingRow {
  const all = pendingIn(row).map((pending) => (pending.sealed === sealed ? next : pending))
  return rowOf(row, all) ?? row
}

/** An undecided install that asks for a place among the pending ones. */
export interface PendingWish {
  readonly kind: PendingKind
  readonly sealed: string
  readonly tokenHash: string | null
  readonly ts: number
  readonly clientId: string | null
  readonly domain: string | null
  /** The pending install that it was until now; null when it comes for the first time. */
  readonly again: PendingInstall | null
}

/**
 * The row after an undecided install has asked for a place; `now` in unix milliseconds. The answer is
 * `not_needed` when a better install is pending, and `full` when too many are. An install that asks again
 * keeps its end, so that repeating a request does not prolong its time.
 */
export function placePending(
  row: PendingRow | null,
  { kind, sealed, tokenHash, ts, clientId, domain, again }: PendingWish,
  now: number,
): PendingRow | 'not_needed' | 'full' {
  // Requests carry no id: the same time and the same application token are the same installation.
  const isSame = (known: PendingInstall): boolean =>
    again === null
      ? known.ts === ts && known.tokenHash === tokenHash
      : known.sealed === again.sealed
  const former = row?.kind === kind ? pendingIn(row).find(isSame) : undefined
  const since = former?.since ?? now
  const next = { sealed, tokenHash, ts, since, expiresAt: since + PENDING_MS[kind] }
  const nextCheckAt = now + PENDING_CHECK_MS
  const alone = { ...next, kind, others: [], nextCheckAt, clientId, domain }
  if (row === null) return alone
  if (kind === 'unanswered') {
    return again === null ? addUnanswered(row, next) : replacePending(row, again.sealed, next)
  }
  // Confirmed by the OAuth server: it takes the whole row, unless another install would be lost with it.
  const others = pendingIn(row).filter((known) => known.sealed !== again?.sealed)
  return others.every((other) => endsPending(next, other)) ? alone : 'not_needed'
}

/**
 * The row with one more unanswered install. It replaces an install with the same application token. An
 * install without a token is not added to a row: no event could be trusted because of it.
 */
function addUnanswered(row: PendingRow, next: PendingInstall): PendingRow | 'not_needed' | 'full' {
  if (row.kind !== 'unanswered' || next.tokenHash === null) return 'not_needed'
  const same = pendingIn(row).find(({ tokenHash }) => tokenHash === next.tokenHash)
  if (same !== undefined) return replacePending(row, same.sealed, next)
  if (pendingIn(row).length >= MAX_PENDING) return 'full'
  return { ...row, others: [...row.others, next] }
}

/**
 * Whether a confirmed install makes another pending one needless. A confirmed install without an
 * application token does not, when the pending one has a token: this token would be lost.
 */
export function endsPending(
  confirmed: Pick<PendingInstall, 'tokenHash'>,
  pending: Pick<PendingInstall, 'tokenHash'>,
): boolean {
  return confirmed.tokenHash !== null || pending.tokenHash === null
}

function rowOf(row: PendingRow, all: readonly PendingInstall[]): PendingRow | null {
  const [first, ...others] = all
  return first === undefined ? null : { ...row, ...first, others }
}
