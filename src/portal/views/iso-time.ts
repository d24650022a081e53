/** Times as the admin API writes them. */

/** ISO 8601 in UTC with milliseconds, of unix milliseconds; null stays null. */
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
