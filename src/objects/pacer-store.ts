/**
 * The one row of a pacer, with everything that must outlive an eviction of the object. The table comes into
 * being with the first write: a pacer that never has to remember anything stores nothing.
 */
import * as v from 'valibot'
import type { LineWriter } from '../log.ts'
import { hasTable, type Database } from '../storage/database.ts'

/** The stored part of a pace; all times are unix milliseconds. */
export interface StoredPace {
  /** The end of the hold; 0 when there never was one. */
  readonly holdUntil: number
  /** The time at which the hold was noted; -Infinity when the row does not say it, as one of a former version. */
  readonly heldAt: number
  /** The grants that a long window still counts. */
  readonly grants: readonly number[]
}

const StoredPaceSchema = v.object({
  holdUntil: v.number(),
  heldAt: v.optional(v.number(), -Infinity),
  grants: v.array(v.number()),
})
const RowSchema = v.object({ state: v.pipe(v.string(), v.parseJson(), StoredPaceSchema) })

const NOTHING_STORED: StoredPace = { holdUntil: 0, heldAt: -Infinity, grants: [] }

/** All SQL of a pacer. */
export class PacerStore {
  readonly #db: Database
  readonly #logLine: LineWriter

  constructor(db: Database, logLine: LineWriter) {
    this.#db = db
    this.#logLine = logLine
  }

  /** Loads the row; a missing or damaged one counts as nothing, because no pace may stop a lane for ever. */
  load(): StoredPace {
    if (!hasTable(this.#db, 'pace')) return NOTHING_STORED
    const [row] = this.#db.all('SELECT state FROM pace')
    if (row === undefined) return NOTHING_STORED
    const stored = v.safeParse(RowSchema, row)
    if (stored.success) return stored.output.state
    this.#logLine('error', 'pace_damaged')
    return NOTHING_STORED
  }

  /** Writes the row in the place of the former one. */
  save({ holdUntil, heldAt, grants }: StoredPace): void {
    this.#db.all('CREATE TABLE IF NOT EXISTS pace (id INTEGER PRIMARY KEY, state TEXT NOT NULL)')
    this.#db.all(
      `INSERT INTO pace (id, state) VALUES (1, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
      JSON.stringify({ holdUntil, ...(Number.isFinite(heldAt) ? { heldAt } : {}), grants }),
    )
  }
}
