/**
 * The numbers of a portal's log, kept with its segments: an operator sees them, and nobody counts a hundred thousand
 * rows for that.
 */
import type { Database } from '../../../storage/database.ts'
import { numberIn } from './segment-rows.ts'
import type { SegmentStore } from './segment-store.ts'

/** The numbers of a log, or of a part of it. */
export interface LogCounts {
  /** All events, those included that no portal sent. */
  readonly entries: number
  /** Events that no portal sent: a comparison has found their change. */
  readonly reconciled: number
  readonly thin: number
  readonly quarantined: number
}

/** The log counts of one portal. */
export class LogCountsStore {
  readonly #db: Database
  readonly #segments: SegmentStore

  constructor(db: Database, segments: SegmentStore) {
    this.#db = db
    this.#segments = segments
  }

  /** The numbers of the whole log. */
  all(): LogCounts {
    if (!this.#segments.isSegmented()) return this.#formerCounts()
    const rows = this.#db.all(
      'SELECT up_to, entries, reconciled, thin, quarantined FROM segments ORDER BY id',
    )
    // A damaged number counts as 0.
    const sum = (column: string): number =>
      rows.reduce((total, row) => total + (numberIn(row, column) ?? 0), 0)
    const upTo = numberIn(rows.at(-1) ?? {}, 'up_to') ?? 0
    const last = this.#segments.lastIn(this.#segments.open().logTable)
    return {
      entries: sum('entries') + Math.max(0, last - upTo),
      reconciled: sum('reconciled'),
      thin: sum('thin'),
      quarantined: sum('quarantined'),
    }
  }

  /** Sequences without an event are counted as well: the true numbers are kept by tables that are not there yet. */
  #formerCounts(): LogCounts {
    const { logTable } = this.#segments.open()
    const [row] = this.#db.all(`SELECT min(sequence) AS first FROM ${logTable}`)
    const first = numberIn(row ?? {}, 'first')
    const entries = first === null ? 0 : this.#segments.lastIn(logTable) - first + 1
    return { entries, reconciled: 0, thin: 0, quarantined: 0 }
  }

  /**
   * Adds to the numbers of a segment, by its id. The number of events needs no write: it follows from their sequences.
   */
  add(
    id: number,
    { reconciled = 0, thin = 0, quarantined = 0 }: Partial<Omit<LogCounts, 'entries'>>,
  ): void {
    if (!this.#segments.isSegmented()) return
    this.#db.all(
      `UPDATE segments SET reconciled = reconciled + ?, thin = thin + ?,
         quarantined = quarantined + ? WHERE id = ?`,
      reconciled,
      thin,
      quarantined,
      id,
    )
  }

  /** Takes deleted events off the numbers of a segment. `last` was its last sequence before. */
  takeOff(id: number, last: number, gone: LogCounts): void {
    if (!this.#segments.isSegmented()) return
    this.#db.all(
      `UPDATE segments SET entries = entries + max(0, ? - up_to) - ?, up_to = max(up_to, ?),
         reconciled = reconciled - ?, thin = thin - ?, quarantined = quarantined - ? WHERE id = ?`,
      last,
      gone.entries,
      last,
      gone.reconciled,
      gone.thin,
      gone.quarantined,
      id,
    )
  }

  /**
   * Notes that the sequences between the last event of the log and `head` were never given: the next event gets
   * `head + 1`.
   */
  skipTo(head: number): void {
    if (!this.#segments.isSegmented()) return
    const open = this.#segments.open()
    const last = Math.max(this.#segments.lastIn(open.logTable), this.#lastClosed())
    if (last === head) return
    this.#db.all(
      `UPDATE segments SET entries = entries + max(0, ? - up_to), up_to = ? WHERE id = ? AND up_to < ?`,
      last,
      head,
      open.id,
      head,
    )
  }

  #lastClosed(): number {
    return this.#segments.all().at(-2)?.last ?? 0
  }
}
