/** The time of tests that need a fixed one. */

/** The present moment of a test, in unix milliseconds: 21 September 2026, 14:13:20 UTC. */
export const NOW = 1_790_000_000_000
