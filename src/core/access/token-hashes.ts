/** The hashes of the application tokens that speak for a portal. Pure. */
import { equalInConstantTime } from '../safety/constant-time.ts'
import { DAY_MS } from '../lanes/retry.ts'

/** A former application token stays valid this long beside a new one. */
export const FORMER_TOKEN_MS = DAY_MS

/** The hash of an application token that speaks for the portal. */
export interface TokenHash {
  readonly hash: string
  /** Unix milliseconds; null while it is the current one. */
  readonly until: number | null
}

/** What an install remembers of its application tokens. */
export interface TokenHashes {
  readonly hashes: readonly TokenHash[]
  /** Unix seconds: when the current application token was last said to be that; null when unknown. */
  readonly tokenTs: number | null
}

/** An application token that a confirmed installation has presented. */
export interface PresentedToken {
  /** Null when none was presented. */
  readonly hash: string | null
  /** Unix seconds. */
  readonly ts: number
  readonly source: 'event' | 'page'
  /** Whether it may become the current one. */
  readonly isCurrent: boolean
}

/** Whether an application token's hash speaks for the portal now. */
export function trustsToken(
  state: Pick<TokenHashes, 'hashes'>,
  hash: string,
  now: number,
): boolean {
  let isTrusted = false
  for (const known of state.hashes) {
    const valid = known.until === null || known.until > now
    if (equalInConstantTime(known.hash, hash) && valid) isTrusted = true
  }
  return isTrusted
}

/** The hashes after an installation has presented a token. */
export function recordToken(
  { hashes, tokenTs }: TokenHashes,
  { hash, ts, source, isCurrent }: PresentedToken,
  now: number,
): TokenHashes {
  if (hash === null) return { hashes, tokenTs }
  const alive = hashes.filter((known) => known.until === null || known.until > now)
  const current = alive.find(({ until }) => until === null)
  if (current !== undefined && !isCurrent) {
    const isKnown = alive.some((known) => known.hash === hash)
    const former = { hash, until: now + FORMER_TOKEN_MS }
    return { hashes: isKnown ? alive : [...alive, former], tokenTs }
  }
  const others = alive
    .filter((known) => known.hash !== hash)
    .map((known) => ({ ...known, until: known.until ?? now + FORMER_TOKEN_MS }))
  const isVisit = source === 'page' && current?.hash === hash
  return { hashes: [{ hash, until: null }, ...others], tokenTs: isVisit ? tokenTs : ts }
}
