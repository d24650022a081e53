/** One clock for all processes of the bench. */

/** The time in milliseconds with its fractions, the same in every process of one machine. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}
