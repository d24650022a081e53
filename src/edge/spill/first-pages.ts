/**
 * The first page of what waits in KV for a portal, and of what was refused: a thousand requests, and an operator needs
 * no more of them at a time.
 */
import type { RefusedRecord, SpillStore } from '../../storage/spill-store.ts'

/** The number of requests of a portal that wait in the spill, a thousand at most. Rejects when KV does not answer. */
export async function countSpilled(store: SpillStore, memberId: string): Promise<number> {
  for await (const records of store.pages(memberId)) return records.length
  return 0
}

/** The first thousand refused requests of a portal, in the order of receipt. Rejects when KV does not answer. */
export async function listRefusedRequests(
  store: SpillStore,
  memberId: string,
): Promise<readonly RefusedRecord[]> {
  for await (const records of store.refusedPages(memberId)) return records
  return []
}
