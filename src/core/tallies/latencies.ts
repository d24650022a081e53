/**
 * Latencies, counted by fixed bounds: so many took at most 250 ms, so many more at most 500 ms, and so on. A count only
 * grows. The bounds belong to the form in which counts are stored, so they never change: other bounds get another name.
 * Pure.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../durations.ts'

/** The bounds for the time from the receipt of an event to its delivery, in milliseconds. */
export const DELIVERY_BOUNDS_MS: readonly number[] = [
  250,
  500,
  SECOND_MS,
  2500,
  5 * SECOND_MS,
  10 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  6 * HOUR_MS,
  DAY_MS,
]

/** The bounds for the time from the arrival of a request to its acknowledgement, in milliseconds. */
export const ACKNOWLEDGEMENT_BOUNDS_MS: readonly number[] = [
  5,
  10,
  25,
  50,
  100,
  250,
  500,
  SECOND_MS,
  2500,
  5 * SECOND_MS,
]

/** The latencies that were counted. */
export interface Latencies {
  /**
   * The number of latencies between each bound and the one before it; the last count is of those beyond every bound.
   * Zeros at the end are left out.
   */
  readonly counts: readonly number[]
  /** All of them together, in milliseconds. */
  readonly sumMs: number
}

/** No latency. */
export const NO_LATENCIES: Latencies = { counts: [], sumMs: 0 }

/** Counts some latencies. A clock that was set back makes one negative: it counts as none at all. */
export function addLatencies(
  { counts, sumMs }: Latencies,
  latenciesMs: readonly number[],
  boundsMs: readonly number[],
): Latencies {
  if (latenciesMs.length === 0) return { counts, sumMs }
  const next = [...counts]
  let sum = sumMs
  for (const latencyMs of latenciesMs) {
    const ms = Math.max(0, latencyMs)
    const found = boundsMs.findIndex((bound) => ms <= bound)
    const place = found < 0 ? boundsMs.length : found
    while (next.length <= place) next.push(0)
    next[place] = (next[place] ?? 0) + 1
    sum += ms
  }
  return { counts: next, sumMs: sum }
}
