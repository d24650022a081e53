/** A limit that counts in memory: at most so many in any stretch of time of a given length. */
import { countedGrants, type PaceWindow } from './pace-window.ts'

/** The limit of one caller. All times are unix milliseconds. */
export class RollingLimit {
  readonly #window: PaceWindow
  #taken: readonly number[] = []

  constructor(window: PaceWindow) {
    this.#window = window
  }

  /** Takes one; false when it would be one too many. Grants that a clock which was ahead has noted do not count. */
  take(now: number): boolean {
    const past = this.#taken.filter((at) => at <= now)
    this.#taken = countedGrants(past, { windows: [this.#window], now })
    if (this.#taken.length >= this.#window.count) return false
    this.#taken = [...this.#taken, now]
    return true
  }
}
