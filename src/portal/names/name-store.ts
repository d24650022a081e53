/**
 * All SQL over the names of a portal: one row. Its table is no step of the schema; it comes into being with the first
 * name, so a portal without people to tell pays nothing for it, and an older Worker can open it.
 */
import * as v from 'valibot'
import { hasTable, jsonOf, type Database } from '../../storage/database.ts'

/** A name as the portal told it; null where it tells none. */
export interface KnownName {
  readonly name: string | null
  /** Unix milliseconds: until then the portal is not asked again. */
  readonly until: number
}

const StoredSchema = v.record(v.string(), v.tuple([v.nullable(v.string()), v.number()]))

/** The store of one portal's names. */
export class NameStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The names by their keys; none when there is no row, or when it was damaged: names can be asked for again. */
  load(): ReadonlyMap<string, KnownName> {
    if (!hasTable(this.#db, 'names')) return new Map()
    const [row] = this.#db.all('SELECT names FROM names WHERE id = 1')
    const stored = row === undefined ? null : v.safeParse(StoredSchema, jsonOf(row, 'names'))
    if (stored === null || !stored.success) return new Map()
    return new Map(
      Object.entries(stored.output).map(([key, [name, until]]) => [key, { name, until }]),
    )
  }

  /** Writes all names. */
  save(names: ReadonlyMap<string, KnownName>): void {
    this.#db.all(
      'CREATE TABLE IF NOT EXISTS names (id INTEGER PRIMARY KEY CHECK (id = 1), names TEXT NOT NULL)',
    )
    const stored = [...names].map(([key, { name, until }]) => [key, [name, until]] as const)
    this.#db.all(
      'INSERT OR REPLACE INTO names (id, names) VALUES (1, ?)',
      JSON.stringify(Object.fromEntries(stored)),
    )
  }

  /** Deletes the row inside the caller's transaction. */
  clear(): void {
    if (hasTable(this.#db, 'names')) this.#db.all('DELETE FROM names')
  }
}
