/** A segment of a portal's log as it stands in storage: its tables with their columns, and its row. */
import { hasTable, numberOf, type Database, type SqlRow } from '../../../storage/database.ts'
import {
  FIRST_SEGMENT,
  storedSegments,
  tablesOf,
  type SegmentTables,
} from '../../state/segment-tables.ts'

/**
 * The tables of a segment as the migrations have made them for the first one. A migration that changes one of them
 * changes it in every segment that stands (`ofSegment` in migrations.ts). It has to be changed here as well, for the
 * segments that follow.
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

/** A part of the log: consecutive events with their fates and digests, and the names of its tables. */
export interface Segment extends SegmentTables {
  readonly id: number
  /** Its last sequence; null while it is open. */
  readonly last: number | null
  /** The times of receipt of its first and its last event, in unix milliseconds; null while it is open. */
  readonly oldestAt: number | null
  readonly youngestAt: number | null
  /** About the bytes that it takes; 0 while it is open. */
  readonly bytes: number
}

/** A segment of which only the id is known, since it is open. */
export function openSegment(id: number): Segment {
  return { id, ...tablesOf(id), last: null, oldestAt: null, youngestAt: null, bytes: 0 }
}

/**
 * Reads a closed segment from its row. Its end was checked before; every other number is unknown when it is damaged.
 */
export function parseSegment(row: SqlRow): Segment {
  const id = numberOf(row, 'id')
  const names = tablesOf(id)
  const last = numberOf(row, 'last')
  const oldestAt = numberIn(row, 'oldest_at')
  const youngestAt = numberIn(row, 'youngest_at')
  return { id, ...names, last, oldestAt, youngestAt, bytes: numberIn(row, 'bytes') ?? 0 }
}

/** A number of a row; null when it is damaged, or was never written. */
export function numberIn(row: SqlRow, column: string): number | null {
  const value = row[column]
  return typeof value === 'number' ? value : null
}

/** The numbers of a log's rows. */
export const COUNTS_OF_ROWS = `count(*) AS entries, coalesce(sum(reconciled), 0) AS reconciled,
  coalesce(sum(enrichment LIKE '{"status":"unavailable"%'), 0) AS thin,
  coalesce(sum(iif(json_valid(event), coalesce(json_type(event, '$.quarantined'), '') <> 'null', 1)), 0)
    AS quarantined`

/**
 * Whether these rows name every segment. They follow each other without a gap, a closed one was counted up to its end,
 * and no table stands beside them.
 */
export function hasAllSegments(db: Database, rows: readonly SqlRow[]): boolean {
  const [first, open] = [rows.at(0), rows.at(-1)].map((row) => numberIn(row ?? {}, 'id'))
  if (typeof first !== 'number' || typeof open !== 'number') return false
  const ends = rows.slice(0, -1).map((row) => (row['last'] === row['up_to'] ? row['last'] : null))
  const isGapless = open - first === rows.length - 1
  const isInOrder = ends.every(
    (end, n) => typeof end === 'number' && end >= Number(ends[n - 1] ?? 0),
  )
  const isBeside = (id: number): boolean =>
    id >= FIRST_SEGMENT && hasTable(db, tablesOf(id).logTable)
  return isGapless && isInOrder && !isBeside(first - 1) && !isBeside(open + 1)
}

/**
 * Writes the rows of the segments again, from their tables. Rows that are left stay as they are, except that wrong
 * ends are corrected.
 */
export function mendRows(db: Database, rows: readonly SqlRow[]): readonly SqlRow[] {
  const ids = storedSegments(db)
  let end = 0
  const mended = ids.map((id, n): SqlRow => {
    const row = rows.find((known) => known['id'] === id) ?? countRow(db, id)
    const isOpen = n === ids.length - 1
    const isRight = row['last'] === row['up_to'] && Number(row['last']) >= end
    end = Math.max(end, isOpen || !isRight ? endOf(db, id) : Number(row['last']))
    return isOpen ? { ...row, last: null } : { ...row, last: end, up_to: end }
  })
  try {
    db.transaction(() => {
      for (const row of mended) {
        const columns = Object.keys(row)
        const places = columns.map(() => '?').join(', ')
        const values = `(${columns.join(', ')}) VALUES (${places})`
        db.all(`INSERT OR REPLACE INTO segments ${values}`, ...Object.values(row))
      }
    })
  } catch {
    // Swallows the refusal of a full object: the next start tries again.
  }
  return mended
}

/** The row of a segment as its tables tell it. */
function countRow(db: Database, id: number): SqlRow {
  const { logTable } = tablesOf(id)
  const [counts] = db.all(`SELECT ${COUNTS_OF_ROWS} FROM ${logTable}`)
  const timeAt = (order: string): number | null => {
    const [row] = db.all(`SELECT received_at FROM ${logTable} ORDER BY sequence ${order} LIMIT 1`)
    return numberIn(row ?? {}, 'received_at')
  }
  const times = { oldest_at: timeAt('ASC'), youngest_at: timeAt('DESC') }
  return { id, ...times, bytes: 0, ...counts, up_to: endOf(db, id) }
}

/** The last sequence in the log of a segment; 0 when it is empty. */
function endOf(db: Database, id: number): number {
  const [row] = db.all(`SELECT max(sequence) AS last FROM ${tablesOf(id).logTable}`)
  return numberIn(row ?? {}, 'last') ?? 0
}

/** Makes the tables of a segment, with the index of its parked fates. */
export function createTables(db: Database, id: number): void {
  const { logTable, fateTable, digestTable } = tablesOf(id)
  db.all(`CREATE TABLE ${logTable} ${TABLES.log}`)
  db.all(`CREATE TABLE ${fateTable} ${TABLES.fates}`)
  db.all(`CREATE TABLE ${digestTable} ${TABLES.digests}`)
  const index = id === FIRST_SEGMENT ? 'parked' : `parked_${id}`
  db.all(`CREATE INDEX ${index} ON ${fateTable} (destination, sequence) WHERE state = 'parked'`)
}

/** Drops the tables of a segment, and with them everything that was written down of its events. */
export function dropTables(db: Database, id: number): void {
  for (const table of Object.values(tablesOf(id))) db.all(`DROP TABLE ${table}`)
}
