/** The form of times in the admin API. */

/** Writes unix milliseconds as ISO 8601 in UTC, with milliseconds; null stays null. */
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
