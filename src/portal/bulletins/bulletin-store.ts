/**
 * All SQL over the bulletins of a portal. The tables come into being with the first bulletin, or with the first thing
 * that has to be remembered for one: a portal whose bulletins nobody asks for pays nothing for them. No method awaits.
 */
import type { NumberedBulletin } from '../../core/bulletins/bulletin.ts'
import type { Desk } from '../../core/bulletins/desk.ts'
import type { BookState } from '../../core/lanes/state/book-state.ts'
import { NO_LANES } from '../../core/lanes/state/book-state.ts'
import type { ExactFate } from '../../core/lanes/state/fate.ts'
import { hasTable, jsonOf, numberOf, type Database, type SqlRow } from '../../storage/database.ts'
import { parseBook, storedBook, type BookRows } from '../lanes/book/book-rows.ts'
import { parseBulletin, parseDesk } from './bulletin-rows.ts'

/** The most bulletins of a portal that are kept; the oldest one leaves, also when somebody has not got it yet. */
export const MAX_BULLETINS = 100

/** A parked bulletin, as the controls of the lanes list it. */
interface ParkedBulletin {
  readonly destination: string
  readonly sequence: number
}

/** The bulletins of one portal. */
export class BulletinStore {
  readonly #db: Database
  /** Whether the tables exist; null before the first look. */
  #stands: boolean | null = null
  /** The row of the lanes that tell bulletins. */
  readonly lanes: BookRows = {
    load: () => this.#loadLanes(),
    save: (book) => this.#saveState('lanes', storedBook(book)),
    clear: () => this.#clearState('lanes'),
  }

  constructor(db: Database) {
    this.#db = db
  }

  /** Whether anything was ever stored here. */
  isThere(): boolean {
    this.#stands ??= hasTable(this.#db, 'bulletins')
    return this.#stands
  }

  /** Makes the tables where they are missing, inside the caller's transaction. */
  prepare(): void {
    if (this.isThere()) return
    this.#db.all(
      'CREATE TABLE IF NOT EXISTS bulletins (n INTEGER PRIMARY KEY, bulletin TEXT NOT NULL)',
    )
    this.#db.all(
      'CREATE TABLE IF NOT EXISTS bulletin_state (part TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID',
    )
  }

  /** Notes that the transaction which has made the tables has returned, or was rolled back (false). */
  noteThere(stands: boolean): void {
    this.#stands = this.#stands === true || stands
  }

  /** Writes a bulletin; the oldest one leaves when there are too many. */
  save({ n, ...bulletin }: NumberedBulletin): void {
    this.#db.all(
      'INSERT OR REPLACE INTO bulletins (n, bulletin) VALUES (?, ?)',
      n,
      JSON.stringify(bulletin),
    )
    this.#db.all('DELETE FROM bulletins WHERE n <= ?', n - MAX_BULLETINS)
  }

  /** One bulletin; null when it is gone. */
  find(n: number): NumberedBulletin | null {
    const [row] = this.#rows('SELECT n, bulletin FROM bulletins WHERE n = ?', n)
    return row === undefined ? null : parseRow(row)
  }

  /** Bulletins after a number, oldest first. */
  after(n: number, limit: number): readonly NumberedBulletin[] {
    const rows = this.#rows(
      'SELECT n, bulletin FROM bulletins WHERE n > ? ORDER BY n LIMIT ?',
      n,
      limit,
    )
    return rows.flatMap((row) => parseRow(row) ?? [])
  }

  /** Bulletins before a number, newest first. */
  before(n: number, limit: number): readonly NumberedBulletin[] {
    const rows = this.#rows(
      'SELECT n, bulletin FROM bulletins WHERE n < ? ORDER BY n DESC LIMIT ?',
      n,
      limit,
    )
    return rows.flatMap((row) => parseRow(row) ?? [])
  }

  /** The highest number of a stored bulletin; 0 without one. */
  lastNumber(): number {
    const [row] = this.#rows('SELECT n FROM bulletins ORDER BY n DESC LIMIT 1')
    return row === undefined ? 0 : numberOf(row, 'n')
  }

  /** Writes the fate of a bulletin at a destination. */
  saveFate(
    destination: string,
    { sequence, state, reason, status, at, attempts }: ExactFate,
  ): void {
    const found = this.find(sequence)
    if (found === null) return
    const { n, ...bulletin } = found
    const fates = { ...bulletin.fates, [destination]: { state, reason, status, at, attempts } }
    this.#db.all(
      'UPDATE bulletins SET bulletin = ? WHERE n = ?',
      JSON.stringify({ ...bulletin, fates }),
      n,
    )
  }

  /** The parked bulletins, by destination and number; at most `limit`. */
  parked(limit: number): readonly ParkedBulletin[] {
    const all = this.after(0, MAX_BULLETINS).flatMap(({ n, fates }) =>
      Object.entries(fates).flatMap(([destination, { state }]) =>
        state === 'parked' ? [{ destination, sequence: n }] : [],
      ),
    )
    return all.slice(0, limit)
  }

  /** The desk; null when none is stored, or when it is damaged. */
  loadDesk(): Desk | null {
    const stored = this.#loadState('desk')
    return stored === undefined ? null : parseDesk(stored)
  }

  /** Whether the desk is stored and cannot be read. */
  isDeskDamaged(): boolean {
    const stored = this.#loadState('desk')
    return stored !== undefined && parseDesk(stored) === null
  }

  /** Writes the desk. */
  saveDesk(desk: Desk): void {
    this.#saveState('desk', desk)
  }

  /** Deletes the bulletins that are older than a time (unix milliseconds), in whatever state they are. */
  dropOlder(time: number): void {
    const old = this.after(0, MAX_BULLETINS).filter(({ at }) => at < time)
    for (const { n } of old) this.#db.all('DELETE FROM bulletins WHERE n = ?', n)
  }

  /** Deletes every bulletin and the lanes; the desk stays, so that no number is used twice. */
  clear(): void {
    if (!this.isThere()) return
    this.#db.all('DELETE FROM bulletins')
    this.#clearState('lanes')
  }

  #rows(query: string, ...bindings: number[]): SqlRow[] {
    return this.isThere() ? this.#db.all(query, ...bindings) : []
  }

  #loadLanes(): BookState | null {
    const stored = this.#loadState('lanes')
    return stored === undefined ? NO_LANES : parseBook(stored)
  }

  /**
   * The stored JSON of lanes or desk: undefined when nothing is stored, null when the row holds no JSON of an object.
   */
  #loadState(part: 'lanes' | 'desk'): unknown {
    if (!this.isThere()) return undefined
    const [row] = this.#db.all('SELECT state FROM bulletin_state WHERE part = ?', part)
    return row === undefined ? undefined : (jsonOf(row, 'state') ?? null)
  }

  #saveState(part: 'lanes' | 'desk', state: object): void {
    this.#db.all(
      `INSERT INTO bulletin_state (part, state) VALUES (?, ?)
       ON CONFLICT (part) DO UPDATE SET state = excluded.state`,
      part,
      JSON.stringify(state),
    )
  }

  #clearState(part: 'lanes' | 'desk'): void {
    this.#db.all('DELETE FROM bulletin_state WHERE part = ?', part)
  }
}

function parseRow(row: SqlRow): NumberedBulletin | null {
  return parseBulletin(numberOf(row, 'n'), jsonOf(row, 'bulletin'))
}
