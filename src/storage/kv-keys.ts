/** Lists the keys of a KV namespace. KV gives them page by page, a thousand at most. */

/** Yields each page of the keys that begin with the prefix, in the order of their bytes. */
export async function* listKeyPages(
  kv: KVNamespace,
  prefix: string,
): AsyncGenerator<readonly string[], void> {
  let cursor: string | null = null
  do {
    const page: KVNamespaceListResult<unknown> = await kv.list({
      prefix,
      ...(cursor === null ? {} : { cursor }),
    })
    yield page.keys.map(({ name }) => name)
    cursor = page.list_complete ? null : page.cursor
  } while (cursor !== null)
}
