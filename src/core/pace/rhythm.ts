/**
 * Decides where the alarm of a portal at rest stands, so that its next event needs no alarm of its own. Each event
 * needs one within five minutes, and each alarm that is set is billed like a row. Pure.
 *
 * For example, events come every six minutes. The alarm that was set for the one of 12:00 fires at 12:05, and nothing
 * is due. Instead of an alarm at 12:15, when the silence would be unusual, one is set at about 12:10: the event of
 * 12:06 finds it near enough, and sets none. When no event comes, the alarm finds nothing due once more.
 */
import { MINUTE_MS, SECOND_MS } from '../durations.ts'
import { SAFETY_ALARM_MS } from './schedule.ts'

/** Events that were further apart than this tell nothing of the next one. */
const MAX_PAUSE_MS = 15 * MINUTE_MS

/** The time by which the next pause may be shorter than the last one, in milliseconds. */
const SHORTER_MS = 30 * SECOND_MS

/**
 * The time at which an alarm stands near enough for the next event, if that comes after as long a pause as the last
 * one, in unix milliseconds; null without such a pause. `eventTimes` are the times of the last events, in any order.
 */
export function alarmForNextEvent(eventTimes: readonly number[]): number | null {
  const times = eventTimes.toSorted((a, b) => b - a)
  const [last] = times
  if (last === undefined) return null
  const pauses = times.slice(1).map((time, index) => (times[index] ?? time) - time)
  // Events that are less than this apart, in milliseconds, share an alarm.
  const pause = pauses.find((ms) => ms > SAFETY_ALARM_MS)
  if (pause === undefined || pause > MAX_PAUSE_MS) return null
  return Math.ceil(last + pause + SAFETY_ALARM_MS - SHORTER_MS)
}
