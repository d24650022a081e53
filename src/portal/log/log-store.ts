/** All SQL over the log of a portal. */
import { MINUTE_MS } from '../../core/durations.ts'
import { DUPLICATE_WINDOW_MS, MAX_REMEMBERED, RECEIPT_WINDOW_MS } from '../../core/log/append.ts'
import type { Arrival, StoredPlace } from '../../core/log/append.ts'
import type { Enrichment, LogEntry } from '../../core/log/event.ts'
import type { ReconciledEvent } from '../../core/fields/reconciled-event.ts'
import type { AgedEvent } from '../../core/lanes/retention.ts'
import { numberOf, textOf, type Database } from '../../storage/database.ts'
import { parseArrival, AWAITS, parseEntry, receivedAtOf } from './log-rows.ts'
import { remakeTable } from '../state/migrations.ts'

/** The rows that are read at a time when an object starts: most logs are quiet, and each row is billed. */
const RECENT_PAGE = 20

/** The rows that are searched at a time for events that still wait. */
const AWAITING_PAGE = 100

/** An event that still waits is at most this much older than the youngest one, in milliseconds. */
const AWAITING_WINDOW_MS = 10 * MINUTE_MS

/** The most that a page of events holds, in bytes of their texts; one event may be larger. */
export const MAX_PAGE_BYTES = 1024 * 1024

/** How many rows are searched for the last event about a field. */
const MAX_LOOKED_THROUGH = 2000

/** The log of one portal. Every method is one statement or a short loop; none awaits. */
export class LogStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The highest sequence in the log; 0 when it is empty. */
  lastSequence(): number {
    const row = this.#db.all('SELECT max(sequence) AS last FROM log')[0]
    return typeof row?.['last'] === 'number' ? row['last'] : 0
  }

  /**
   * Writes one row. `event` is a `RelayEvent` as JSON text; `awaits` says that it waits for its enrichment.
   */
  insert(
    sequence: number,
    arrival: Arrival,
    { event, awaits }: { readonly event: string; readonly awaits: boolean },
  ): void {
    this.#db.all(
      `INSERT INTO log (sequence, received_at, receipt, digest, event, enrichment)
       VALUES (?, ?, ?, ?, ?, ?)`,
      sequence,
      arrival.receivedAt,
      arrival.receipt,
      arrival.contentHash,
      event,
      awaits ? AWAITS : null,
    )
  }

  /** Writes an event that no portal sent: a comparison has found its change. */
  insertReconciled(sequence: number, arrival: Arrival, told: ReconciledEvent): void {
    this.#db.all(
      `INSERT INTO log (sequence, received_at, receipt, digest, event, enrichment, reconciled)
       VALUES (?, ?, ?, ?, ?, ?, 1)`,
      sequence,
      arrival.receivedAt,
      arrival.receipt,
      arrival.contentHash,
      JSON.stringify(told.event),
      JSON.stringify(told.enrichment),
    )
  }

  /** Writes the enrichment of an event. */
  enrich(sequence: number, enrichment: Enrichment): void {
    this.#db.all(
      'UPDATE log SET enrichment = ? WHERE sequence = ?',
      JSON.stringify(enrichment),
      sequence,
    )
  }

  /**
   * The entries that still wait for their enrichment, oldest first. An event waits for seconds, or until the
   * alarm that stands within minutes of each append, or while storage refuses, and then no event comes after it.
   * So pages are read from the end of the log as far as that time reaches.
   */
  awaiting(): LogEntry[] {
    const found: LogEntry[] = []
    let before = Number.MAX_SAFE_INTEGER
    let since = Number.NEGATIVE_INFINITY
    for (;;) {
      // Only the entries that wait are read whole.
      const rows = this.#db.all(
        `SELECT sequence, received_at, enrichment = ? AS awaits FROM log
         WHERE sequence < ? ORDER BY sequence DESC LIMIT ?`,
        AWAITS,
        before,
        AWAITING_PAGE,
      )
      const waiting = rows.filter((row) => row['awaits'] === 1)
      found.push(...waiting.flatMap((row) => this.entry(numberOf(row, 'sequence')) ?? []))
      const [first] = rows
      const last = rows.at(-1)
      if (first === undefined || last === undefined) return found.toReversed()
      since = Math.max(since, receivedAtOf(first) - AWAITING_WINDOW_MS)
      if (waiting.length === 0 && receivedAtOf(last) < since) return found.toReversed()
      before = numberOf(last, 'sequence')
    }
  }

  /**
   * The time of the last event for which something was read, when it was received at `since` or later (unix
   * milliseconds), and as far as the youngest rows tell; null without one. Older rows are not looked at, since
   * each start of an object asks.
   */
  lastFieldEventSince(since: number): number | null {
    let before = Number.MAX_SAFE_INTEGER
    for (let seen = 0; seen < MAX_LOOKED_THROUGH; seen += RECENT_PAGE) {
      const rows = this.#db.all(
        `SELECT sequence, received_at, enrichment IS NOT NULL AND reconciled = 0 AS is_read FROM log
         WHERE sequence < ? ORDER BY sequence DESC LIMIT ?`,
        before,
        RECENT_PAGE,
      )
      const young = rows.filter((row) => receivedAtOf(row) >= since)
      const found = young.find((row) => row['is_read'] === 1)
      if (found !== undefined) return receivedAtOf(found)
      const last = rows.at(-1)
      if (last === undefined || young.length === 0) return null
      before = numberOf(last, 'sequence')
    }
    return null
  }

  /** The times of receipt of the last events of the portal, in no certain order, as far as the youngest rows tell. */
  lastEventTimes(count: number): number[] {
    return this.#db
      .all(
        `SELECT received_at FROM
           (SELECT received_at, reconciled FROM log ORDER BY sequence DESC LIMIT ?)
         WHERE reconciled = 0 LIMIT ?`,
        MAX_LOOKED_THROUGH,
        count,
      )
      .map((row) => numberOf(row, 'received_at'))
  }

  /** The numbers that an operator sees: events of the portal, events that no portal sent, and thin events. */
  counts(): { readonly events: number; readonly reconciled: number; readonly thin: number } {
    const row = this.#db.all(
      `SELECT count(*) AS entries, coalesce(sum(reconciled), 0) AS reconciled,
         coalesce(sum(enrichment LIKE '{"status":"unavailable"%'), 0) AS thin FROM log`,
    )[0]
    if (row === undefined) return { events: 0, reconciled: 0, thin: 0 }
    const reconciled = numberOf(row, 'reconciled')
    return {
      events: numberOf(row, 'entries') - reconciled,
      reconciled,
      thin: numberOf(row, 'thin'),
    }
  }

  /** Entries after a sequence, oldest first: at most `limit`, and fewer when they are large. */
  after(sequence: number, limit: number): LogEntry[] {
    return this.#page('log WHERE sequence > ? ORDER BY sequence', sequence, limit)
  }

  /** Entries before a sequence, newest first: at most `limit`, and fewer when they are large. */
  before(sequence: number, limit: number): LogEntry[] {
    return this.#page('log WHERE sequence < ? ORDER BY sequence DESC', sequence, limit)
  }

  /**
   * Reads a page of entries. An event may be large, and the platform ends an object that takes more than 128 MB.
   * So the sizes are read first, and then as many entries as fit, but at least one.
   */
  #page(rows: string, sequence: number, limit: number): LogEntry[] {
    const fitting = limit > 1 ? this.#fitting(rows, sequence, limit) : limit
    return this.#db.all(`SELECT * FROM ${rows} LIMIT ?`, sequence, fitting).map(parseEntry)
  }

  #fitting(rows: string, sequence: number, limit: number): number {
    const sizes = this.#db.all(
      `SELECT octet_length(event) + coalesce(octet_length(enrichment), 0) AS bytes FROM ${rows} LIMIT ?`,
      sequence,
      limit,
    )
    let bytes = 0
    const tooMuch = sizes.findIndex((row) => (bytes += numberOf(row, 'bytes')) > MAX_PAGE_BYTES)
    return tooMuch === -1 ? sizes.length : Math.max(1, tooMuch)
  }

  /** One entry; null when it was never stored or has been dropped. */
  entry(sequence: number): LogEntry | null {
    const row = this.#db.all('SELECT * FROM log WHERE sequence = ?', sequence)[0]
    return row === undefined ? null : parseEntry(row)
  }

  /**
   * The arrivals of the last two minutes, oldest first. The log is read page by page, since most logs are
   * quiet, and no further than memory keeps.
   */
  recentArrivals(now: number): { arrival: Arrival; sequence: number }[] {
    const recent: { arrival: Arrival; sequence: number }[] = []
    let before = Number.MAX_SAFE_INTEGER
    while (recent.length < MAX_REMEMBERED) {
      const rows = this.#db.all(
        `SELECT sequence, received_at, receipt, digest FROM log
         WHERE sequence < ? ORDER BY sequence DESC LIMIT ?`,
        before,
        RECENT_PAGE,
      )
      const young = rows.filter((row) => receivedAtOf(row) > now - RECEIPT_WINDOW_MS)
      for (const row of young) {
        recent.push({ arrival: parseArrival(row), sequence: numberOf(row, 'sequence') })
      }
      const last = rows.at(-1)
      if (last === undefined || young.length === 0) break
      before = numberOf(last, 'sequence')
    }
    return recent.toReversed()
  }

  /**
   * The place of a drained event that stands in the log already, however long ago it was stored. The whole
   * log is read: this is the price of having no index, and only the spill pays it. Events with equal content
   * count as one within `windowMs`.
   */
  findPlace(arrival: Arrival, windowMs: number = DUPLICATE_WINDOW_MS): StoredPlace | null {
    const row = this.#db.all(
      `SELECT sequence, receipt FROM log
       WHERE receipt = ? OR (digest = ? AND received_at BETWEEN ? AND ?)
       ORDER BY receipt = ? DESC, sequence LIMIT 1`,
      arrival.receipt,
      arrival.contentHash,
      arrival.receivedAt - windowMs,
      arrival.receivedAt + windowMs,
      arrival.receipt,
    )[0]
    if (row === undefined) return null
    const sequence = numberOf(row, 'sequence')
    return { sequence, sameReceipt: textOf(row, 'receipt') === arrival.receipt }
  }

  /** The sequences and the times of receipt of the oldest entries. */
  oldest(limit: number): AgedEvent[] {
    return this.#db
      .all('SELECT sequence, received_at FROM log ORDER BY sequence LIMIT ?', limit)
      .map((row) => ({
        sequence: numberOf(row, 'sequence'),
        receivedAt: receivedAtOf(row),
      }))
  }

  /** Drops the entries up to a sequence. */
  dropUpTo(sequence: number): void {
    this.#db.all('DELETE FROM log WHERE sequence <= ?', sequence)
  }

  /** How many entries the log holds. */
  count(): number {
    const row = this.#db.all('SELECT count(*) AS entries FROM log')[0]
    return row === undefined ? 0 : numberOf(row, 'entries')
  }

  /** How many entries are quarantined. */
  countQuarantined(): number {
    const row = this.#db.all(
      `SELECT count(*) AS entries FROM log
       WHERE iif(json_valid(event), coalesce(json_type(event, '$.quarantined'), '') <> 'null', 1)`,
    )[0]
    return row === undefined ? 0 : numberOf(row, 'entries')
  }

  /** Deletes the whole log. */
  clear(): void {
    remakeTable(this.#db, 'log')
  }
}
