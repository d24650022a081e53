/**
 * SQLite as the stores of the Durable Objects use it. The interface is narrow on purpose: a test can put
 * Node's own SQLite behind it, and run a long history of events in one process.
 */

/** A value of one column. */
export type SqlValue = string | number | null

/** One row, by column name. */
export type SqlRow = Record<string, SqlValue>

/** Synchronous SQL with transactions. */
export interface Database {
  /** Runs a statement and returns its rows. */
  all(query: string, ...bindings: SqlValue[]): SqlRow[]
  /** Runs `work` atomically: a throw rolls everything back and is thrown on. */
  transaction<T>(work: () => T): T
  /** Resolves when everything written so far is durable. */
  sync(): Promise<void>
  /** The size of the database, in bytes. */
  bytes(): number
}

/**
 * Whether storage has refused a write because the object is full (docs/cloudflare.md, "Storage limits"). The message
 * is the only thing that tells it.
 */
export function isFullError(error: unknown): boolean {
  return error instanceof Error && error.message.includes('SQLITE_FULL')
}

/**
 * Whether a table exists. A look into `sqlite_master` would read a row for each table and index of the object, and
 * a log has tables for each of its segments.
 */
export function hasTable(db: Database, name: string): boolean {
  return db.all('SELECT 1 AS found FROM pragma_table_info(?) LIMIT 1', name).length > 0
}

/** Whether a table stands, and has a column. */
export function hasColumn(db: Database, table: string, column: string): boolean {
  const query = 'SELECT 1 AS found FROM pragma_table_info(?) WHERE name = ? LIMIT 1'
  return db.all(query, table, column).length > 0
}

/** The names of all tables but those of the platform, which begin with `_`. It reads a row for each table and index. */
export function tableNames(db: Database): readonly string[] {
  const tables = db.all(
    `SELECT name FROM sqlite_master
     WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND substr(name, 1, 1) <> '_'`,
  )
  return tables.map((row) => textOf(row, 'name'))
}

/** Reads a text column; anything else is a bug of the store and throws. */
export function textOf(row: SqlRow, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`Cannot read column ${column} as text`)
  return value
}

/**
 * Reads a column with the JSON text of an object; undefined for anything else, which can only be damage from
 * outside of this program. A list is damage too: a schema of optional members would take it for an empty object.
 */
export function jsonOf(row: SqlRow, column: string): unknown {
  const value = row[column]
  if (typeof value !== 'string') return undefined
  try {
    const parsed: unknown = JSON.parse(value)
    return Array.isArray(parsed) ? undefined : parsed
  } catch {
    // Swallows a SyntaxError: the text is no JSON.
    return undefined
  }
}

/** Reads an integer column; anything else is a bug of the store and throws. */
export function numberOf(row: SqlRow, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw new TypeError(`Cannot read column ${column} as a number`)
  return value
}

/**
 * The part of a Durable Object's storage that is used. Code that also runs on Node has no type of the
 * platform.
 */
interface ObjectStorage {
  readonly sql: {
    exec<T extends SqlRow>(query: string, ...bindings: SqlValue[]): { toArray(): T[] }
    readonly databaseSize: number
  }
  transactionSync<T>(work: () => T): T
  sync(): Promise<void>
}

/** Opens the database of a Durable Object. */
export function openDatabase(storage: ObjectStorage): Database {
  return {
    all: (query, ...bindings) => storage.sql.exec<SqlRow>(query, ...bindings).toArray(),
    transaction: (work) => storage.transactionSync(work),
    sync: () => storage.sync(),
    bytes: () => storage.sql.databaseSize,
  }
}
