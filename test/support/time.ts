/** The time of tests that need a fixed one. */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/durations.ts'

/** The present moment of a test, in unix milliseconds: 21 September 2026, 14:13:20 UTC. */
export const NOW = 1_790_000_000_000

const UNIT_MS = {
  ms: 1,
  s: 1000,
  min: MINUTE_MS,
  h: HOUR_MS,
  day: DAY_MS,
  days: DAY_MS,
} as const

/** A span of time: milliseconds, or as a reader says it. */
export type Span = number | `${number} ${keyof typeof UNIT_MS}`

/** The milliseconds of a span. */
export function msOf(span: Span): number {
  if (typeof span === 'number') return span
  const [count, unit] = span.split(' ')
  // Sound: the type leaves only these units behind the blank.
  return Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]
}
