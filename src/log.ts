/**
 * The only user of the console: one line of JSON a call. Fields are named one by one by the caller, so
 * that no object with a token in it can be passed on by accident.
 */

/** What a log line may carry beside its name. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

/** Writes one line. `event` is a stable snake_case name. */
export function log(level: 'info' | 'warn' | 'error', event: string, fields: LogFields = {}): void {
  console[level](JSON.stringify({ event, ...fields }))
}
