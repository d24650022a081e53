/**
 * The pending installs of one portal, which share one row. While the OAuth server does not answer, anybody may
 * send an install, and any administrator may install an application that nobody has configured. So installs
 * wait side by side: each under the hash of its application token, a confirmed one under its client id too, an
 * unconfirmed one under its network.
 * A flood drives out its own: the application or network with the most installs loses one (placePending). Pure.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../durations.ts'

/**
 * The reason why an install is pending. `unknown_application`: the OAuth server has confirmed it, but its application
 * is not configured yet. `unanswered`: the OAuth server or the portal has not answered yet.
 */
export type PendingKind = 'unknown_application' | 'unanswered'

/** One install that cannot be trusted yet. */
export interface PendingInstall {
  readonly kind: PendingKind
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
  /** The application and the portal's host by the OAuth server's word; null while it has not answered. */
  readonly clientId: string | null
  readonly domain: string | null
  /** The network that it came from; null when that is not known, as from the spill. */
  readonly network: string | null
}

/** All pending installs of one portal. The members of `PendingInstall` are those of the first one. */
export interface PendingRow extends PendingInstall {
  /** The further installs. Confirmed ones stand first, and then those that came first. */
  readonly others: readonly PendingInstall[]
  /** Unix milliseconds: when the installs are looked at again. */
  readonly nextCheckAt: number
}

/** The time for which an install may be pending, in milliseconds. */
export const PENDING_MS: Readonly<Record<PendingKind, number>> = {
  unknown_application: 7 * DAY_MS,
  unanswered: HOUR_MS,
}

/** The time between two looks at the pending installs, in milliseconds. */
export const PENDING_CHECK_MS = MINUTE_MS

/** The most pending installs of one portal. */
const MAX_PENDING = 32

/**
 * The most pending installs of one holder (holderOf). The access token of an application is one proof, and whoever has
 * it can invent any number of application tokens beside it; nobody has proved anything of an unconfirmed install.
 */
const MAX_PENDING_OF_HOLDER = 4

/** Every pending install of a row, the first one first. */
export function pendingIn(
  row: PendingRow,
): readonly [first: PendingInstall, ...others: PendingInstall[]] {
  const { others, nextCheckAt: _, ...first } = row
  return [first, ...others]
}

/** The row with the installs that the condition keeps; null when it keeps none. */
export function keepPending(
  row: PendingRow,
  isKept: (pending: PendingInstall) => boolean,
): PendingRow | null {
  return rowOf(pendingIn(row).filter(isKept), row.nextCheckAt)
}

/** The row with `next` in the place of the install that has this sealed text; the order stays. */
export function replacePending(row: PendingRow, sealed: string, next: PendingInstall): PendingRow {
  const all = pendingIn(row).map((pending) => (pending.sealed === sealed ? next : pending))
  return rowOf(all, row.nextCheckAt) ?? row
}

/** An undecided install that asks for a place among the pending ones. */
export interface PendingWish extends Omit<PendingInstall, 'since' | 'expiresAt'> {
  /** The pending install that it was until now; null when it comes for the first time. */
  readonly again: PendingInstall | null
}

/**
 * The row after an undecided install has asked for a place; `now` in unix milliseconds. An install that asks
 * again keeps its end, so that repeating a request does not prolong its time. The answer is
 * - `not_needed` when a confirmed install of the same application waits already, and tells as much;
 * - `full` when no place is left, and none can be made.
 */
export function placePending(
  row: PendingRow | null,
  { again, ...wish }: PendingWish,
  now: number,
): PendingRow | 'not_needed' | 'full' {
  const known: readonly PendingInstall[] = row === null ? [] : pendingIn(row)
  const former = known.find((pending) =>
    again === null ? isInPlaceOf(wish, pending) : pending.sealed === again.sealed,
  )
  // Requests carry no id: the same time and the same application token are the same installation.
  const isRepeated = former?.kind === wish.kind && former.ts === wish.ts
  const since = isRepeated ? former.since : now
  const next: PendingInstall = { ...wish, since, expiresAt: since + PENDING_MS[wish.kind] }
  const others = known.filter((pending) => pending !== former)
  if (others.some((other) => makesNeedless(other, next))) return 'not_needed'
  const left = others.filter((other) => !makesNeedless(next, other))
  // It keeps its place, unless it has become a confirmed one.
  const at =
    former === undefined || left.length < others.length ? left.length : known.indexOf(former)
  const all = makeRoom(left.toSpliced(at, 0, next), next)
  if (all === null) return 'full'
  return rowOf(all, row?.nextCheckAt ?? now + PENDING_CHECK_MS) ?? 'full'
}

/**
 * Whether an install takes the place of one that waits. Both have the same kind and bring the same application
 * token. Confirmed ones name the same application. Unconfirmed ones came from the same network: whoever has read
 * the token elsewhere must not put his own install in the place of the true one. An install without a token only
 * takes the place of the same install that was sent before from the same network.
 */
function isInPlaceOf(
  { kind, ts, tokenHash, clientId, network }: Omit<PendingWish, 'again'>,
  known: PendingInstall,
): boolean {
  if (known.kind !== kind || known.tokenHash !== tokenHash) return false
  if (known.clientId !== clientId) return false
  if (tokenHash === null) return known.ts === ts && known.network === network
  return kind === 'unknown_application' || known.network === network
}

/**
 * Whether an install makes another one needless. Both are confirmed installs of one application, and the other one
 * presents the same application token, or none, so that no event could be trusted because of it. An install that
 * nobody has confirmed may be of any application, whatever token it presents: nothing makes it needless.
 */
function makesNeedless(one: PendingInstall, other: PendingInstall): boolean {
  if (one.kind === 'unanswered' || other.kind === 'unanswered') return false
  if (one.clientId !== other.clientId) return false
  return other.tokenHash === null || one.tokenHash === other.tokenHash
}

/**
 * The installs without the one that has to leave for `next`; null when `next` itself finds no place. A holder with
 * more than its share loses its oldest install. When all together are still too many, the largest holder loses its
 * oldest one, but no application its last.
 */
function makeRoom(
  all: readonly PendingInstall[],
  next: PendingInstall,
): readonly PendingInstall[] | null {
  const holders = Map.groupBy(all, holderOf)
  const own = holders.get(holderOf(next)) ?? []
  if (own.length > MAX_PENDING_OF_HOLDER) return withoutOldest(all, own, next)
  if (all.length <= MAX_PENDING) return all
  const open = [...holders.values()].filter((held) => mayLoseOne(held, next))
  const most = Math.max(...open.map(({ length }) => length))
  return withoutOldest(all, open.filter(({ length }) => length === most).flat(), next)
}

/**
 * The holder of an install's place: its application where an OAuth server has confirmed it, and its network otherwise.
 * It is the part that a sender cannot invent. Bitrix24 sends the installs of all applications from a few networks, so
 * a confirmed one is not counted under its network.
 */
function holderOf({ kind, clientId, network }: PendingInstall): string {
  return `${kind} ${kind === 'unknown_application' ? clientId : network}`
}

/** Whether a holder may lose one of the installs that it holds. An application keeps its last one. */
function mayLoseOne(held: readonly PendingInstall[], next: PendingInstall): boolean {
  return held.length > 1 || held.every((one) => one !== next && one.kind === 'unanswered')
}

function withoutOldest(
  all: readonly PendingInstall[],
  held: readonly PendingInstall[],
  next: PendingInstall,
): readonly PendingInstall[] | null {
  const [oldest] = held.filter((one) => one !== next).toSorted((a, b) => a.since - b.since)
  return oldest === undefined ? null : all.filter((one) => one !== oldest)
}

/**
 * Whether a trusted install makes an older pending one needless. A trusted install without an application
 * token does not, when the pending one has a token: this token would be lost.
 */
export function endsPending(
  confirmed: Pick<PendingInstall, 'tokenHash'>,
  pending: Pick<PendingInstall, 'tokenHash'>,
): boolean {
  return confirmed.tokenHash !== null || pending.tokenHash === null
}

function rowOf(all: readonly PendingInstall[], nextCheckAt: number): PendingRow | null {
  const isConfirmed = ({ kind }: PendingInstall): boolean => kind === 'unknown_application'
  const unconfirmed = all.filter((pending) => !isConfirmed(pending))
  const [first, ...others] = [...all.filter(isConfirmed), ...unconfirmed]
  return first === undefined ? null : { ...first, others, nextCheckAt }
}
