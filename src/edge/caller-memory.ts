/**
 * The memory that one isolate has of its callers. A portal calls often, and the object's word about its token
 * is good for some seconds. So a busy portal costs one question, and so does a flood of one wrong token.
 */
import type { TokenHash } from '../core/access/token-hashes.ts'
import { BoundedMap } from '../core/bounded-map.ts'
import { LeakyBucket } from '../core/pace/leaky-bucket.ts'
import { CallerQuestions } from './caller-questions.ts'
import { PendingMemory } from './pending-memory.ts'

/** How long a token that the object trusts is remembered, in milliseconds. */
export const TRUSTED_MEMORY_MS = 30_000

/**
 * How long a refused token is remembered, in milliseconds. The time is shorter, because another isolate may
 * have seen the portal's installation meanwhile, and Bitrix24 sends an event only once (docs/decisions/0004).
 */
export const REFUSED_MEMORY_MS = 10_000

/**
 * How long a key of the rate limit counts as used up, in milliseconds. It is asked about again soon: the true
 * portal may call from the address of the flood.
 */
export const EXHAUSTED_MEMORY_MS = 10_000

/**
 * How many installations one isolate hands on in a minute. Each asks an OAuth server at most twice, and Bitrix24
 * blocks who asks too much.
 */
export const INSTALLS_PER_MINUTE = 600

/** The most tokens that are remembered, trusted and refused together. */
export const MAX_TOKENS_REMEMBERED = 5000

/** The edge's knowledge of a caller, before the portal's object is asked. */
export type CallerTrust = 'trusted' | 'refused' | 'unknown'

/** The token of one portal, by its hash. */
export interface CallerToken {
  readonly memberId: string
  readonly tokenHash: string
}

interface Verdict {
  readonly trusted: boolean
  /** Unix milliseconds. */
  readonly until: number
}

/** The callers that this isolate remembers. */
export class CallerMemory {
  readonly #verdicts = new BoundedMap<Verdict>(MAX_TOKENS_REMEMBERED)
  readonly #records = new BoundedMap<readonly TokenHash[]>(MAX_TOKENS_REMEMBERED)
  readonly #exhausted = new BoundedMap<number>(MAX_TOKENS_REMEMBERED)
  readonly #installs = new LeakyBucket({
    ratePerSecond: INSTALLS_PER_MINUTE / 60,
    size: INSTALLS_PER_MINUTE,
  })
  /** The pending installs, for `/healthz`. */
  readonly pending = new PendingMemory()
  /** The questions about unknown tokens that are under way. */
  readonly questions = new CallerQuestions()

  /** Remembers what the portal's object said of a token. */
  remember(
    caller: CallerToken,
    { trusted, now }: { readonly trusted: boolean; readonly now: number },
  ): void {
    const until = now + (trusted ? TRUSTED_MEMORY_MS : REFUSED_MEMORY_MS)
    this.#verdicts.set(nameOf(caller), { trusted, until })
  }

  /** The object's last word about a token; `unknown` when there is none, or when it is too old. */
  recall(caller: CallerToken, now: number): CallerTrust {
    const verdict = this.#verdicts.get(nameOf(caller))
    if (verdict === undefined || verdict.until <= now) return 'unknown'
    return verdict.trusted ? 'trusted' : 'refused'
  }

  /** Counts an installation that is handed on; false when this isolate has handed on too many. */
  takeInstall(now: number): boolean {
    if (this.#installs.waitMs(now) > 0) return false
    this.#installs.take(now)
    return true
  }

  /** Remembers which tokens KV named for a portal, so that a flood in its name costs no further read. */
  rememberRecord(memberId: string, hashes: readonly TokenHash[]): void {
    this.#records.set(nameOf({ memberId, tokenHash: '' }), hashes)
  }

  /** The tokens that KV named for a portal when it was read last; null when it was not read. */
  recallRecord(memberId: string): readonly TokenHash[] | null {
    return this.#records.get(nameOf({ memberId, tokenHash: '' })) ?? null
  }

  /** Remembers that a key of the rate limit is used up. */
  exhaust(key: string, now: number): void {
    this.#exhausted.set(`${key}|`, now + EXHAUSTED_MEMORY_MS)
  }

  /** Whether a key of the rate limit was used up a moment ago. */
  isExhausted(key: string, now: number): boolean {
    return (this.#exhausted.get(`${key}|`) ?? 0) > now
  }

  /** Forgets every token of a portal, because its install has changed. */
  forget(memberId: string): void {
    this.#verdicts.forget(nameOf({ memberId, tokenHash: '' }))
    this.#records.forget(nameOf({ memberId, tokenHash: '' }))
  }
}

function nameOf({ memberId, tokenHash }: CallerToken): string {
  return `${memberId}|${tokenHash}`
}
