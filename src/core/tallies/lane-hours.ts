/**
 * The last hours of a lane: how long its deliveries took, and how much waited. They stand in the row of the lanes,
 * which is written anyway, so they cost no row; an hour in which nothing was tried has none. Pure.
 */
import { HOUR_MS } from '../durations.ts'
import { addLatencies, DELIVERY_BOUNDS_MS } from './latencies.ts'

/** The number of hours that are kept. */
export const KEPT_HOURS = 48

/**
 * One hour of a lane, a list of numbers since all hours of all lanes are written with each of their rows: its number
 * since 1970, the most events that waited at an attempt, and the deliveries by `DELIVERY_BOUNDS_MS`, zeros at the end
 * left out.
 */
export type LaneHour = readonly [hour: number, waiting: number, ...counts: number[]]

/** The numbers that an attempt adds to its hour. */
export interface HourTerms {
  /** Unix milliseconds. */
  readonly now: number
  /** The number of events that waited, those of the attempt included. */
  readonly waiting: number
  /** The times since the delivered events were received, in milliseconds; none when they were not delivered. */
  readonly agesMs: readonly number[]
}

/** The number of the hour in which a time lies. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR_MS)
}

/** Adds an attempt to the hours of its lane. A clock that was set back begins with the hours of its own time. */
export function tallyLaneHour(
  hours: readonly LaneHour[],
  { now, waiting, agesMs }: HourTerms,
): readonly LaneHour[] {
  const hour = hourOf(now)
  const kept = hours.filter(([one]) => one > hour - KEPT_HOURS && one < hour)
  const [, waited = 0, ...before] = hours.find(([one]) => one === hour) ?? [hour]
  const { counts } = addLatencies({ counts: before, sumMs: 0 }, agesMs, DELIVERY_BOUNDS_MS)
  return [...kept, [hour, Math.max(waited, waiting), ...counts]]
}

/**
 * The first bound below which this share of the deliveries lies, in milliseconds; null when it is beyond every bound,
 * or nothing was delivered.
 */
export function boundOfShare(counts: readonly number[], share: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (const [place, count] of counts.entries()) {
    seen += count
    if (all > 0 && seen >= all * share) return DELIVERY_BOUNDS_MS[place] ?? null
  }
  return null
}
