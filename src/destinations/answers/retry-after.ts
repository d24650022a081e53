/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): whole seconds or an HTTP date. The wait is returned as it is
 * asked for, however long; `core/lanes/settle/retry.ts` limits it to 24 hours.
 */

const SECONDS = /^\d+(?:\.\d+)?$/

// The three forms of RFC 9110, section 5.6.7. `Date.parse` alone would read "-5" as a date, too.
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2,8}, .+ GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/

/**
 * The wait that a `Retry-After` value asks for, in milliseconds from `now`. It is 0 for a date that has
 * passed, at most `Number.MAX_SAFE_INTEGER`, and null when the value is absent, negative or cannot be read.
 */
export function parseRetryAfter(value: string | null, now: number): number | null {
  const text = value?.trim() ?? ''
  if (SECONDS.test(text)) return secondsToMs(Number(text))
  if (!HTTP_DATE.test(text)) return null
  // The old asctime form names no zone and means UTC.
  const date = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(date) ? null : Math.max(date - now, 0)
}

/** A receiver's seconds in milliseconds, rounded up; null when they are no number or negative. */
export function secondsToMs(seconds: unknown): number | null {
  if (typeof seconds !== 'number' || !(seconds >= 0)) return null
  return Math.min(Math.ceil(seconds * 1000), Number.MAX_SAFE_INTEGER)
}
