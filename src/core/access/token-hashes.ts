/**
 * The application tokens of one installation, kept as hashes. Usually there is one. When the application is
 * updated, Bitrix24 may give it a new token while events with the former token are still under way, so the
 * former one stays valid for a day. Pure.
 */
import { DAY_MS } from '../durations.ts'
import { equalInConstantTime } from '../safety/constant-time.ts'

/** The time for which a former application token stays valid beside the new one, in milliseconds. */
export const FORMER_TOKEN_MS = DAY_MS

/** The hash of an application token that speaks for the portal. */
export interface TokenHash {
  readonly hash: string
  /** Unix milliseconds: the end of a former token; null for the current one. */
  readonly until: number | null
}

/** Everything that an install remembers of its application tokens. */
export interface TokenHashes {
  readonly hashes: readonly TokenHash[]
  /** Unix seconds: the newest time at which an event presented the current token; null when unknown. */
  readonly tokenTs: number | null
}

/** The application token that a confirmed installation presents. */
export interface PresentedToken {
  /** Null when the installation presents no token. */
  readonly hash: string | null
  /** Bitrix24's time of the installation, in unix seconds. */
  readonly ts: number
  readonly source: 'event' | 'page'
  /** Whether this token may end another one that is the current one. */
  readonly mayBeCurrent: boolean
}

/** Whether an application token, by its hash, speaks for the portal now. */
export function trustsToken(
  { hashes }: Pick<TokenHashes, 'hashes'>,
  hash: string,
  now: number,
): boolean {
  let isTrusted = false
  // Every hash is compared, so that the time of the answer tells nothing of the place of a match.
  for (const known of hashes) {
    if (equalInConstantTime(known.hash, hash) && isAlive(known, now)) isTrusted = true
  }
  return isTrusted
}

/**
 * Whether an application token, by its hash, is the current one. A former token still speaks for events that
 * are under way, and for nothing else.
 */
export function isCurrentToken({ hashes }: Pick<TokenHashes, 'hashes'>, hash: string): boolean {
  let isCurrent = false
  // Every hash is compared, as in `trustsToken`.
  for (const known of hashes) {
    if (equalInConstantTime(known.hash, hash) && known.until === null) isCurrent = true
  }
  return isCurrent
}

/**
 * The hashes after an installation has presented a token. The token becomes the current one, and the others
 * get their end. A token that may not become the current one is valid beside it for a day from the time of its
 * installation.
 */
export function recordToken(
  { hashes, tokenTs }: TokenHashes,
  { hash, ts, source, mayBeCurrent }: PresentedToken,
  now: number,
): TokenHashes {
  if (hash === null) return { hashes, tokenTs }
  const alive = hashes.filter((known) => isAlive(known, now))
  const current = alive.find(({ until }) => until === null)
  if (current !== undefined && !mayBeCurrent) {
    const isKnown = alive.some((known) => known.hash === hash)
    // The day of such a token began with its own installation. So an old installation that is sent again does not
    // lengthen it.
    const until = Math.min(now, ts * 1000) + FORMER_TOKEN_MS
    return { hashes: isKnown || until <= now ? alive : [...alive, { hash, until }], tokenTs }
  }
  const others = alive
    .filter((known) => known.hash !== hash)
    .map((known) => ({ ...known, until: known.until ?? now + FORMER_TOKEN_MS }))
  // An installation by the application's page carries no time of its own. When it presents the current token again,
  // the time of that token stays, so that a later update does not look older than the token.
  const isVisit = source === 'page' && current?.hash === hash
  return { hashes: [{ hash, until: null }, ...others], tokenTs: isVisit ? tokenTs : ts }
}

/** Whether a token is valid at that time; `now` in unix milliseconds. */
function isAlive({ until }: TokenHash, now: number): boolean {
  return until === null || until > now
}
