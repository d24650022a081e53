/** The display names of a portal's users, as far as the portal told them within a day. In memory only. */
import { DAY_MS } from '../../core/durations.ts'

/** The most users remembered; the oldest go first. */
const MAX_USERS = 1000

/** Names by user id. */
export class UserNames {
  readonly #now: () => number
  readonly #names = new Map<number, { readonly name: string | null; readonly until: number }>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** Whether the portal was asked about the user within a day, whatever it said. */
  has(userId: number): boolean {
    const known = this.#names.get(userId)
    return known !== undefined && known.until > this.#now()
  }

  /** Remembers what the portal said; null for a user whom it does not show. */
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

  /** Every name remembered; an old one is better than none. */
  known(): ReadonlyMap<number, string | null> {
    return new Map([...this.#names].map(([userId, { name }]) => [userId, name]))
  }
}
