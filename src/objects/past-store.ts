/**
 * The row of the past tallies, in the directory's list of portals. It is written when a portal ends, and with notes of
 * refused callers.
 */
import * as v from 'valibot'
import { addPast, NO_PAST, type PastTallies } from '../core/reports/past-tallies.ts'
import { hasTable, jsonOf, type Database } from '../storage/database.ts'
import { PastTalliesSchema } from './report-schema.ts'

/** The SQL of the past tallies. */
export class PastStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Everything that is past. A damaged row counts as nothing. */
  load(): PastTallies {
    if (!hasTable(this.#db, 'past_tallies')) return NO_PAST
    const [row] = this.#db.all('SELECT tallies FROM past_tallies WHERE id = 1')
    if (row === undefined) return NO_PAST
    const past = v.safeParse(PastTalliesSchema, jsonOf(row, 'tallies'))
    return past.success ? past.output : NO_PAST
  }

  /** Adds to the past tallies, inside the caller's transaction. Without anything to add nothing is written. */
  add(past: PastTallies): void {
    if (past === NO_PAST) return
    this.#db.all(`CREATE TABLE IF NOT EXISTS past_tallies (
      id INTEGER PRIMARY KEY CHECK (id = 1), tallies TEXT NOT NULL)`)
    this.#db.all(
      'INSERT OR REPLACE INTO past_tallies (id, tallies) VALUES (1, ?)',
      JSON.stringify(addPast(this.load(), past)),
    )
  }
}
