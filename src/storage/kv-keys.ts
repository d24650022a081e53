/** Lists the keys of a KV namespace. KV gives them page by page, a thousand at most. */
import { KV_WRITE_MS, withTimeout } from './with-timeout.ts'

/** A key with the small facts that were stored beside its value. */
export type KvKey = KVNamespaceListKey<unknown>

/** The time that one page may take, in milliseconds: only scheduled work and operators wait for it. */
const KV_LIST_MS = KV_WRITE_MS

/**
 * Yields each page of the keys that begin with the prefix, in the order of their bytes. Rejects when KV does not
 * answer in time.
 */
export async function* listKeyPages(
  kv: KVNamespace,
  prefix: string,
): AsyncGenerator<readonly KvKey[], void> {
  let cursor: string | null = null
  do {
    const listed: Promise<KVNamespaceListResult<unknown>> = kv.list({
      prefix,
      ...(cursor === null ? {} : { cursor }),
    })
    const page = await withTimeout(listed, KV_LIST_MS, 'KV')
    yield page.keys
    cursor = page.list_complete ? null : page.cursor
  } while (cursor !== null)
}
