/**
 * The only user of the console: each call writes one line of JSON. The caller names every field by itself, so
 * that no object with a token in it is ever written by accident.
 */

/** The fields that a line carries beside its name. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

/**
 * Writes one line; `event` is a stable snake_case name. A part of the relay is given this function as `logLine`.
 */
export type LineWriter = (
  level: 'info' | 'warn' | 'error',
  event: string,
  fields?: LogFields,
) => void

/** Writes one line to the console. */
export const logLine: LineWriter = (level, event, fields = {}) => {
  console[level](JSON.stringify({ event, ...fields }))
}
