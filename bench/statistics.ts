/** Statistics of measurements on a machine that others use as well: medians and ranges, never means. */

/** The part of the values below which a share of them lies; NaN for no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** The value in the middle, or the mean of the two in the middle; NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const high = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2
}

/** Values with their middle and their range. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** The middle and the range of some values. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), least: Math.min(...values), most: Math.max(...values) }
}

/**
 * The ratios of two series of one run, round by round. Each round is a moment of its own: what slows the machine
 * down slows both.
 */
export function ratiosOf(values: readonly number[], base: readonly number[]): readonly number[] {
  if (values.length !== base.length) throw new RangeError('Cannot compare rounds of two lengths')
  return values.map((value, round) => value / (base[round] ?? Number.NaN))
}
