/** One alarm serves every timer of a portal's object: the decision when it has to fire. */
import { MINUTE_MS } from '../durations.ts'

/** The longest time that work may wait for the safety alarm, in milliseconds. */
export const SAFETY_ALARM_MS = 5 * MINUTE_MS

/**
 * An alarm that is overdue by more than this, in milliseconds, does not fire any more: the platform has lost
 * it, or it was set by a clock that ran ahead of the platform's.
 */
export const LOST_ALARM_MS = MINUTE_MS

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
  if (scheduled !== null && scheduled <= at && scheduled > now - LOST_ALARM_MS) return null
  return at
}
