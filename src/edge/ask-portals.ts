/** Asks many portals the same, some at a time, so that one that is silent holds up few of the others. */
import { withTimeout } from '../storage/with-timeout.ts'

/** The most portals that one request or one run asks: the free plan allows 1,000 calls of objects and of KV in it. */
export const MAX_ASKED = 400

/** The number of portals that are asked at a time. */
const PORTALS_AT_A_TIME = 20

/** The time that one portal may take, in milliseconds. */
export const ASKED_MS = 5000

/** Does the work with each portal, in their order; `onError` is called with those that failed or took too long. */
export async function askPortals(
  memberIds: readonly string[],
  work: (memberId: string) => Promise<void>,
  onError: (memberId: string, error: unknown) => void,
): Promise<void> {
  const coming = memberIds.values()
  async function askInTurn(): Promise<void> {
    for (const memberId of coming) {
      try {
        await withTimeout(work(memberId), ASKED_MS)
      } catch (error) {
        onError(memberId, error)
      }
    }
  }
  await Promise.all(Array.from({ length: PORTALS_AT_A_TIME }, askInTurn))
}
