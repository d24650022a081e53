/**
 * The requests to the outside that a portal's object may make in one invocation. The free plan allows 50 of them, and
 * each event that the platform delivers to the object begins a new invocation (docs/cloudflare.md, "Free plan"). A
 * burst of events leads to hundreds of sends that go on after the last append. So the object calls itself when it has
 * made 40, and goes on in the new invocation: otherwise the platform would refuse the next send, and a healthy receiver
 * would count as unreachable.
 */
import type { Fetch } from '../core/fetch.ts'

/** The most requests of one invocation, ten below the platform's own limit. */
export const MAX_REQUESTS = 40

/** The dependencies of the allowance. */
export interface AllowanceDeps {
  readonly fetch: Fetch
  /** Calls the object from outside; rejects when it cannot be reached in time. */
  readonly callItself: () => Promise<void>
}

/** The allowance of one portal's object, for receivers, the portal and OAuth servers together. */
export class Allowance {
  readonly #deps: AllowanceDeps
  #made = 0
  #renewal: Promise<void> | null = null

  constructor(deps: AllowanceDeps) {
    this.#deps = deps
  }

  /** Notes that an invocation begins. */
  begin(): void {
    this.#made = 0
  }

  /** Makes a request, in a new invocation where the present one has made enough. */
  readonly fetch: Fetch = async (...request) => {
    if (this.#made >= MAX_REQUESTS) await this.#renew()
    this.#made += 1
    return this.#deps.fetch(...request)
  }

  /** All requests that wait share one new invocation. Five lanes may send at a time, which the limit has room for. */
  async #renew(): Promise<void> {
    this.#renewal ??= this.#deps.callItself()
    const renewal = this.#renewal
    try {
      await renewal
    } catch {
      // Swallows: the object cannot be reached from outside. The request is made all the same: the paid plan lets it
      // through, and a send that the platform refuses is tried again later.
    } finally {
      if (this.#renewal === renewal) this.#renewal = null
    }
  }
}
