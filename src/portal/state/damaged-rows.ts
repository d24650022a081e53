/**
 * Rows that were damaged outside of this program. A damaged row is taken out of its table and kept as it was
 * found, so that its part begins anew and an operator can still look at it. The table comes into being with the
 * first such row: a portal without damage pays nothing for it, and an older Worker can open it.
 */
import { DAY_MS } from '../../core/durations.ts'
import { describeError } from '../../core/safety/redact.ts'
import { hasTable, numberOf, textOf, type Database } from '../../storage/database.ts'
import type { World } from '../world.ts'

/** The time for which a damaged row is kept, in milliseconds. */
export const DAMAGED_ROW_MS = 90 * DAY_MS

/** The most damaged rows that are kept; the oldest one leaves. */
export const MAX_DAMAGED_ROWS = 100

/** The column that holds the state of a part. Its table has the name of the part, and numbers its rows by `id`. */
const COLUMNS = {
  install: 'install',
  pending: 'pending',
  lanes: 'lanes',
  reconciliation: 'state',
  fields: 'state',
  field_shelves: 'fields',
} as const

/** A part whose row was damaged, by the name of its table. */
export type DamagedPart = keyof typeof COLUMNS

/** A damaged row as the view tells of it, without its content. */
export interface DamagedRow {
  readonly part: string
  /** Unix milliseconds: when it was set aside. */
  readonly at: number
}

/** The dependencies of the damaged rows. */
export interface DamagedRowsDeps {
  readonly db: Database
  readonly memberId: string
  readonly world: Pick<World, 'now' | 'logLine'>
}

/** All SQL over the damaged rows of one portal. */
export class DamagedRows {
  readonly #deps: DamagedRowsDeps

  constructor(deps: DamagedRowsDeps) {
    this.#deps = deps
  }

  /**
   * Takes a damaged row out of its table, keeps it and says so. A storage that refuses the write stops nothing: the
   * row stays where it is, and is met again.
   */
  setAside(part: DamagedPart, id = 1): void {
    const { memberId, world } = this.#deps
    this.tell(part, id)
    try {
      this.#move(part, id)
    } catch (error) {
      world.logLine('error', 'damaged_row_not_kept', {
        memberId,
        part,
        error: describeError(error),
      })
    }
  }

  /** Logs that a row was damaged. A row whose content the tables themselves tell is written again, and not kept. */
  tell(part: DamagedPart | 'migrations' | 'segments' | 'bulletins', id?: number): void {
    const { memberId, world } = this.#deps
    world.logLine('error', `${part}_damaged`, { memberId, ...(id !== undefined && { id }) })
  }

  /** The rows that are kept, the last one first. */
  list(): DamagedRow[] {
    if (!this.#hasTable()) return []
    return this.#deps.db
      .all('SELECT part, at FROM damaged_rows ORDER BY position DESC')
      .map((row) => ({ part: textOf(row, 'part'), at: numberOf(row, 'at') }))
  }

  /** Drops the rows that have been kept long enough. */
  dropOld(): void {
    if (!this.#hasTable()) return
    this.#deps.db.all(
      'DELETE FROM damaged_rows WHERE at < ?',
      this.#deps.world.now() - DAMAGED_ROW_MS,
    )
  }

  /** Deletes all of them: a damaged install holds sealed pairs, which go with the installation. */
  clear(): void {
    if (this.#hasTable()) this.#deps.db.all('DELETE FROM damaged_rows')
  }

  #move(part: DamagedPart, id: number): void {
    const { db, world } = this.#deps
    db.all(`CREATE TABLE IF NOT EXISTS damaged_rows (
      position INTEGER PRIMARY KEY, part TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL,
      content)`)
    // SQL copies the content from table to table, since it may be no text at all.
    db.all(
      `INSERT INTO damaged_rows (part, id, at, content)
       SELECT ?, id, ?, ${COLUMNS[part]} FROM ${part} WHERE id = ?`,
      part,
      world.now(),
      id,
    )
    db.all(`DELETE FROM ${part} WHERE id = ?`, id)
    db.all(
      `DELETE FROM damaged_rows WHERE position <=
         (SELECT max(position) FROM damaged_rows) - ?`,
      MAX_DAMAGED_ROWS,
    )
  }

  #hasTable(): boolean {
    return hasTable(this.#deps.db, 'damaged_rows')
  }
}
