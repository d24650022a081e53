/** Lengths of time in words. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/durations.ts'

const UNITS = [
  [DAY_MS, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
  [SECOND_MS, 's'],
  [1, 'ms'],
] as const

/** Writes a length of time in its largest unit: `2.5 s`, `15 min`. */
export function formatDuration(ms: number): string {
  const [unit, name] = UNITS.find(([least]) => ms >= least) ?? UNITS[4]
  return `${Math.round((10 * ms) / unit) / 10} ${name}`
}
