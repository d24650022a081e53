/**
 * The segments of a portal's log: which there are, and what they hold in numbers. Events are added to the youngest
 * segment, which is open. A closed segment goes by dropping its tables, since each row that is deleted is billed like
 * one that is written.
 *
 * Dropping happens inside the caller's transaction. The caller opens that transaction in `changing()`, so that memory
 * follows storage however the transaction ends.
 */
import type { SegmentState } from '../../../core/log/segments.ts'
import { hasTable, numberOf, type Database, type SqlRow } from '../../../storage/database.ts'
import { type RowKeeper } from './row-keeper.ts'
import {
  hasAllSegments,
  createTables,
  dropTables,
  mendRows,
  numberIn,
  openSegment,
  parseSegment,
  type Segment,
} from './segment-rows.ts'
import { FIRST_SEGMENT, tablesOf } from '../../state/segment-tables.ts'

/** The segments of one portal's log. */
export class SegmentStore {
  readonly #db: Database
  readonly #onDamage: () => void
  readonly #keeper: RowKeeper | null
  #known: readonly Segment[] | null = null
  #isSegmented = true

  /** `onDamage` is called when rows were damaged outside of this program. They are written again from the tables. */
  constructor(db: Database, onDamage: () => void = () => {}, keeper: RowKeeper | null = null) {
    this.#db = db
    this.#keeper = keeper
    this.#onDamage = onDamage
  }

  /** Every segment, oldest first; the last one is open. */
  all(): readonly Segment[] {
    this.#known ??= this.#load()
    return this.#known
  }

  /**
   * False when the log stands on the tables of a version without segments, since its object is too full for the new
   * ones. It is one open segment then, and its numbers are counted when the new tables are made.
   */
  isSegmented(): boolean {
    this.all()
    return this.#isSegmented
  }

  #load(): readonly Segment[] {
    const stored = this.#rows()
    const isDamaged = this.#isSegmented && !hasAllSegments(this.#db, stored)
    const rows = isDamaged ? mendRows(this.#db, stored) : stored
    if (isDamaged) this.#onDamage()
    const open = rows.at(-1)
    return [
      ...rows.slice(0, -1).map((row) => parseSegment(row)),
      openSegment(open === undefined ? FIRST_SEGMENT : numberOf(open, 'id')),
    ]
  }

  #rows(): readonly SqlRow[] {
    this.#isSegmented = hasTable(this.#db, 'segments')
    if (!this.#isSegmented) return []
    return this.#db.all('SELECT * FROM segments ORDER BY id')
  }

  /** The open segment in numbers. */
  openState(): SegmentState {
    if (!this.isSegmented()) return { events: 0, bytes: 0, oldestAt: null }
    const closed = this.all().slice(0, -1)
    const [row] = this.#db.all(
      'SELECT entries + max(0, ? - up_to) AS entries FROM segments ORDER BY id DESC LIMIT 1',
      this.lastIn(this.open().logTable),
    )
    const [first] = this.#db.all(
      `SELECT received_at FROM ${this.open().logTable} ORDER BY sequence LIMIT 1`,
    )
    return {
      events: numberIn(row ?? {}, 'entries') ?? 0,
      bytes: this.#db.bytes() - closed.reduce((sum, { bytes }) => sum + bytes, 0),
      oldestAt: numberIn(first ?? {}, 'received_at'),
    }
  }

  /** The highest sequence of one table; 0 when it is empty. */
  lastIn(table: string): number {
    const [row] = this.#db.all(`SELECT max(sequence) AS last FROM ${table}`)
    return row === undefined ? 0 : (numberIn(row, 'last') ?? 0)
  }

  /** The segment in which a sequence stands, or would stand. */
  holding(sequence: number): Segment {
    const segments = this.all()
    const found = segments.find(({ last }) => last === null || last >= sequence)
    return found ?? openSegment(FIRST_SEGMENT)
  }

  /** The segments that hold some of these sequences, both ends included, oldest first. */
  within({ from, to }: { readonly from: number; readonly to: number }): readonly Segment[] {
    const first = this.holding(from).id
    const last = this.holding(to).id
    return this.all().filter(({ id }) => id >= first && id <= last)
  }

  /**
   * Runs a change that closes or drops segments. Memory follows storage afterwards, whether the change was
   * written or rolled back.
   */
  changing<T>(change: () => T): T {
    try {
      return change()
    } finally {
      this.#known = null
    }
  }

  /** The segment to which events are added. */
  open(): Segment {
    return this.all().at(-1) ?? openSegment(FIRST_SEGMENT)
  }

  /** Closes the open segment, which ends with `head`, and opens the next one, in a transaction of its own. */
  close(head: number): void {
    this.changing(() => this.#db.transaction(() => this.#close(head)))
  }

  #close(head: number): void {
    // The carried states are stored elsewhere first. So a closed segment, which goes as a whole, takes no state with
    // it.
    this.#keeper?.releaseUpTo(head)
    const { id, logTable } = this.open()
    const { oldestAt, bytes } = this.openState()
    const [last] = this.#db.all(
      `SELECT received_at FROM ${logTable} ORDER BY sequence DESC LIMIT 1`,
    )
    this.#db.all(
      `UPDATE segments SET last = ?, oldest_at = ?, youngest_at = ?, bytes = ?,
         entries = entries + max(0, ? - up_to), up_to = ? WHERE id = ?`,
      head,
      oldestAt,
      numberIn(last ?? {}, 'received_at'),
      bytes,
      this.lastIn(logTable),
      head,
      id,
    )
    this.#create(id + 1, head)
  }

  /** Drops the oldest segment with everything that is written down of its events, if it is closed. */
  dropOldest(): void {
    const [oldest] = this.all()
    if (oldest !== undefined) this.#drop(oldest)
  }

  #drop({ id, last }: Segment): void {
    if (last === null) return
    dropTables(this.#db, id)
    this.#db.all('DELETE FROM segments WHERE id = ?', id)
    this.#known = null
  }

  /** Drops everything. The next event gets `head + 1`. */
  clear(head: number): void {
    if (!this.isSegmented()) {
      for (const table of Object.values(tablesOf(FIRST_SEGMENT)))
        this.#db.all(`DELETE FROM ${table}`)
      return
    }
    for (const { id } of this.all()) dropTables(this.#db, id)
    this.#db.all('DELETE FROM segments')
    this.#db.all('DELETE FROM parked_counts')
    this.#create(FIRST_SEGMENT, head)
  }

  #create(id: number, head: number): void {
    createTables(this.#db, id)
    this.#db.all(
      'INSERT INTO segments (id, up_to, entries, reconciled, thin, quarantined) VALUES (?, ?, 0, 0, 0, 0)',
      id,
      head,
    )
    this.#known = null
  }
}
