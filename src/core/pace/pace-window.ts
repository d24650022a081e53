/**
 * What a receiver's published limit looks like to the rest of the program. Several windows hold at once:
 * Teams for example takes 4 messages a second and 100 an hour (facts: receivers.md section 7.3).
 */

/** At most `count` messages in any `ms` milliseconds, wherever that stretch of time begins. */
export interface PaceWindow {
  /** Messages; a whole number of at least 1. */
  readonly count: number
  /** Length of the stretch, in milliseconds; at least 1. */
  readonly ms: number
}
