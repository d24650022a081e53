/** The times between the questions of a watched page whether it has changed. */
import { MINUTE_MS, SECOND_MS } from '../../core/durations.ts'

/** The time for which nothing happens before a page rests, in milliseconds. */
const QUIET_MS = 15 * MINUTE_MS

/**
 * The time for which a page waits before it asks again, in milliseconds; null for one that rests, since nothing has
 * happened for so long.
 */
export function waitBeforeLook(quietMs: number): number | null {
  if (quietMs > QUIET_MS) return null
  if (quietMs < MINUTE_MS) return 2 * SECOND_MS
  return (quietMs < 5 * MINUTE_MS ? 5 : 15) * SECOND_MS
}
