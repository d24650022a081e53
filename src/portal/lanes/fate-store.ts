/**
 * All SQL over the fates of events at destinations, and over the digests that were delivered. Only a fate
 * that does not follow from the cursor of its lane has a row, so a portal whose receivers answer at once has
 * none.
 */
import type { DigestRecord, ExactFate } from '../../core/lanes/state/fate.ts'
import { numberOf, type Database } from '../../storage/database.ts'
import { remakeTable } from '../state/migrations.ts'
import { parseDigest, parseFate, type DestinationFate } from './fate-rows.ts'

/** Some consecutive sequences, both ends included. */
export interface SequenceRange {
  readonly from: number
  readonly to: number
}

/** The fates of one portal's events. Every method is one statement; none awaits. */
export class FateStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Writes the exact fate of an event at a destination; an earlier one is replaced. */
  save(destination: string, fate: ExactFate): void {
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

  /** Writes down a digest that was delivered. */
  saveDigest(destination: string, { sequences, at, attempts }: DigestRecord): void {
    this.#db.all(
      `INSERT OR REPLACE INTO digests (destination, last, sequences, at, attempts)
       VALUES (?, ?, ?, ?, ?)`,
      destination,
      sequences.at(-1) ?? 0,
      JSON.stringify(sequences),
      at,
      attempts,
    )
  }

  /** The exact fate of one event at one destination; null when it has none. */
  find(destination: string, sequence: number): DestinationFate | null {
    const row = this.#db.all(
      'SELECT * FROM fates WHERE destination = ? AND sequence = ?',
      destination,
      sequence,
    )[0]
    return row === undefined ? null : parseFate(row)
  }

  /** The exact fates of some events at every destination. */
  inRange({ from, to }: SequenceRange): DestinationFate[] {
    return this.#db
      .all('SELECT * FROM fates WHERE sequence BETWEEN ? AND ?', from, to)
      .map(parseFate)
  }

  /** The delivered digests of a destination that may tell some of these events. */
  digestsInRange(destination: string, { from, to }: SequenceRange): DigestRecord[] {
    // A digest tells consecutive events of its lane. So the first digest that ends at `to` or behind it is
    // the last one that can tell one of these events.
    return this.#db
      .all(
        `SELECT * FROM digests WHERE destination = ? AND last >= ?
         AND last <= coalesce(
           (SELECT min(last) FROM digests WHERE destination = ? AND last >= ?), ?)
         ORDER BY last`,
        destination,
        from,
        destination,
        to,
        to,
      )
      .map(parseDigest)
  }

  /** Everything that is parked, by destination and sequence; at most `limit` fates. */
  parked(limit: number): DestinationFate[] {
    return this.#db
      .all(
        `SELECT * FROM fates WHERE state = 'parked' ORDER BY destination, sequence LIMIT ?`,
        limit,
      )
      .map(parseFate)
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

  /** The first sequence of a range that is parked at a destination; null when none is. */
  nextParked(destination: string, { from, to }: SequenceRange): number | null {
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

  /** Drops what is written down of the events up to a sequence. */
  dropUpTo(sequence: number): void {
    this.#db.all('DELETE FROM fates WHERE sequence <= ?', sequence)
    this.#db.all('DELETE FROM digests WHERE last <= ?', sequence)
  }

  /** Deletes all fates and all digests. */
  clear(): void {
    remakeTable(this.#db, 'fates')
    remakeTable(this.#db, 'digests')
  }
}
