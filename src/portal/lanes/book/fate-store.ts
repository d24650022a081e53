/**
 * All SQL over the fates of events at destinations, and over the digests that were delivered. Only a fate
 * that does not follow from the cursor of its lane has a row, so a portal whose receivers answer at once has
 * none.
 */
import type { DigestRecord, ExactFate } from '../../../core/lanes/state/fate.ts'
import { MAX_SEQUENCE } from '../../../core/log/max-sequence.ts'
import { numberOf, type Database } from '../../../storage/database.ts'
import type { Segment } from '../../log/rows/segment-rows.ts'
import type { SegmentStore } from '../../log/rows/segment-store.ts'
import { parseDigest, parseFate, type DestinationFate } from './fate-rows.ts'

/** Some consecutive sequences, both ends included. */
export interface SequenceRange {
  readonly from: number
  readonly to: number
}

/** The fates of one portal's events, over all segments of its log. No method awaits. */
export class FateStore {
  readonly #db: Database
  readonly #segments: SegmentStore

  constructor(db: Database, segments: SegmentStore) {
    this.#db = db
    this.#segments = segments
  }

  /** Writes the exact fate of an event at a destination; an earlier one is replaced. */
  save(destination: string, fate: ExactFate): void {
    const { fateTable } = this.#segments.holding(fate.sequence)
    const wasParked = this.find(destination, fate.sequence)?.state === 'parked'
    this.#db.all(
      `INSERT OR REPLACE INTO ${fateTable} (destination, sequence, state, reason, status, at, attempts)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      destination,
      fate.sequence,
      fate.state,
      fate.reason,
      fate.status,
      fate.at,
      fate.attempts,
    )
    this.#countParked(destination, Number(fate.state === 'parked') - Number(wasParked))
  }

  /** The number of parked events is kept where it changes, since a destination may have very many fates. */
  #countParked(destination: string, more: number): void {
    if (more === 0 || !this.#segments.isSegmented()) return
    this.#db.all(
      `INSERT INTO parked_counts (destination, fates) VALUES (?, ?)
       ON CONFLICT (destination) DO UPDATE SET fates = fates + excluded.fates`,
      destination,
      more,
    )
  }

  /** Writes down a digest that was delivered, beside its last event. */
  saveDigest(destination: string, { sequences, at, attempts }: DigestRecord): void {
    const last = sequences.at(-1) ?? 0
    const { digestTable } = this.#segments.holding(last)
    this.#db.all(
      `INSERT OR REPLACE INTO ${digestTable} (destination, last, sequences, at, attempts)
       VALUES (?, ?, ?, ?, ?)`,
      destination,
      last,
      JSON.stringify(sequences),
      at,
      attempts,
    )
  }

  /** The exact fate of one event at one destination; null when it has none. */
  find(destination: string, sequence: number): DestinationFate | null {
    const { fateTable } = this.#segments.holding(sequence)
    const [row] = this.#db.all(
      `SELECT * FROM ${fateTable} WHERE destination = ? AND sequence = ?`,
      destination,
      sequence,
    )
    return row === undefined ? null : parseFate(row)
  }

  /** The exact fates of some events at one destination, in the order of their sequences. */
  inRange(destination: string, range: SequenceRange): DestinationFate[] {
    return this.#segments
      .within(range)
      .flatMap(({ fateTable }) =>
        this.#db.all(
          `SELECT * FROM ${fateTable} WHERE destination = ? AND sequence BETWEEN ? AND ? ORDER BY sequence`,
          destination,
          range.from,
          range.to,
        ),
      )
      .map(parseFate)
  }

  /** The delivered digests of a destination that may tell some of these events. */
  digestsInRange(destination: string, { from, to }: SequenceRange): DigestRecord[] {
    const found: DigestRecord[] = []
    for (const { digestTable } of this.#segments.within({ from, to: MAX_SEQUENCE })) {
      // A digest tells consecutive events of its lane. So the first digest that ends at `to` or behind it is
      // the last one that can tell one of these events.
      const rows = this.#db.all(
        `SELECT * FROM ${digestTable} WHERE destination = ? AND last >= ?
         AND last <= coalesce(
           (SELECT min(last) FROM ${digestTable} WHERE destination = ? AND last >= ?), ?)
         ORDER BY last`,
        destination,
        from,
        destination,
        to,
        to,
      )
      found.push(...rows.map(parseDigest))
      if ((found.at(-1)?.sequences.at(-1) ?? 0) >= to) break
    }
    return found
  }

  /** Everything that is parked, oldest segment first, by destination and sequence; at most `limit` fates. */
  parked(limit: number): DestinationFate[] {
    const found: DestinationFate[] = []
    for (const { fateTable } of this.#segments.all()) {
      const rows = this.#db.all(
        `SELECT * FROM ${fateTable} WHERE state = 'parked' ORDER BY destination, sequence LIMIT ?`,
        limit - found.length,
      )
      found.push(...rows.map(parseFate))
    }
    return found
  }

  /** The number of events that are parked at a destination. */
  countParked(destination: string): number {
    if (!this.#segments.isSegmented()) return this.#formerCount(destination)
    const [row] = this.#db.all('SELECT fates FROM parked_counts WHERE destination = ?', destination)
    const count = row?.['fates']
    // A damaged number counts as 0.
    return typeof count === 'number' ? Math.max(0, count) : 0
  }

  /** An object that is too full for the table of the numbers counts each time. */
  #formerCount(destination: string): number {
    const [segment] = this.#segments.all()
    const [row] = this.#db.all(
      `SELECT count(*) AS fates FROM ${segment?.fateTable ?? ''} WHERE destination = ? AND state = 'parked'`,
      destination,
    )
    return row === undefined ? 0 : numberOf(row, 'fates')
  }

  /** The first sequence of a range that is parked at a destination; null when none is. */
  nextParked(destination: string, { from, to }: SequenceRange): number | null {
    for (const { fateTable } of this.#segments.within({ from, to })) {
      const [row] = this.#db.all(
        `SELECT sequence FROM ${fateTable}
         WHERE destination = ? AND state = 'parked' AND sequence BETWEEN ? AND ?
         ORDER BY sequence LIMIT 1`,
        destination,
        from,
        to,
      )
      if (row !== undefined) return numberOf(row, 'sequence')
    }
    return null
  }

  /** Forgets what is parked, since the lanes begin anew and send it again. */
  forgetParked(): void {
    for (const { fateTable } of this.#segments.all()) {
      this.#db.all(`DELETE FROM ${fateTable} WHERE state = 'parked'`)
    }
    if (this.#segments.isSegmented()) this.#db.all('DELETE FROM parked_counts')
  }

  /** Marks the parked deliveries of an event as expired: its content is gone, so none of them can be replayed. */
  expireParked(sequence: number): void {
    const { fateTable } = this.#segments.holding(sequence)
    const rows = this.#db.all(
      `SELECT destination FROM ${fateTable} WHERE sequence = ? AND state = 'parked'`,
      sequence,
    )
    for (const { destination } of rows) {
      this.#db.all(
        `UPDATE ${fateTable} SET state = 'expired' WHERE destination = ? AND sequence = ?`,
        destination ?? null,
        sequence,
      )
      this.#countParked(String(destination), -1)
    }
  }

  /** Drops the fates and digests of the oldest segment's events up to a sequence. */
  dropUpTo(sequence: number): void {
    const [oldest] = this.#segments.all()
    if (oldest === undefined) return
    const parked = this.#parkedIn(oldest, sequence)
    // The rows are deleted first, since a full object takes no other write before.
    this.#db.all(`DELETE FROM ${oldest.fateTable} WHERE sequence <= ?`, sequence)
    this.#db.all(`DELETE FROM ${oldest.digestTable} WHERE last <= ?`, sequence)
    for (const [destination, count] of parked) this.#countParked(destination, -count)
  }

  /** Drops the oldest segment of the log with all its events, if it is closed. */
  dropOldest(): void {
    const [oldest] = this.#segments.all()
    if (oldest === undefined || oldest.last === null) return
    const parked = this.#parkedIn(oldest, oldest.last)
    this.#segments.dropOldest()
    for (const [destination, count] of parked) this.#countParked(destination, -count)
  }

  /** The number of events of a segment that are parked up to a sequence, by destination. */
  #parkedIn({ fateTable }: Segment, sequence: number): ReadonlyMap<string, number> {
    const rows = this.#db.all(
      `SELECT destination, count(*) AS fates FROM ${fateTable}
       WHERE state = 'parked' AND sequence <= ? GROUP BY destination`,
      sequence,
    )
    return new Map(rows.map((row) => [String(row['destination']), numberOf(row, 'fates')]))
  }
}
