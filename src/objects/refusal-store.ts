/**
 * The last refusals of callers, in two rings: of portals that the directory lists, and of all others. So a flood of
 * strangers leaves those of known portals where they are.
 */
import * as v from 'valibot'
import type { ListedRefusal, RefusedCaller } from '../core/refused-caller.ts'
import { hasTable, jsonOf, type Database } from '../storage/database.ts'

/** The number of refusals that each ring holds. */
export const REFUSALS_LISTED = 50

// Sound: this program writes no other words, and those of another version are only shown.
const WordSchema = v.custom<never>((word) => typeof word === 'string')

const RefusedCallerSchema: v.GenericSchema<unknown, RefusedCaller> = v.object({
  at: v.number(),
  network: v.string(),
  memberId: v.nullable(v.string()),
  request: WordSchema,
  reason: WordSchema,
})

/** All SQL of the refusals. */
export class RefusalStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Notes a refusal in the place of the oldest one of its ring. */
  note(refused: RefusedCaller): void {
    this.#db.all(`CREATE TABLE IF NOT EXISTS refusals (
      known INTEGER NOT NULL, n INTEGER NOT NULL, refusal TEXT NOT NULL,
      PRIMARY KEY (known, n)) WITHOUT ROWID`)
    const known = this.#isListed(refused.memberId) ? 1 : 0
    const [last] = this.#db.all(
      'SELECT n FROM refusals WHERE known = ? ORDER BY n DESC LIMIT 1',
      known,
    )
    const n = Number(last?.['n'] ?? 0) + 1
    this.#db.all(
      'INSERT INTO refusals (known, n, refusal) VALUES (?, ?, ?)',
      known,
      n,
      JSON.stringify(refused),
    )
    this.#db.all('DELETE FROM refusals WHERE known = ? AND n <= ?', known, n - REFUSALS_LISTED)
  }

  #isListed(memberId: string | null): boolean {
    if (memberId === null || !hasTable(this.#db, 'portals')) return false
    return this.#db.all('SELECT 1 AS found FROM portals WHERE member_id = ?', memberId).length > 0
  }

  /** Both rings, the youngest refusal first. A damaged one is left out. */
  list(): ListedRefusal[] {
    if (!hasTable(this.#db, 'refusals')) return []
    return this.#db
      .all('SELECT known, refusal FROM refusals')
      .flatMap((row): ListedRefusal[] => {
        const refused = v.safeParse(RefusedCallerSchema, jsonOf(row, 'refusal'))
        return refused.success ? [{ ...refused.output, isKnown: row['known'] === 1 }] : []
      })
      .toSorted((one, other) => other.at - one.at)
  }
}
