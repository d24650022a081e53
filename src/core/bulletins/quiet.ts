/** Decides when a portal has been without events for longer than is usual for it. Pure. */
import { DAY_MS } from '../durations.ts'

/** The number of last events that have to be known before any silence counts as usual. */
export const LEAST_EVENTS = 5

/** The shortest silence that is told, in milliseconds: nobody works on a long weekend. */
export const LEAST_QUIET_MS = 3 * DAY_MS

/** A silence is unusual when it is longer than the longest one among the last events by this factor. */
const UNUSUAL = 3

/**
 * When the silence after these events has lasted for longer than is usual, in unix milliseconds; null while too few
 * events are known. The times of the last events come in any order; `now` is in unix milliseconds.
 */
export function quietAt(eventTimes: readonly number[], now: number): number | null {
  // A clock that was ahead has left times behind that have not come yet.
  const times = eventTimes.map((time) => Math.min(time, now)).toSorted((a, b) => a - b)
  const last = times.at(-1)
  if (last === undefined || times.length < LEAST_EVENTS) return null
  const silences = times.slice(1).map((time, index) => time - (times[index] ?? time))
  return last + Math.max(LEAST_QUIET_MS, UNUSUAL * Math.max(0, ...silences))
}
