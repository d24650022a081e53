/** All SQL over the log of a portal. */
import { DUPLICATE_WINDOW_MS } from '../../core/log/append.ts'
import type { Arrival, StoredPlace } from '../../core/log/append.ts'
import type { Enrichment, LogEntry, RelayEvent } from '../../core/log/event.ts'
import { MAX_SEQUENCE } from '../../core/log/max-sequence.ts'
import type { AgedEvent } from '../../core/lanes/retention.ts'
import { numberOf, type Database, type SqlRow } from '../../storage/database.ts'
import { EntryMemory } from './rows/entry-memory.ts'
import { LogCountsStore, type LogCounts } from './rows/log-counts-store.ts'
import { readOutlines } from './rows/outline-rows.ts'
import {
  AWAITS,
  formatEnrichment,
  insertRow,
  parseEntry,
  receivedAtOf,
  type NewRow,
} from './rows/log-rows.ts'
import { countFitting, readPage, type RowPage } from './rows/page-rows.ts'
import { CARRYING_ROWS, type CarriedText, type RowKeeper } from './rows/row-keeper.ts'
import type { SegmentStore } from './rows/segment-store.ts'
import { COUNTS_OF_ROWS, type Segment } from './rows/segment-rows.ts'
import { findStoredPlace } from './rows/stored-place-rows.ts'

/** The rows that are read at a time for lanes. */
const READ_AHEAD = 20

/** An event as it is stored. */
export interface StoredText {
  /** A `RelayEvent` as JSON text. */
  readonly event: string
  /** Whether it waits for its enrichment. */
  readonly awaits: boolean
  /** Whether it was not understood. */
  readonly quarantined: boolean
}

/** An event that the relay enters itself, with all that it tells. */
interface ToldEvent {
  readonly event: RelayEvent
  readonly enrichment: Enrichment
}

/**
 * The log of one portal, over all its segments. Every method is a few statements or a short loop; none awaits.
 */
export class LogStore {
  readonly #db: Database
  readonly #segments: SegmentStore
  readonly #counts: LogCountsStore
  readonly #keeper: RowKeeper | null
  readonly #memory = new EntryMemory()
  /** The segments of which memory holds entries. */
  #remembered: readonly Segment[] = []

  constructor(db: Database, segments: SegmentStore, keeper: RowKeeper | null = null) {
    this.#db = db
    this.#segments = segments
    this.#keeper = keeper
    this.#counts = new LogCountsStore(db, segments)
  }

  /** The highest sequence in the log; 0 when it is empty. */
  lastSequence(): number {
    for (const { logTable, last } of this.#segments.all().toReversed()) {
      const found = last ?? this.#segments.lastIn(logTable)
      if (found > 0) return found
    }
    return 0
  }

  /**
   * Notes that no event has the sequences between the last one in the log and `head`: an uninstall or an operator has
   * skipped them.
   */
  skipTo(head: number): void {
    this.#counts.skipTo(head)
  }

  /** Writes one row. */
  insert(sequence: number, arrival: Arrival, { event, awaits, quarantined }: StoredText): void {
    const row = { event, enrichment: awaits ? AWAITS : null, isReconciled: false }
    this.#insert({ sequence, arrival, ...row })
    if (quarantined) this.#count(sequence, { quarantined: 1 })
  }

  /** Writes an event that no portal sent: a comparison has found its change. */
  insertReconciled(sequence: number, arrival: Arrival, told: ToldEvent): void {
    const [event, enrichment] = [JSON.stringify(told.event), JSON.stringify(told.enrichment)]
    const row = { event, enrichment, isReconciled: true }
    this.#insert({ sequence, arrival, ...row })
    const isThin = told.enrichment.status === 'unavailable'
    this.#count(sequence, { reconciled: 1, thin: isThin ? 1 : 0 })
  }

  #insert(row: NewRow): void {
    insertRow(this.#db, this.#openLog(), row)
    this.#keeper?.releaseUpTo(row.sequence - CARRYING_ROWS)
  }

  /** Writes the enrichment of an event, and the text that its row carries beside it. */
  enrich(sequence: number, enrichment: Enrichment, carried: CarriedText | null = null): void {
    const { logTable } = this.#segments.holding(sequence)
    this.#memory.forget(sequence)
    const [row] = this.#db.all(
      `SELECT enrichment LIKE '{"status":"unavailable"%' AS thin FROM ${logTable} WHERE sequence = ?`,
      sequence,
    )
    if (row === undefined) return
    this.#db.all(
      `UPDATE ${logTable} SET enrichment = ? WHERE sequence = ?`,
      formatEnrichment(enrichment, carried),
      sequence,
    )
    const thin = Number(enrichment.status === 'unavailable') - Number(row['thin'] === 1)
    if (thin !== 0) this.#count(sequence, { thin })
  }

  /** Writes the rest of an event whose content was erased. Its content hash goes too. */
  rewrite(
    sequence: number,
    { event, enrichment }: { readonly event: RelayEvent; readonly enrichment: Enrichment },
  ): void {
    this.#keeper?.releaseUpTo(sequence)
    const { logTable } = this.#segments.holding(sequence)
    this.#memory.forget(sequence)
    this.#db.all(
      `UPDATE ${logTable} SET event = ?, digest = '', enrichment = iif(enrichment IS NULL, NULL, ?) WHERE sequence = ?`,
      JSON.stringify(event),
      JSON.stringify(enrichment),
      sequence,
    )
  }

  #openLog(): string {
    return this.#segments.open().logTable
  }

  #count(sequence: number, counts: Parameters<LogCountsStore['add']>[1]): void {
    this.#counts.add(this.#segments.holding(sequence).id, counts)
  }

  /** The numbers that an operator sees. */
  counts(): LogCounts {
    return this.#counts.all()
  }

  /** Entries after a sequence, oldest first: at most `limit`, and fewer when they are large. */
  after(sequence: number, limit: number): LogEntry[] {
    return this.#rowsAfter(sequence, limit).map(parseEntry)
  }

  #rowsAfter(sequence: number, limit: number): SqlRow[] {
    return this.#pageAfter(sequence, limit, (page) => readPage(this.#db, page))
  }

  /**
   * Entries after a sequence, for lanes. Most lanes of a portal stand at one place, so an entry that one of them has
   * read is remembered for the others, and an entry that was stored a moment ago is not read at all.
   */
  afterForLanes(sequence: number, limit: number): readonly LogEntry[] {
    const memory = this.#entries()
    const known = memory.find(sequence + 1)
    if (known !== null) return [known]
    const read = this.#rowsAfter(sequence, READ_AHEAD).map((row) => {
      const entry = parseEntry(row)
      // An event that waits for its enrichment gets it in a moment, and no lane may see it before.
      if (row['enrichment'] !== AWAITS) memory.remember(entry, lengthOf(row))
      return entry
    })
    return read.slice(0, limit)
  }

  /** Remembers an entry that was just stored, and for which nothing is read; `length` is that of its text. */
  remember(entry: LogEntry, length: number): void {
    this.#entries().remember(entry, length)
  }

  /** The memory, without entries of segments that were dropped or erased. */
  #entries(): EntryMemory {
    const segments = this.#segments.all()
    if (segments !== this.#remembered) this.#memory.clear()
    this.#remembered = segments
    return this.#memory
  }

  /** Entries before a sequence, newest first: at most `limit`, and fewer when they are large. */
  before(sequence: number, limit: number): LogEntry[] {
    return this.#pageBefore(sequence, limit, (page) => readPage(this.#db, page)).map(parseEntry)
  }

  /**
   * The outlines of entries after a sequence, oldest first. An outline is an entry in which long parts are missing; it
   * is enough to decide whether a lane gets the entry.
   */
  outlinesAfter(sequence: number, limit: number): LogEntry[] {
    return this.#pageAfter(sequence, limit, (page) => this.#outlines(page))
  }

  /** The outlines of entries before a sequence, newest first. */
  outlinesBefore(sequence: number, limit: number): LogEntry[] {
    return this.#pageBefore(sequence, limit, (page) => this.#outlines(page))
  }

  #outlines(page: RowPage): LogEntry[] {
    return readOutlines(this.#db, page, (whole) => this.entry(whole))
  }

  /** The rows that `read` finds behind a sequence, in the first segment where it finds any. */
  #pageAfter<T>(sequence: number, limit: number, read: (page: RowPage) => T[]): T[] {
    for (const { logTable } of this.#segments.within({ from: sequence + 1, to: MAX_SEQUENCE })) {
      const rows = `${logTable} WHERE sequence > ? ORDER BY sequence`
      const found = read({ rows, sequence, limit })
      if (found.length > 0) return found
    }
    return []
  }

  /** The rows that `read` finds before a sequence, in the last segment where it finds any. */
  #pageBefore<T>(sequence: number, limit: number, read: (page: RowPage) => T[]): T[] {
    for (const { logTable } of this.#segments.within({ from: 1, to: sequence - 1 }).toReversed()) {
      const rows = `${logTable} WHERE sequence < ? ORDER BY sequence DESC`
      const found = read({ rows, sequence, limit })
      if (found.length > 0) return found
    }
    return []
  }

  /** One entry; null when it was never stored or has been dropped. */
  entry(sequence: number): LogEntry | null {
    const { logTable } = this.#segments.holding(sequence)
    const [row] = this.#db.all(`SELECT * FROM ${logTable} WHERE sequence = ?`, sequence)
    return row === undefined ? null : parseEntry(row)
  }

  /**
   * The place of a drained event that stands in the log already; events with equal content count as one within
   * `windowMs`.
   */
  findPlace(arrival: Arrival, windowMs: number = DUPLICATE_WINDOW_MS): StoredPlace | null {
    return findStoredPlace(this.#db, this.#segments.all(), { arrival, windowMs })
  }

  /** The sequences and the times of receipt of the oldest entries. */
  oldest(limit: number): AgedEvent[] {
    for (const { logTable } of this.#segments.all()) {
      const rows = this.#db.all(
        `SELECT sequence, received_at FROM ${logTable} ORDER BY sequence LIMIT ?`,
        limit,
      )
      if (rows.length > 0) {
        return rows.map((row) => ({
          sequence: numberOf(row, 'sequence'),
          receivedAt: receivedAtOf(row),
        }))
      }
    }
    return []
  }

  /**
   * The last of the oldest entries that take so many bytes together, `limit` at most, and one at least; null for an
   * empty log.
   */
  lastWithin(bytes: number, limit: number): number | null {
    const [oldest] = this.#segments.all()
    const rows = `${oldest?.logTable ?? ''} WHERE sequence > ? ORDER BY sequence`
    const count = countFitting(this.#db, { rows, sequence: 0, limit }, bytes)
    return this.oldest(count).at(-1)?.sequence ?? null
  }

  /** Whether the log holds no entry. */
  isEmpty(): boolean {
    return this.oldest(1).length === 0
  }

  /** Drops the entries of the oldest segment up to a sequence. */
  dropUpTo(sequence: number): void {
    const [oldest] = this.#segments.all()
    if (oldest === undefined) return
    this.#memory.clear()
    const { id, logTable } = oldest
    const [gone] = this.#db.all(
      `SELECT ${COUNTS_OF_ROWS} FROM ${logTable} WHERE sequence <= ?`,
      sequence,
    )
    if (gone === undefined) return
    const last = this.#segments.lastIn(logTable)
    // The rows are deleted first, since a full object takes no other write before.
    this.#db.all(`DELETE FROM ${logTable} WHERE sequence <= ?`, sequence)
    this.#keeper?.releaseUpTo(sequence)
    this.#counts.takeOff(id, last, {
      entries: numberOf(gone, 'entries'),
      reconciled: numberOf(gone, 'reconciled'),
      thin: numberOf(gone, 'thin'),
      quarantined: numberOf(gone, 'quarantined'),
    })
  }
}

function lengthOf({ event, enrichment }: SqlRow): number {
  return String(event).length + String(enrichment).length
}
