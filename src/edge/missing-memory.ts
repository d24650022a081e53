/**
 * The memory that one isolate has of the portals with missing events, for `/healthz`. Anybody may call that route as
 * often as he likes, so the directory is asked once in a while.
 */
import type { MissingListing } from '../objects/directory-store.ts'

/** How long the list is remembered, in milliseconds. */
export const MISSING_MEMORY_MS = 10_000

/** The list as one isolate has read it last. */
export class MissingMemory {
  #listings: readonly MissingListing[] = []
  #readAt = Number.NEGATIVE_INFINITY

  /** The list, which is read when it is too old. While the directory does not answer, the former list stands. */
  async list(
    read: () => Promise<readonly MissingListing[]>,
    now: number,
  ): Promise<readonly MissingListing[]> {
    const age = now - this.#readAt
    if (age >= 0 && age < MISSING_MEMORY_MS) return this.#listings
    this.#readAt = now
    try {
      this.#listings = await read()
    } catch {
      // The directory cannot be reached. The rest of the check does not need it.
    }
    return this.#listings
  }
}
