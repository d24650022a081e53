/**
 * What the edge knows of its callers: the memory of this isolate, then KV, then nothing. It never has the
 * last word: a caller that it does not know is asked about at the portal's object. It decides only who is
 * counted by the rate limit and whose event may be spilled when that object cannot be reached.
 */
import { equalInConstantTime } from '../core/safety/constant-time.ts'
import { admitsToken } from '../core/access/install.ts'
import { webhookRule, type OutgoingWebhook } from '../core/access/outgoing-webhook.ts'
import type { InstallStore } from '../storage/install-store.ts'

/** How long a token that was accepted is remembered, in milliseconds. */
export const TRUSTED_MEMORY_MS = 30_000

/**
 * How long a refused token is remembered. Shorter: another isolate may have seen its install meanwhile,
 * and Bitrix24 sends an event only once (docs/decisions/0004).
 */
export const REFUSED_MEMORY_MS = 10_000

/** The most tokens remembered, of either kind. */
export const MAX_TOKENS_REMEMBERED = 5000

/** What is known about a caller without asking the object. */
export type CallerTrust = 'trusted' | 'refused' | 'unknown'

/** The memory of one isolate; bounded, oldest first out. */
export class CallerMemory {
  readonly #until = new Map<string, { readonly trusted: boolean; readonly until: number }>()
  readonly #asking = new Map<string, number>()

  /** Remembers the object's word about a token's hash. */
  remember(memberId: string, tokenHash: string, { trusted, now }: Memory): void {
    const key = `${memberId}|${tokenHash}`
    this.#until.delete(key)
    const oldest = this.#until.keys().next()
    if (this.#until.size >= MAX_TOKENS_REMEMBERED && !oldest.done) this.#until.delete(oldest.value)
    const until = now + (trusted ? TRUSTED_MEMORY_MS : REFUSED_MEMORY_MS)
    this.#until.set(key, { trusted, until })
  }

  /** What is remembered; `unknown` when nothing is, or it is too old. */
  recall(memberId: string, tokenHash: string, now: number): CallerTrust {
    const known = this.#until.get(`${memberId}|${tokenHash}`)
    if (known === undefined || known.until <= now) return 'unknown'
    return known.trusted ? 'trusted' : 'refused'
  }

  /**
   * Notes that the object is being asked about a token; true for the first who asks. A burst of one token is
   * one question, so that a portal whose first events come together is not counted as a flood.
   */
  beginAsking(memberId: string, tokenHash: string): boolean {
    const key = `${memberId}|${tokenHash}`
    const asking = this.#asking.get(key) ?? 0
    this.#asking.set(key, asking + 1)
    return asking === 0
  }

  /** The question has been answered. */
  endAsking(memberId: string, tokenHash: string): void {
    const key = `${memberId}|${tokenHash}`
    const asking = (this.#asking.get(key) ?? 1) - 1
    if (asking > 0) this.#asking.set(key, asking)
    else this.#asking.delete(key)
  }

  /** Forgets a portal: its install has changed. */
  forget(memberId: string): void {
    for (const key of this.#until.keys()) {
      if (key.startsWith(`${memberId}|`)) this.#until.delete(key)
    }
  }
}

interface Memory {
  readonly trusted: boolean
  readonly now: number
}

/** What the edge asks. */
export interface EdgeTrustDeps {
  readonly memory: CallerMemory
  readonly installs: InstallStore
  readonly webhooks: readonly OutgoingWebhook[]
  readonly now: () => number
}

/** Memory, configuration, KV: the first that knows the token. A failing KV knows nothing. */
export async function recallCaller(
  deps: EdgeTrustDeps,
  caller: { memberId: string; token: string; tokenHash: string },
): Promise<CallerTrust> {
  const { memberId, token, tokenHash } = caller
  const remembered = deps.memory.recall(memberId, tokenHash, deps.now())
  if (remembered !== 'unknown') return remembered
  const named = deps.webhooks.filter((webhook) => isNamed(webhook, memberId))
  if (named.some((webhook) => equalInConstantTime(webhook.token, token))) return 'trusted'
  try {
    const record = await deps.installs.load(memberId)
    if (record !== null && admitsToken(record, tokenHash, deps.now())) return 'trusted'
  } catch {
    // KV does not answer: the object will.
  }
  return 'unknown'
}

function isNamed(webhook: OutgoingWebhook, memberId: string): boolean {
  return webhookRule(webhook.portal) === 'member' && webhook.portal === memberId
}
