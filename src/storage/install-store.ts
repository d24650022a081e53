/**
 * The copy of each install in KV, under the key `install:{memberId}`, by which the edge knows portals without
 * waking their objects. Only the portal's object writes it. KV may be a minute behind, so the object has the
 * last word (docs/storage.md).
 */
import * as v from 'valibot'
import { listKeyPages } from './kv-keys.ts'
import { KV_READ_MS, KV_WRITE_MS, withTimeout } from './with-timeout.ts'

/** Prefix of every install's key. */
export const INSTALL_PREFIX = 'install:'

// The shortest time that Cloudflare allows (docs/cloudflare.md, "KV").
const CACHE_TTL_SECONDS = 30

const KvInstallSchema = v.object({
  version: v.literal(1),
  generation: v.number(),
  hashes: v.array(v.object({ hash: v.string(), until: v.nullable(v.number()) })),
  tokens: v.nullable(v.string()),
  systemTokens: v.nullable(v.string()),
  domain: v.nullable(v.string()),
  /** The copy by which a damaged install is restored; absent in records of a former version. */
  copy: v.optional(v.unknown()),
  /** The one of `hashes` that proves robots' hints, and is no token of the install; absent without a robot address. */
  robotHash: v.exactOptional(v.string()),
})

const RecordSchema = v.pipe(v.string(), v.parseJson(), KvInstallSchema)

/** An install as KV holds it: enough to know the portal's callers, and the sealed pairs. */
export type KvInstall = v.InferOutput<typeof KvInstallSchema>

/** The installs of all portals in KV. Each method rejects when KV does not answer in time. */
export class InstallStore {
  readonly #kv: KVNamespace

  constructor(kv: KVNamespace) {
    this.#kv = kv
  }

  /** Loads a portal's install; null when there is none, or none that can be understood. Rejects when KV fails. */
  async load(memberId: string): Promise<KvInstall | null> {
    const options = { type: 'text', cacheTtl: CACHE_TTL_SECONDS } as const
    const read = this.#kv.get(`${INSTALL_PREFIX}${memberId}`, options)
    const stored = await withTimeout(read, KV_READ_MS, 'KV')
    const parsed = v.safeParse(RecordSchema, stored)
    return parsed.success ? parsed.output : null
  }

  /** Saves a portal's install. Rejects when KV refuses; the portal's object then tries again. */
  async save(memberId: string, record: KvInstall): Promise<void> {
    const written = this.#kv.put(`${INSTALL_PREFIX}${memberId}`, JSON.stringify(record))
    await withTimeout(written, KV_WRITE_MS, 'KV')
  }

  /** Removes the install of a portal of which nothing is left. */
  async remove(memberId: string): Promise<void> {
    await withTimeout(this.#kv.delete(`${INSTALL_PREFIX}${memberId}`), KV_WRITE_MS, 'KV')
  }

  /** Yields the member ids of all known portals, page by page. */
  async *memberIdPages(): AsyncGenerator<readonly string[], void> {
    for await (const keys of listKeyPages(this.#kv, INSTALL_PREFIX)) {
      yield keys.map(({ name }) => name.slice(INSTALL_PREFIX.length))
    }
  }
}
