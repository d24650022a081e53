/**
 * The spilled requests in KV: an event goes here when its portal's object cannot be reached. This is the only
 * user of the keys `spill:{memberId}:{receivedAtMs}:{receipt}`, which sort by time of receipt within a
 * portal. A value is text that the store does not look into; a request with tokens is sealed before it comes
 * here.
 */
import { listKeyPages } from './kv-keys.ts'
import { KV_READ_MS, KV_WRITE_MS, withTimeout } from './with-timeout.ts'

const PREFIX = 'spill:'

/** How long a spilled request may wait for its portal, in seconds; then KV removes it. */
export const SPILL_TTL_SECONDS = 30 * 86_400

/** Where a spilled request is stored, and what its key tells of it. */
export interface SpillRecord {
  readonly key: string
  readonly memberId: string
  /** Unix milliseconds. */
  readonly receivedAt: number
  readonly receipt: string
}

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

  /** Loads the value of a request; null when another run has drained it meanwhile. */
  load(record: SpillRecord): Promise<string | null> {
    return withTimeout(this.#kv.get(record.key), KV_READ_MS, 'KV')
  }

  /** Removes a drained request. */
  async remove(record: SpillRecord): Promise<void> {
    await withTimeout(this.#kv.delete(record.key), KV_WRITE_MS, 'KV')
  }
}

/** Null for a key that this store has not written. */
function parseKey(key: string): SpillRecord | null {
  const [, memberId, receivedAt, receipt] = key.split(':')
  if (memberId === undefined || receivedAt === undefined || receipt === undefined) return null
  return { key, memberId, receivedAt: Number(receivedAt), receipt }
}
