/**
 * The memory that one isolate has of its callers. A portal calls often, and the object's word about its token
 * is good for some seconds. So a busy portal costs one question, and so does a flood of one wrong token.
 */
import { BoundedMap } from '../core/bounded-map.ts'

/** How long a token that the object trusts is remembered, in milliseconds. */
export const TRUSTED_MEMORY_MS = 30_000

/**
 * How long a refused token is remembered, in milliseconds. The time is shorter, because another isolate may
 * have seen the portal's installation meanwhile, and Bitrix24 sends an event only once (docs/decisions/0004).
 */
export const REFUSED_MEMORY_MS = 10_000

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
  readonly #asking = new Map<string, number>()

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

  /**
   * Notes that the object is being asked about a token; true when nobody else is asking about it. The first
   * events of a new portal come together, and only one of them is counted by the rate limit. Each call needs
   * its `endAsking`.
   */
  beginAsking(caller: CallerToken): boolean {
    const name = nameOf(caller)
    const asking = this.#asking.get(name) ?? 0
    this.#asking.set(name, asking + 1)
    return asking === 0
  }

  /** Notes that one question about a token was answered. */
  endAsking(caller: CallerToken): void {
    const name = nameOf(caller)
    const asking = (this.#asking.get(name) ?? 1) - 1
    if (asking > 0) this.#asking.set(name, asking)
    else this.#asking.delete(name)
  }

  /** Forgets every token of a portal, because its install has changed. */
  forget(memberId: string): void {
    this.#verdicts.forget(nameOf({ memberId, tokenHash: '' }))
  }
}

function nameOf({ memberId, tokenHash }: CallerToken): string {
  return `${memberId}|${tokenHash}`
}
