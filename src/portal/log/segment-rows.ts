/**
 * A segment of a portal's log as it stands in storage: the names of its tables, and their columns. Each segment has a
 * log, its fates and its digests in tables of its own, for example `log_2`, `fates_2` and `digests_2`.
 */
import { numberOf, type Database, type SqlRow } from '../../storage/database.ts'

/**
 * The tables of a segment as the migrations have made them for the first one. A migration that changes one of them has
 * to change it in every segment, and here.
 */
const TABLES = {
  log: `(
    sequence INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    receipt TEXT NOT NULL,
    digest TEXT NOT NULL,
    event TEXT NOT NULL,
    enrichment TEXT,
    reconciled INTEGER NOT NULL DEFAULT 0
  )`,
  fates: `(
    destination TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    status INTEGER,
    at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (destination, sequence)
  ) WITHOUT ROWID`,
  digests: `(
    destination TEXT NOT NULL,
    last INTEGER NOT NULL,
    sequences TEXT NOT NULL,
    at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (destination, last)
  ) WITHOUT ROWID`,
} as const

/** The id of the first segment, whose tables have no number in their names. */
export const FIRST_SEGMENT = 1

/** A part of the log: consecutive events with their fates and digests. */
export interface Segment {
  readonly id: number
  /** The names of its tables. */
  readonly log: string
  readonly fates: string
  readonly digests: string
  /** Its last sequence; null while it is open. */
  readonly last: number | null
  /** The times of receipt of its first and its last event, in unix milliseconds; null while it is open. */
  readonly oldestAt: number | null
  readonly youngestAt: number | null
  /** About the bytes that it takes; 0 while it is open. */
  readonly bytes: number
}

/** The names of a segment's tables. */
export function tablesOf(id: number): Pick<Segment, 'log' | 'fates' | 'digests'> {
  const end = id === FIRST_SEGMENT ? '' : `_${id}`
  return { log: `log${end}`, fates: `fates${end}`, digests: `digests${end}` }
}

/** A segment of which only the id is known, since it is open. */
export function openSegment(id: number): Segment {
  return { id, ...tablesOf(id), last: null, oldestAt: null, youngestAt: null, bytes: 0 }
}

/** A closed segment in its row. A damaged last sequence is found in its log, and another damaged number is unknown. */
export function parseSegment(row: SqlRow, lastIn: (log: string) => number): Segment {
  const id = numberOf(row, 'id')
  const names = tablesOf(id)
  const last = numberIn(row, 'last') ?? lastIn(names.log)
  const oldestAt = numberIn(row, 'oldest_at')
  const youngestAt = numberIn(row, 'youngest_at')
  return { id, ...names, last, oldestAt, youngestAt, bytes: numberIn(row, 'bytes') ?? 0 }
}

/** A number of a row; null when it is damaged, or was never written. */
export function numberIn(row: SqlRow, column: string): number | null {
  const value = row[column]
  return typeof value === 'number' ? value : null
}

/** Makes the tables of a segment, with the index of its parked fates. */
export function createTables(db: Database, id: number): void {
  const { log, fates, digests } = tablesOf(id)
  db.all(`CREATE TABLE ${log} ${TABLES.log}`)
  db.all(`CREATE TABLE ${fates} ${TABLES.fates}`)
  db.all(`CREATE TABLE ${digests} ${TABLES.digests}`)
  const index = id === FIRST_SEGMENT ? 'parked' : `parked_${id}`
  db.all(`CREATE INDEX ${index} ON ${fates} (destination, sequence) WHERE state = 'parked'`)
}

/** Drops the tables of a segment, and with them everything that was written down of its events. */
export function dropTables(db: Database, id: number): void {
  for (const table of Object.values(tablesOf(id))) db.all(`DROP TABLE ${table}`)
}
