/**
 * The way in which the parts of a portal's object ask for the next step. A part that has written something
 * calls `advance()`, and never knows which other part goes on because of it.
 */

/** The narrow way from a part to the object that holds it. */
export interface Scheduler {
  /**
   * Goes on after a write: lanes that have work start, and the alarm is planned. The alarm joins the writes
   * of the same turn, so a part calls this before it awaits anything.
   */
  advance(): void
  /** Goes on after the walk of a lane has ended. */
  laneRested(): void
  /** Keeps work alive for which nobody waits. When the work fails, the failure is logged as `event`. */
  background(work: Promise<unknown>, event?: FailureEvent): void
  /**
   * Calls `work` after a time, in milliseconds. The answer cancels that, and so does the end of the object. A part
   * cancels what it needs no longer, since a timer keeps the object awake.
   */
  after(ms: number, work: () => void): () => void
  /** Logs a failure after which the part has gone on by itself. */
  report(event: FailureEvent, error: unknown): void
}

/** The names under which failures inside a portal's object are logged. */
export type FailureEvent = 'background_failed' | 'fields_failed' | 'lane_failed' | 'alarm_failed'
