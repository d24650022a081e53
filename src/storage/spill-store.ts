/**
 * The spilled requests in KV: an event goes here when its portal's object cannot be reached. This is the only
 * user of the keys `spill:{memberId}:{receivedAtMs}:{receipt}`, which sort by time of receipt within a
 * portal, and of the keys `refused:…` of the same form. These hold the requests that their object has refused:
 * they were acknowledged, so they are kept for the operator, and no drain meets them again. A value is text
 * that the store does not look into; a request with tokens is sealed before it comes here.
 */
import * as v from 'valibot'
import { listKeyPages, type KvKey } from './kv-keys.ts'
import { KV_READ_MS, KV_WRITE_MS, withTimeout } from './with-timeout.ts'

const PREFIX = 'spill:'
const REFUSED_PREFIX = 'refused:'

/** The time for which a spilled request may wait for its portal, in seconds; then KV removes it. */
export const SPILL_TTL_SECONDS = 30 * 86_400

/** The time for which a refused request is kept, in seconds; then KV removes it. */
const REFUSED_TTL_SECONDS = 30 * 86_400

/** The place of a spilled request, and the facts that its key tells. */
export interface SpillRecord {
  readonly key: string
  readonly memberId: string
  /** Unix milliseconds. */
  readonly receivedAt: number
  readonly receipt: string
}

/** The facts about a refused request that are known without opening it. */
export interface RefusedFacts {
  readonly kind: 'append' | 'install' | 'uninstall'
  /** The name of the event of an append; null for the other kinds. */
  readonly event: string | null
  /** The object's reason, for example `untrusted`; another version may have written another word. */
  readonly reason: string
  /** Unix milliseconds. */
  readonly refusedAt: number
}

/** A refused request and its place. */
export interface RefusedRecord extends SpillRecord, RefusedFacts {}

const RefusedFactsSchema = v.object({
  kind: v.picklist(['append', 'install', 'uninstall']),
  event: v.nullable(v.string()),
  reason: v.string(),
  refusedAt: v.number(),
})

/** The facts that are shown of a refused request when a later version has written its facts in another form. */
const UNREADABLE: RefusedFacts = { kind: 'append', event: null, reason: 'unreadable', refusedAt: 0 }

/** The spilled requests of all portals. Each method rejects when KV does not answer in time. */
export class SpillStore {
  readonly #kv: KVNamespace

  constructor(kv: KVNamespace) {
    this.#kv = kv
  }

  /** Saves a request. Rejects when KV refuses. */
  async save(
    place: { memberId: string; receivedAt: number; receipt: string },
    value: string,
  ): Promise<void> {
    const key = `${PREFIX}${place.memberId}:${place.receivedAt}:${place.receipt}`
    const written = this.#kv.put(key, value, { expirationTtl: SPILL_TTL_SECONDS })
    await withTimeout(written, KV_WRITE_MS, 'KV')
  }

  /**
   * Yields the spilled requests of one portal or of all, page by page, sorted by portal and time of receipt.
   */
  async *pages(memberId: string | null = null): AsyncGenerator<readonly SpillRecord[], void> {
    const prefix = memberId === null ? PREFIX : `${PREFIX}${memberId}:`
    for await (const keys of listKeyPages(this.#kv, prefix)) {
      yield keys.map(parseKey).filter((record) => record !== null)
    }
  }

  /**
   * Moves a request that its object has refused to a key of its own. A crash between the two steps leaves
   * both, and the next drain does this again.
   */
  async refuse(record: SpillRecord, value: string, refused: RefusedFacts): Promise<void> {
    const { memberId, receivedAt, receipt } = record
    const key = `${REFUSED_PREFIX}${memberId}:${receivedAt}:${receipt}`
    const options = { expirationTtl: REFUSED_TTL_SECONDS, metadata: refused }
    await withTimeout(this.#kv.put(key, value, options), KV_WRITE_MS, 'KV')
    await this.remove(record)
  }

  /** Yields the refused requests of one portal, page by page, sorted by time of receipt. */
  async *refusedPages(memberId: string): AsyncGenerator<readonly RefusedRecord[], void> {
    for await (const keys of listKeyPages(this.#kv, `${REFUSED_PREFIX}${memberId}:`)) {
      yield keys.flatMap((key) => {
        const record = parseKey(key)
        const facts = v.safeParse(RefusedFactsSchema, key.metadata)
        return record === null
          ? []
          : [{ ...record, ...(facts.success ? facts.output : UNREADABLE) }]
      })
    }
  }

  /** Loads the value of a request; null when another run has drained it meanwhile. */
  load(record: SpillRecord): Promise<string | null> {
    return withTimeout(this.#kv.get(record.key), KV_READ_MS, 'KV')
  }

  /** Removes a request that its object has taken. */
  async remove(record: SpillRecord): Promise<void> {
    await withTimeout(this.#kv.delete(record.key), KV_WRITE_MS, 'KV')
  }
}

/** The place that a key tells; null for a key that this store has not written. */
function parseKey({ name: key }: KvKey): SpillRecord | null {
  const [, memberId, receivedAt, receipt] = key.split(':')
  if (memberId === undefined || receivedAt === undefined || receipt === undefined) return null
  return { key, memberId, receivedAt: Number(receivedAt), receipt }
}
