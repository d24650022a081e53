/**
 * Decides when a portal's bindings are looked at because it has been silent. An update of an application in
 * the Market takes its bindings away and tells nobody (docs/bitrix24.md#update-and-uninstall). Then no event
 * comes any more, which looks like a quiet day. Pure.
 */
import { DAY_MS, MINUTE_MS } from '../durations.ts'

/**
 * The last events from which the usual silence of a portal is known: as many as each start of its object reads anyway.
 */
export const REMEMBERED_EVENTS = 16

/** The shortest silence that is looked into: after a burst of events, silence is usual. */
const MIN_SILENCE_MS = 15 * MINUTE_MS

/** A silence is unusual when it is longer than the longest one among the last events by this factor. */
const UNUSUAL = 1.5

/** The times beside the events, in unix milliseconds. */
export interface SilenceTerms {
  /** The last look at the bindings; null when there was none. */
  readonly checkedAt: number | null
  readonly now: number
}

/**
 * The time at which the silence of a portal has lasted longer than usual, in unix milliseconds; null when it is not
 * looked into. `eventTimes` are the times of its last events, in any order. After each look the silence has to double
 * until the next one. A silence of more than a day is left to the daily visit.
 */
export function silenceDueAt(
  eventTimes: readonly number[],
  { checkedAt, now }: SilenceTerms,
): number | null {
  // A clock that was ahead may have noted events of the future. They do not count.
  const times = eventTimes.map((time) => Math.min(time, now)).toSorted((a, b) => a - b)
  const last = times.at(-1)
  if (last === undefined) return null
  const silences = times.slice(1).map((time, index) => time - (times[index] ?? time))
  const unusual = Math.max(MIN_SILENCE_MS, UNUSUAL * Math.max(0, ...silences))
  const checkedAfter = Math.min(checkedAt ?? 0, now) - last
  const silence = Math.max(unusual, 2 * checkedAfter)
  // The platform cuts an alarm to whole milliseconds. Without rounding up, the alarm would fire before its time,
  // again and again.
  return silence > DAY_MS ? null : Math.ceil(last + silence)
}
