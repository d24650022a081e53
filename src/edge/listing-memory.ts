/**
 * The memory that one isolate has of a list of the directory, for `/healthz`. Anybody may call that route as often as
 * he likes, so the directory is asked once in a while, whoever calls.
 */

/** The time for which a list is remembered. */
export interface HoldTimes {
  /** The usual time, in milliseconds. */
  readonly holdMs: number
  /** The time, in milliseconds, while this isolate has just done something that is about to be listed. */
  readonly newsMs: number
}

/** The times of the pending installs. A monitor may call often, and an administrator waits for what it shows. */
export const PENDING_TIMES: HoldTimes = { holdMs: 2000, newsMs: 200 }

/** The times of the portals with missing events. No request of an isolate changes that list. */
export const MISSING_TIMES: HoldTimes = { holdMs: 10_000, newsMs: 10_000 }

/** A list as one isolate has read it last. */
export class ListingMemory<T> {
  readonly #times: HoldTimes
  #listings: readonly T[] = []
  #readAt = Number.NEGATIVE_INFINITY
  #newsUntil = Number.NEGATIVE_INFINITY

  constructor(times: HoldTimes) {
    this.#times = times
  }

  /** Notes that something is about to be listed, so that the list is read again soon. */
  expectNews(now: number): void {
    this.#newsUntil = now + this.#times.holdMs
  }

  /**
   * The list, which is read when it is too old. Calls that come during this read get the former list: none of
   * them waits for another one. The former list stands, too, while the directory does not answer.
   */
  async list(read: () => Promise<readonly T[]>, now: number): Promise<readonly T[]> {
    const { holdMs, newsMs } = this.#times
    const age = now - this.#readAt
    const mayBe = now < this.#newsUntil ? newsMs : holdMs
    // After a clock was set back an age may be below zero. Then the list is read again.
    if (age >= 0 && age < mayBe) return this.#listings
    this.#readAt = now
    try {
      this.#listings = await read()
    } catch {
      // The directory cannot be reached. The rest of the check does not need it.
    }
    return this.#listings
  }
}
