/** Distances in time in words. The Worker and the browser's program both write them by this file. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/durations.ts'

const UNITS = [
  [DAY_MS, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'min'],
  [SECOND_MS, 's'],
] as const

/** Writes a distance in time, negative for the past, in its largest unit. */
export function formatDistance(ms: number): string {
  const size = Math.abs(ms)
  const [unit, name] = UNITS.find(([least]) => size >= least) ?? UNITS[3]
  const text = `${Math.floor(size / unit)} ${name}`
  return ms > 0 ? `in ${text}` : `${text} ago`
}
