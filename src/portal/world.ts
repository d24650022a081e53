/**
 * The outside world of a portal's object, and of the edge: time, chance, network and log, which differ from run to
 * run.
 */
import type { Fetch } from '../core/fetch.ts'
import type { InSpan } from '../core/in-span.ts'
import type { LineWriter } from '../log.ts'

/** The outside world. A test replaces it to make a portal's object repeatable. */
export interface World {
  readonly fetch: Fetch
  /** Unix milliseconds. */
  readonly now: () => number
  /** A number from 0 to 1, without 1. */
  readonly random: () => number
  /**
   * Resolves after a time, in milliseconds, or as soon as `ends` is aborted. A sleep keeps the object awake, and
   * the platform bills that, so whoever may need it no longer ends it.
   */
  readonly sleep: (ms: number, ends?: AbortSignal) => Promise<void>
  readonly logLine: LineWriter
  /** Makes a receipt for an event that no portal sent. */
  readonly newReceipt: () => string
  /** Traces a piece of work; absent where nothing is traced. */
  readonly inSpan?: InSpan
}
