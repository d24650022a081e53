/** All SQL over a portal's log and the fates of its events; typed entries in and out. */
import { DUPLICATE_WINDOW_MS, MAX_REMEMBERED, RECEIPT_WINDOW_MS } from '../core/append.ts'
import type { Arrival } from '../core/append.ts'
import type { LogEntry, RelayEvent } from '../core/event.ts'
import type { AgedEvent } from '../core/retention.ts'
import type { ExactFate } from '../core/settle.ts'
import { numberOf, textOf, type Database, type SqlRow } from './database.ts'

/** Rows read at a time on a start. */
const RECENT_PAGE = 100

/** A fate as stored, with its destination. */
export interface StoredFate extends ExactFate {
  readonly destination: string
}

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

  /** Writes one row; `event` is a `RelayEvent` as JSON text. */
  insert(sequence: number, arrival: Arrival, event: string): void {
    this.#db.all(
      'INSERT INTO log (sequence, received_at, receipt, digest, event) VALUES (?, ?, ?, ?, ?)',
      sequence,
      arrival.receivedAt,
      arrival.receipt,
      arrival.digest,
      event,
    )
  }

  /** Entries after a sequence, oldest first. */
  after(sequence: number, limit: number): LogEntry[] {
    return this.#db
      .all('SELECT * FROM log WHERE sequence > ? ORDER BY sequence LIMIT ?', sequence, limit)
      .map(entryOf)
  }

  /** Entries before a sequence, newest first. */
  before(sequence: number, limit: number): LogEntry[] {
    return this.#db
      .all('SELECT * FROM log WHERE sequence < ? ORDER BY sequence DESC LIMIT ?', sequence, limit)
      .map(entryOf)
  }

  /** One entry; null when it was never stored or is gone. */
  entry(sequence: number): LogEntry | null {
    const row = this.#db.all('SELECT * FROM log WHERE sequence = ?', sequence)[0]
    return row === undefined ? null : entryOf(row)
  }

  /** The arrivals of the last two minutes, oldest first, bounded. Reads pages, since most logs are quiet. */
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
        recent.push({ arrival: arrivalOf(row), sequence: numberOf(row, 'sequence') })
      }
      const last = rows.at(-1)
      if (last === undefined || young.length === 0) break
      before = numberOf(last, 'sequence')
    }
    return recent.toReversed()
  }

  /**
   * Where a drained event already stands, however long ago it was stored. Reads the whole log: the price
   * of having no index, paid only by the spill.
   */
  findStanding(arrival: Arrival): { sequence: number; sameReceipt: boolean } | null {
    const row = this.#db.all(
      `SELECT sequence, receipt FROM log
       WHERE receipt = ? OR (digest = ? AND received_at BETWEEN ? AND ?)
       ORDER BY receipt = ? DESC, sequence LIMIT 1`,
      arrival.receipt,
      arrival.digest,
      arrival.receivedAt - DUPLICATE_WINDOW_MS,
      arrival.receivedAt + DUPLICATE_WINDOW_MS,
      arrival.receipt,
    )[0]
    if (row === undefined) return null
    const sequence = numberOf(row, 'sequence')
    return { sequence, sameReceipt: textOf(row, 'receipt') === arrival.receipt }
  }

  /** Sequence and age of the oldest entries. */
  oldest(limit: number): AgedEvent[] {
    return this.#db
      .all('SELECT sequence, received_at FROM log ORDER BY sequence LIMIT ?', limit)
      .map((row) => ({
        sequence: numberOf(row, 'sequence'),
        receivedAt: receivedAtOf(row),
      }))
  }

  /** Drops the entries up to a sequence and everything remembered of them. */
  dropUpTo(sequence: number): void {
    this.#db.all('DELETE FROM log WHERE sequence <= ?', sequence)
    this.#db.all('DELETE FROM fates WHERE sequence <= ?', sequence)
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

  /** Writes or replaces the exact fate of an event at a destination. */
  putFate(destination: string, fate: ExactFate): void {
    this.#db.all(
      `INSERT OR REPLACE INTO fates (destination, sequence, state, reason, status, at, attempts)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      destination,
      fate.sequence,
      fate.state,
      fate.reason,
      fate.status,
      fate.at,
      fate.attempts,
    )
  }

  /** The exact fates of the events between two sequences, both included. */
  fatesBetween(from: number, to: number): StoredFate[] {
    return this.#db.all('SELECT * FROM fates WHERE sequence BETWEEN ? AND ?', from, to).map(fateOf)
  }

  /** Everything that is parked, by destination and sequence; bounded. */
  parked(limit: number): StoredFate[] {
    return this.#db
      .all(
        `SELECT * FROM fates WHERE state = 'parked' ORDER BY destination, sequence LIMIT ?`,
        limit,
      )
      .map(fateOf)
  }

  /** How many events are parked at a destination, up to a sequence. */
  countParked(destination: string, to = Number.MAX_SAFE_INTEGER): number {
    const row = this.#db.all(
      `SELECT count(*) AS fates FROM fates
       WHERE destination = ? AND state = 'parked' AND sequence <= ?`,
      destination,
      to,
    )[0]
    return row === undefined ? 0 : numberOf(row, 'fates')
  }

  /** The first parked sequence at or after `from`, up to `to`. */
  nextParked(destination: string, from: number, to: number): number | null {
    const row = this.#db.all(
      `SELECT sequence FROM fates
       WHERE destination = ? AND state = 'parked' AND sequence BETWEEN ? AND ?
       ORDER BY sequence LIMIT 1`,
      destination,
      from,
      to,
    )[0]
    return row === undefined ? null : numberOf(row, 'sequence')
  }

  /** The exact fate of one event at one destination. */
  fate(destination: string, sequence: number): StoredFate | null {
    const row = this.#db.all(
      'SELECT * FROM fates WHERE destination = ? AND sequence = ?',
      destination,
      sequence,
    )[0]
    return row === undefined ? null : fateOf(row)
  }

  /** Deletes the whole log. Dropping the tables writes no row per event. */
  deleteAll(): void {
    for (const table of ['log', 'fates']) {
      const row = this.#db.all(`SELECT sql FROM sqlite_master WHERE name = ?`, table)[0]
      if (row === undefined) continue
      this.#db.all(`DROP TABLE ${table}`)
      this.#db.all(textOf(row, 'sql'))
    }
  }
}

function arrivalOf(row: SqlRow): Arrival {
  return {
    receipt: String(row['receipt']),
    digest: String(row['digest']),
    receivedAt: receivedAtOf(row),
  }
}

/** A damaged time counts as long ago. */
function receivedAtOf(row: SqlRow): number {
  const value = row['received_at']
  return typeof value === 'number' ? value : 0
}

/** An entry that cannot be read is shown as quarantined: it must not stop a lane (G10). */
function entryOf(row: SqlRow): LogEntry {
  const { receipt, receivedAt } = arrivalOf(row)
  return { sequence: numberOf(row, 'sequence'), receipt, receivedAt, event: readEvent(row) }
}

function readEvent(row: SqlRow): RelayEvent {
  try {
    const event: unknown = JSON.parse(textOf(row, 'event'))
    return isEvent(event) ? event : UNREADABLE
  } catch {
    // Swallows: a row damaged outside of this code.
    return UNREADABLE
  }
}

/** What filters rely on; whatever else is wrong with an event stops at its renderer. */
function isEvent(value: unknown): value is RelayEvent {
  if (typeof value !== 'object' || value === null) return false
  if (!('name' in value) || !('field' in value) || !('quarantined' in value)) return false
  const { name, field, quarantined } = value
  const isField = typeof field === 'object' && (field === null || 'fieldName' in field)
  return (
    typeof name === 'string' && isField && (quarantined === null || typeof quarantined === 'string')
  )
}

const UNREADABLE: RelayEvent = {
  name: 'UNREADABLE',
  ts: null,
  handlerId: null,
  userId: null,
  data: null,
  field: null,
  quarantined: 'unreadable_row',
}

const FATE_STATES = ['delivered', 'parked', 'expired'] as const

function fateOf(row: SqlRow): StoredFate {
  const state = FATE_STATES.find((known) => known === row['state']) ?? 'parked'
  return {
    destination: textOf(row, 'destination'),
    sequence: numberOf(row, 'sequence'),
    state,
    reason: typeof row['reason'] === 'string' ? row['reason'] : null,
    status: typeof row['status'] === 'number' ? row['status'] : null,
    at: numberOf(row, 'at'),
    attempts: numberOf(row, 'attempts'),
  }
}
