/**
 * How the parts of a portal's object ask for what comes next. A part that has written something calls
 * `advance()`; it never knows which other part goes on because of it.
 */

/** The narrow way from a part to the object that holds it. */
export interface Scheduler {
  /**
   * Something was written, or has come to rest: lanes that have work start, and the alarm is planned. The
   * alarm joins the writes of the same turn, so call it before anything is awaited.
   */
  advance(): void
  /** Keeps work alive that nobody waits for. Its failure is logged under the name of `event`. */
  background(work: Promise<unknown>, event?: string): void
  /** Calls `work` after a time, in milliseconds; the object's end cancels it. */
  after(ms: number, work: () => void): void
}
