/**
 * The schema of a portal's object, as a list of steps that only grows. The ids of the applied steps are
 * stored. When there are more of them than this program knows, the object refuses to start: an older Worker
 * never works on the tables of a newer one. A row of them that was damaged is written again, since the tables and
 * columns themselves tell how many steps were applied.
 */
import {
  hasColumn,
  hasTable,
  isFullError,
  tableNames,
  type Database,
  type SqlRow,
} from '../../storage/database.ts'
import { storedSegments, tablesOf, type SegmentTables } from './segment-tables.ts'

/** One step of the schema. A step that was released is never edited, only followed by another one. */
export interface Migration {
  readonly id: string
  /**
   * The statements that are run once. The log, its fates and its digests are changed by `ofSegment`, and never here.
   */
  readonly statements: readonly string[]
  /**
   * The statements for each segment that exists, run after the others: ({ logTable }) => [`ALTER TABLE ${logTable}
   * ADD COLUMN …`]. The same is changed in segment-rows.ts, for the segments that follow.
   */
  readonly ofSegment?: (segment: SegmentTables) => readonly string[]
  /**
   * The thing that this step has made: a table (`segments`), a column (`fields.weight`), or the same of each segment
   * (({ logTable }) => `${logTable}.weight`). It tells that the step was applied where the row is damaged that says
   * so. It stands at least until a later step has made its own.
   */
  readonly makes: string | ((segment: SegmentTables) => string)
}

/** Every step so far, oldest first. The page docs/storage.md describes the tables. */
export const MIGRATIONS: readonly Migration[] = [
  {
    id: '0001-log-lanes-install',
    makes: 'install',
    statements: [
      `CREATE TABLE log (
        sequence INTEGER PRIMARY KEY,
        received_at INTEGER NOT NULL,
        receipt TEXT NOT NULL,
        digest TEXT NOT NULL,
        event TEXT NOT NULL
      )`,
      `CREATE TABLE lanes (id INTEGER PRIMARY KEY CHECK (id = 1), lanes TEXT NOT NULL)`,
      `CREATE TABLE fates (
        destination TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        state TEXT NOT NULL,
        reason TEXT,
        status INTEGER,
        at INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        PRIMARY KEY (destination, sequence)
      ) WITHOUT ROWID`,
      `CREATE TABLE install (id INTEGER PRIMARY KEY CHECK (id = 1), install TEXT NOT NULL)`,
      `CREATE TABLE pending (id INTEGER PRIMARY KEY CHECK (id = 1), pending TEXT NOT NULL)`,
      `CREATE TABLE portal_values (name TEXT PRIMARY KEY, sealed TEXT NOT NULL) WITHOUT ROWID`,
    ],
  },
  {
    id: '0002-fields',
    makes: 'fields',
    statements: [
      `ALTER TABLE log ADD COLUMN enrichment TEXT`,
      `ALTER TABLE log ADD COLUMN reconciled INTEGER NOT NULL DEFAULT 0`,
      `CREATE TABLE fields (
        id INTEGER PRIMARY KEY,
        family TEXT NOT NULL,
        entity_id TEXT NOT NULL,
        state TEXT NOT NULL
      )`,
      `CREATE TABLE reconciliation (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL)`,
    ],
  },
  {
    id: '0003-digests',
    makes: 'digests',
    statements: [
      `CREATE TABLE digests (
        destination TEXT NOT NULL,
        last INTEGER NOT NULL,
        sequences TEXT NOT NULL,
        at INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        PRIMARY KEY (destination, last)
      ) WITHOUT ROWID`,
    ],
  },
  {
    id: '0004-segments',
    makes: 'segments',
    statements: [
      `CREATE TABLE segments (
        id INTEGER PRIMARY KEY,
        last INTEGER,
        oldest_at INTEGER,
        youngest_at INTEGER,
        bytes INTEGER NOT NULL DEFAULT 0,
        up_to INTEGER NOT NULL,
        entries INTEGER NOT NULL,
        reconciled INTEGER NOT NULL,
        thin INTEGER NOT NULL,
        quarantined INTEGER NOT NULL
      )`,
      // The tables that are there become the open segment.
      `INSERT INTO segments (id, up_to, entries, reconciled, thin, quarantined)
       SELECT 1, coalesce(max(sequence), 0), count(*), coalesce(sum(reconciled), 0),
         coalesce(sum(enrichment LIKE '{"status":"unavailable"%'), 0),
         coalesce(sum(iif(json_valid(event), coalesce(json_type(event, '$.quarantined'), '') <> 'null', 1)), 0)
       FROM log`,
      // A partial index: only a parked fate pays for it.
      `CREATE INDEX parked ON fates (destination, sequence) WHERE state = 'parked'`,
      `CREATE TABLE parked_counts (
        destination TEXT PRIMARY KEY,
        fates INTEGER NOT NULL
      ) WITHOUT ROWID`,
      `INSERT INTO parked_counts (destination, fates)
       SELECT destination, count(*) FROM fates WHERE state = 'parked' GROUP BY destination`,
    ],
  },
  {
    id: '0005-field-shelves',
    makes: 'field_shelves',
    // The rows of `fields` stay until their fields are written next.
    statements: [`CREATE TABLE field_shelves (id INTEGER PRIMARY KEY, fields TEXT NOT NULL)`],
  },
]

/** A full object that has no room for later tables can go on with those of this step. */
const LEAST_READABLE = '0003-digests'

/** Whether the tables were ever made. A request under a made-up member id must not make them. */
export function hasSchema(db: Database): boolean {
  // The list of steps may be damaged as a whole.
  return hasTable(db, 'migrations') || hasTable(db, 'install')
}

/** The first and the last step of a migration; by default it applies every step that is missing. */
interface MigrationTerms {
  readonly migrations?: readonly Migration[]
  /** The number of steps that were applied. @default what the object tells */
  readonly applied?: number
  readonly upTo?: string
}

/**
 * Brings the schema up to date in one transaction. A test may stop at an older version with `upTo`. False when the
 * object is too full for it, and can go on with the tables that it has.
 *
 * @throws when steps were applied that this program does not know.
 */
export function migrate(
  db: Database,
  {
    migrations = MIGRATIONS,
    applied = findApplied(db, migrations).count,
    upTo,
  }: MigrationTerms = {},
): boolean {
  const end =
    upTo === undefined ? migrations.length : migrations.findIndex(({ id }) => id === upTo) + 1
  try {
    applySteps(db, { steps: migrations.slice(applied, end), applied })
    return true
  } catch (error) {
    if (!isFullError(error) || !hasSchema(db)) throw error
    const least = migrations.findIndex(({ id }) => id === LEAST_READABLE)
    if (applied <= least) throw error
    return false
  }
}

function applySteps(
  db: Database,
  { steps, applied }: { readonly steps: readonly Migration[]; readonly applied: number },
): void {
  db.transaction(() => {
    // A full object refuses writes, and must start nevertheless: nothing is written that is there.
    if (!hasSchema(db)) {
      db.all('CREATE TABLE migrations (position INTEGER PRIMARY KEY, id TEXT NOT NULL)')
    }
    for (const [index, step] of steps.entries()) {
      for (const statement of step.statements) db.all(statement)
      if (step.ofSegment !== undefined) {
        const statements = segmentsWithout(db, step.makes).flatMap(step.ofSegment)
        for (const statement of statements) db.all(statement)
      }
      db.all('INSERT INTO migrations (position, id) VALUES (?, ?)', applied + index, step.id)
    }
  })
}

/** The steps that were applied. */
export interface AppliedSteps {
  readonly count: number
  /** Whether the rows that tell it were damaged. Then the tables have told it. */
  readonly isDamaged: boolean
}

/**
 * Finds how many steps were applied, and writes the rows again that tell it, where they are damaged. A storage that
 * refuses does it with the next start.
 *
 * @throws when steps were applied that this program does not know.
 */
export function mendApplied(
  db: Database,
  migrations: readonly Migration[] = MIGRATIONS,
): AppliedSteps {
  const applied = findApplied(db, migrations)
  if (applied.isDamaged) writeAgain(db, migrations.slice(0, applied.count))
  return applied
}

/** The number of steps that were applied. The tables tell it where the rows do not. */
function findApplied(db: Database, migrations: readonly Migration[]): AppliedSteps {
  const rows = hasTable(db, 'migrations')
    ? db.all('SELECT position, id FROM migrations ORDER BY position')
    : []
  const unknown = rows.find(({ position }) => Number(position) >= migrations.length)
  if (unknown !== undefined) throw unknownStep(unknown)
  const made = migrations.findLastIndex((step) => isMade(db, step)) + 1
  const wrong = rows.find(
    ({ position, id }, index) => position !== index || id !== migrations[index]?.id,
  )
  if (wrong === undefined && rows.length >= made) return { count: rows.length, isDamaged: false }
  if (made === 0 && wrong !== undefined) throw unknownStep(wrong)
  return { count: made, isDamaged: true }
}

/**
 * The segments that a step has still to change. An object that was too full for the step may have begun a segment
 * since, whose tables are those of today.
 */
function segmentsWithout(db: Database, makes: Migration['makes']): readonly SegmentTables[] {
  const segments = storedSegments(db).map(tablesOf)
  if (typeof makes === 'string') return segments
  return segments.filter((segment) => !stands(db, makes(segment)))
}

/** Whether a step was applied, as the tables tell it: what it makes stands, in each segment where it belongs there. */
function isMade(db: Database, { makes }: Migration): boolean {
  if (typeof makes === 'string') return stands(db, makes)
  const made = storedSegments(db).map((id) => makes(tablesOf(id)))
  return made.length > 0 && made.every((name) => stands(db, name))
}

/** Whether a table stands, or a column (`table.column`). */
function stands(db: Database, name: string): boolean {
  const [table = '', column] = name.split('.')
  return column === undefined ? hasTable(db, table) : hasColumn(db, table, column)
}

function unknownStep({ id }: SqlRow): Error {
  return new Error(`Cannot open the portal as its schema step ${id} is unknown to this version`)
}

function writeAgain(db: Database, applied: readonly Migration[]): void {
  try {
    db.transaction(() => {
      db.all('DROP TABLE IF EXISTS migrations')
      db.all('CREATE TABLE migrations (position INTEGER PRIMARY KEY, id TEXT NOT NULL)')
      for (const [position, { id }] of applied.entries()) {
        db.all('INSERT INTO migrations (position, id) VALUES (?, ?)', position, id)
      }
    })
  } catch {
    // Swallows the refusal of a full object: the next start tries again.
  }
}

/** Drops every table, in one transaction. Those of the platform stay. */
export function dropSchema(db: Database): void {
  db.transaction(() => {
    for (const table of tableNames(db)) db.all(`DROP TABLE "${table}"`)
  })
}
