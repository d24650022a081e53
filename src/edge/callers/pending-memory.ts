/**
 * The memory that one isolate has of the pending installs, for `/healthz`. Anybody may call that route as often
 * as he likes, so a call reads no object.
 */
import type { PendingListing } from '../../objects/directory-store.ts'

/** How long the listed pending installs are remembered, in milliseconds: a monitor may call often. */
export const PENDING_MEMORY_MS = 2000

/** The same while an installation has just become pending in this isolate, and is about to be listed. */
export const PENDING_NEWS_MS = 200

/** The pending installs as one isolate has read them last. */
export class PendingMemory {
  #listings: readonly PendingListing[] = []
  #readAt = Number.NEGATIVE_INFINITY
  #newsUntil = Number.NEGATIVE_INFINITY

  /** Notes that an installation has become pending, so that the list is read again soon. */
  expectNews(now: number): void {
    this.#newsUntil = now + PENDING_MEMORY_MS
  }

  /**
   * The list, which is read when it is too old. Calls that come during this read get the former list: none of
   * them waits for another one.
   */
  async list(
    read: () => Promise<readonly PendingListing[]>,
    now: number,
  ): Promise<readonly PendingListing[]> {
    const age = now - this.#readAt
    const mayBe = now < this.#newsUntil ? PENDING_NEWS_MS : PENDING_MEMORY_MS
    if (age >= 0 && age < mayBe) return this.#listings
    this.#readAt = now
    try {
      this.#listings = await read()
    } catch {
      // The directory cannot be reached. The former list stands, and the rest of the check does not need it.
    }
    return this.#listings
  }
}
