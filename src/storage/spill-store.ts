/**
 * The spill: where an event goes when its portal's object cannot be reached. The only user of the KV keys
 * `spill:{memberId}:{receivedAtMs}:{receipt}`, which sort by time of receipt within a portal.
 * Values are opaque here; whoever spills a request with tokens seals it first.
 */

const PREFIX = 'spill:'

/** A spilled request may wait this long for its portal; then it is given up. */
export const SPILL_TTL_SECONDS = 30 * 86_400

/** One spilled request. */
export interface SpillRecord {
  readonly key: string
  readonly memberId: string
  /** Unix milliseconds. */
  readonly receivedAt: number
  readonly receipt: string
}

/** The spilled requests of all portals. */
export class SpillStore {
  readonly #kv: KVNamespace

  constructor(kv: KVNamespace) {
    this.#kv = kv
  }

  /** Writes a request. Throws when KV refuses. */
  async save(
    place: { memberId: string; receivedAt: number; receipt: string },
    value: string,
  ): Promise<void> {
    const key = `${PREFIX}${place.memberId}:${place.receivedAt}:${place.receipt}`
    await this.#kv.put(key, value, { expirationTtl: SPILL_TTL_SECONDS })
  }

  /** One page of what waits, sorted by portal and time; of one portal or of all. */
  async list(
    cursor: string | null,
    memberId: string | null = null,
  ): Promise<{ records: SpillRecord[]; cursor: string | null }> {
    const page = await this.#kv.list({
      prefix: memberId === null ? PREFIX : `${PREFIX}${memberId}:`,
      ...(cursor === null ? {} : { cursor }),
    })
    return {
      records: page.keys.flatMap(({ name }) => recordOf(name)),
      cursor: page.list_complete ? null : page.cursor,
    }
  }

  /** The value of a record; null when it has been drained meanwhile. */
  load(record: SpillRecord): Promise<string | null> {
    return this.#kv.get(record.key)
  }

  /** Removes a drained record. */
  async remove(record: SpillRecord): Promise<void> {
    await this.#kv.delete(record.key)
  }
}

function recordOf(key: string): SpillRecord[] {
  const [, memberId, receivedAt, receipt] = key.split(':')
  if (memberId === undefined || receivedAt === undefined || receipt === undefined) return []
  return [{ key, memberId, receivedAt: Number(receivedAt), receipt }]
}
