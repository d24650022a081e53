/** One alarm serves every timer of a portal's object: the decision when it has to fire. */

/** The longest time that work may wait for the safety alarm, in milliseconds. */
export const SAFETY_ALARM_MS = 5 * 60_000

/** The earliest of some times; null when none of them is a time. */
export function earliest(times: Iterable<number | null>): number | null {
  let first: number | null = null
  for (const time of times) {
    if (time !== null && (first === null || time < first)) first = time
  }
  return first
}

/**
 * The time to which the alarm has to be set for work that is due. Null when nothing is due, or when the alarm
 * that stands (`scheduled`; null for none) is early enough: then a write is saved.
 */
export function computeNextAlarm(
  due: number | null,
  { scheduled, now }: { readonly scheduled: number | null; readonly now: number },
): number | null {
  if (due === null) return null
  const at = Math.max(due, now)
  if (scheduled !== null && scheduled <= at) return null
  return at
}
