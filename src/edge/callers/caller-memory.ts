/**
 * The memory that one isolate has of its callers. A portal calls often, so what its object has said about a
 * token is remembered for some seconds. A busy portal then costs one question, and so does a flood of one wrong
 * token.
 */
import type { TokenHash } from '../../core/access/token-hashes.ts'
import { BoundedMap } from '../../core/bounded-map.ts'
import { EdgeCounts } from '../edge-counts.ts'
import { CallerQuestions } from './caller-questions.ts'

/** The time for which a token that the object trusts is remembered, in milliseconds. */
export const TRUSTED_MEMORY_MS = 30_000

/**
 * The time for which a refused token is remembered, in milliseconds. The time is shorter, because another isolate may
 * have seen the portal's installation meanwhile, and Bitrix24 sends an event only once (docs/decisions/0004).
 */
export const REFUSED_MEMORY_MS = 10_000

/**
 * The time for which a key of the rate limit counts as used up, in milliseconds. It is asked about again soon: the
 * true portal may call from the address of the flood.
 */
export const SPENT_MEMORY_MS = 10_000

/** The most tokens that are remembered, trusted and refused together. */
export const MAX_TOKENS_REMEMBERED = 5000

/** The edge's knowledge of a caller, before the portal's object is asked. */
export type CallerTrust = 'trusted' | 'refused' | 'unknown'

/** The token of one portal, by its hash. */
export interface CallerToken {
  readonly memberId: string
  readonly tokenHash: string
}

interface RememberedToken {
  readonly trusted: boolean
  /** Unix milliseconds. */
  readonly until: number
}

/** The callers that this isolate remembers. */
export class CallerMemory {
  readonly #tokens = new BoundedMap<RememberedToken>(MAX_TOKENS_REMEMBERED)
  readonly #records = new BoundedMap<readonly TokenHash[]>(MAX_TOKENS_REMEMBERED)
  /** The portals whose objects have refused a token and said that they are connected. */
  readonly #known = new BoundedMap<true>(MAX_TOKENS_REMEMBERED)
  readonly #spentUntil = new BoundedMap<number>(MAX_TOKENS_REMEMBERED)
  /** The numbers of this isolate, for the metrics. */
  readonly counts = new EdgeCounts()
  /** The questions about unknown tokens that are under way. */
  readonly questions = new CallerQuestions()

  /** Remembers what the portal's object said of a token. */
  remember(
    caller: CallerToken,
    { trusted, now }: { readonly trusted: boolean; readonly now: number },
  ): void {
    const until = now + (trusted ? TRUSTED_MEMORY_MS : REFUSED_MEMORY_MS)
    this.#tokens.set(nameOf(caller), { trusted, until })
  }

  /** The last word of the object about a token; `unknown` when it said nothing, or too long ago. */
  recall(caller: CallerToken, now: number): CallerTrust {
    const remembered = this.#tokens.get(nameOf(caller))
    if (remembered === undefined || remembered.until <= now) return 'unknown'
    return remembered.trusted ? 'trusted' : 'refused'
  }

  /** Remembers which tokens KV named for a portal, so that a flood in its name costs no further read. */
  rememberRecord(memberId: string, hashes: readonly TokenHash[]): void {
    this.#records.set(memberId, hashes)
  }

  /** The tokens that KV named for a portal when it was read last; null when it was not read. */
  recallRecord(memberId: string): readonly TokenHash[] | null {
    return this.#records.get(memberId) ?? null
  }

  /** Notes that a portal is or was connected, as its object says. */
  noteKnown(memberId: string): void {
    this.#known.set(memberId, true)
  }

  /** Whether the edge knows that a portal is or was connected; for an event of a stranger it asks nobody. */
  isKnown(memberId: string): boolean {
    return this.#known.get(memberId) === true || (this.recallRecord(memberId) ?? []).length > 0
  }

  /** Remembers that a key of the rate limit is used up. */
  rememberSpent(key: string, now: number): void {
    this.#spentUntil.set(key, now + SPENT_MEMORY_MS)
  }

  /** Whether a key of the rate limit was used up a moment ago. */
  isSpent(key: string, now: number): boolean {
    return (this.#spentUntil.get(key) ?? 0) > now
  }

  /** Forgets every token of a portal, because its install has changed. */
  forget(memberId: string): void {
    this.#tokens.forget(nameOf({ memberId, tokenHash: '' }))
    this.#records.forget(memberId)
  }
}

function nameOf({ memberId, tokenHash }: CallerToken): string {
  return `${memberId}|${tokenHash}`
}
