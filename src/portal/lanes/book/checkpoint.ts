/**
 * The checkpoint of the lane book: it decides when the lanes go from memory to storage while nobody waits for it. For
 * example, a machine gets event 7, and only memory knows it; within three seconds one write stores all lanes.
 */
import { MINUTE_MS } from '../../../core/durations.ts'
import type { Scheduler } from '../../scheduler.ts'

/** `flushInTime` stores within this time, in milliseconds. */
export const CHECKPOINT_MS = 3000

/** The wait after which a refused flush is tried again, in milliseconds. */
export const REFUSED_FLUSH_RETRY_MS = MINUTE_MS

/** The most skipped events that a restart may have to skip again. */
export const MAX_SKIPPED = 500

/** The book as far as its checkpoint uses it. */
export interface CheckpointBook {
  hasUnsavedSends(): boolean
  /** Stores all lanes, and then calls `noteStored`. */
  saveEverything(): void
}

/** The checkpoint of one portal's lanes. */
export class Checkpoint {
  readonly #book: CheckpointBook
  readonly #scheduler: Pick<Scheduler, 'after'>
  #skipped = 0
  /** Whether waits were measured anew, and storage does not know it. */
  #isCorrected = false
  #cancelFlush: (() => void) | null = null

  constructor(book: CheckpointBook, scheduler: Pick<Scheduler, 'after'>) {
    this.#book = book
    this.#scheduler = scheduler
  }

  /**
   * Stores the sends and the corrected waits that only memory knows. Throws when storage refuses; then a timer keeps
   * the object in memory and tries again, since an object that ended without having stored them would send again.
   */
  flush(): void {
    if (!this.#isNeeded()) return
    try {
      this.#book.saveEverything()
    } catch (error) {
      this.#planFlush(REFUSED_FLUSH_RETRY_MS)
      throw error
    }
  }

  #isNeeded(): boolean {
    return this.#isCorrected || this.#book.hasUnsavedSends()
  }

  /**
   * Stores what `flush` stores, within three seconds. Any write that stores the lanes before ends the timer, which
   * keeps the object awake.
   */
  flushInTime(): void {
    if (this.#isNeeded()) this.#planFlush(CHECKPOINT_MS)
  }

  #planFlush(ms: number): void {
    if (this.#cancelFlush !== null) return
    this.#cancelFlush = this.#scheduler.after(ms, () => {
      this.#cancelFlush = null
      this.flush()
    })
  }

  /** Notes that waits were measured anew, and stores them within three seconds. */
  noteCorrected(): void {
    this.#isCorrected = true
    this.flushInTime()
  }

  /**
   * Notes that a lane has skipped events in memory. When they are many, the lanes are stored after all, so that a
   * restart has few events to skip again.
   */
  noteSkipped(events: number): void {
    this.#skipped += events
    if (this.#skipped >= MAX_SKIPPED) this.saveSkipped()
  }

  /** Stores that events were skipped, so that they are not read again after each start. */
  saveSkipped(): void {
    if (this.#skipped > 0) this.#book.saveEverything()
  }

  /** Notes that storage knows everything that memory knows. */
  noteStored(): void {
    this.#skipped = 0
    this.#isCorrected = false
    this.#cancelFlush?.()
    this.#cancelFlush = null
  }
}
