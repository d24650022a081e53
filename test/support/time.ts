/** The time of tests that need a fixed one. */

/** The present moment of a test, in unix milliseconds: 21 September 2026, 14:13:20 UTC. */
export const NOW = 1_790_000_000_000

const UNIT_MS = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  day: 86_400_000,
  days: 86_400_000,
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
