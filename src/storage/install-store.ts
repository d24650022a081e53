/**
 * Installs as the edge reads them: the only user of the KV key `install:{memberId}`. Written by the
 * portal's object alone; KV may be a minute behind, the object is the authority. docs/storage.md.
 */
import * as v from 'valibot'

/** Prefix of every install's key. */
export const INSTALL_PREFIX = 'install:'

// Cloudflare refuses a shorter cache (facts: platform.md section 4).
const CACHE_TTL_SECONDS = 30

const InstallRecordSchema = v.object({
  version: v.literal(1),
  generation: v.number(),
  hashes: v.array(v.object({ hash: v.string(), until: v.nullable(v.number()) })),
  tokens: v.nullable(v.string()),
  systemTokens: v.nullable(v.string()),
  domain: v.nullable(v.string()),
})

/** What KV holds of a portal: enough to know its callers, and the sealed pairs. */
export type InstallRecord = v.InferOutput<typeof InstallRecordSchema>

/** The install records of all portals. */
export class InstallStore {
  readonly #kv: KVNamespace

  constructor(kv: KVNamespace) {
    this.#kv = kv
  }

  /** The record of a portal; null when there is none or it cannot be understood. */
  async load(memberId: string): Promise<InstallRecord | null> {
    const stored = await this.#kv.get(`${INSTALL_PREFIX}${memberId}`, {
      type: 'json',
      cacheTtl: CACHE_TTL_SECONDS,
    })
    const parsed = v.safeParse(InstallRecordSchema, stored)
    return parsed.success ? parsed.output : null
  }

  /** Writes a record. Throws when KV refuses; the object repeats it. */
  async save(memberId: string, record: InstallRecord): Promise<void> {
    await this.#kv.put(`${INSTALL_PREFIX}${memberId}`, JSON.stringify(record))
  }

  /** Removes the record of a portal that holds nothing any more. */
  async remove(memberId: string): Promise<void> {
    await this.#kv.delete(`${INSTALL_PREFIX}${memberId}`)
  }

  /** One page of the known portals' member ids; `cursor` is null on the first and after the last. */
  async list(cursor: string | null): Promise<{ memberIds: string[]; cursor: string | null }> {
    const page = await this.#kv.list({
      prefix: INSTALL_PREFIX,
      ...(cursor === null ? {} : { cursor }),
    })
    return {
      memberIds: page.keys.map(({ name }) => name.slice(INSTALL_PREFIX.length)),
      cursor: page.list_complete ? null : page.cursor,
    }
  }
}
