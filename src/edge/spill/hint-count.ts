/**
 * The count of hints that one isolate spills. A portal's object counts the hints that reach it; while it is silent, a
 * storm of robots must not fill KV in its place.
 */
import { HINT_WINDOW } from '../../core/access/robot-hints.ts'
import { BoundedMap } from '../../core/bounded-map.ts'
import { RollingLimit } from '../../core/pace/rolling-limit.ts'

/** The most portals whose hints are counted. */
const MAX_PORTALS = 1000

/** The hints of all portals that one isolate has spilled. */
export class HintCount {
  readonly #limits = new BoundedMap<RollingLimit>(MAX_PORTALS)

  /** Counts a hint at a time (unix milliseconds); false when it is one too many. */
  take(memberId: string, now: number): boolean {
    const limit = this.#limits.get(memberId) ?? new RollingLimit(HINT_WINDOW)
    this.#limits.set(memberId, limit)
    return limit.take(now)
  }
}
