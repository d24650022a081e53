/**
 * One alarm serves every timer of a portal. This planner decides when it has to fire; it never reads
 * a clock and never touches the platform.
 */

/** The longest time that work may wait for the safety alarm, in milliseconds. */
export const SAFETY_ALARM_MS = 5 * 60_000

/** The earliest of the due times; null when nothing is due at any time. */
export function earliest(times: Iterable<number | null>): number | null {
  let first: number | null = null
  for (const time of times) {
    if (time !== null && (first === null || time < first)) first = time
  }
  return first
}

/**
 * Whether the alarm has to be set, and to when. `scheduled` is the alarm that stands (null: none).
 * Returns null when the standing alarm is early enough: a write is saved.
 */
export function computeNextAlarm(
  scheduled: number | null,
  due: number | null,
  now: number,
): number | null {
  if (due === null) return null
  const at = Math.max(due, now)
  if (scheduled !== null && scheduled <= at) return null
  return at
}
