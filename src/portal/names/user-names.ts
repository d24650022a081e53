/** The display names of a portal's users, as the portal told them within a day. They are in memory only. */
import { DAY_MS } from '../../core/durations.ts'

/** The most users that are remembered. The oldest ones are forgotten first. */
const MAX_USERS = 1000

/** The names of one portal's users. */
export class UserNames {
  readonly #now: () => number
  readonly #names = new Map<number, { readonly name: string | null; readonly until: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** Whether the portal was asked about the user within a day, whatever its answer was. */
  has(userId: number): boolean {
    const known = this.#names.get(userId)
    return known !== undefined && known.until > this.#now()
  }

  /** Remembers an answer of the portal. Null stands for a user whom the portal does not show. */
  learn(names: ReadonlyMap<number, string | null>): void {
    for (const [userId, name] of names) {
      this.#names.delete(userId)
      this.#names.set(userId, { name, until: this.#now() + DAY_MS })
    }
    for (const userId of this.#names.keys()) {
      if (this.#names.size <= MAX_USERS) return
      this.#names.delete(userId)
    }
  }

  /** Every name that is remembered: an old name is better than none. */
  known(): ReadonlyMap<number, string | null> {
    return new Map([...this.#names].map(([userId, { name }]) => [userId, name]))
  }
}
