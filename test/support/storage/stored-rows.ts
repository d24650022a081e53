/**
 * Reads rows out of an object's SQLite and writes them into it, in the form that a file holds: JSON in a
 * column is shown as its value.
 */

/** A column's value, or the value of the JSON in it. */
export type Stored = null | number | string | boolean | Stored[] | StoredRecord

/** A row, or a JSON object in one. */
export interface StoredRecord {
  [name: string]: Stored
}

/** One object: the statements of its tables, its rows, its alarm. */
export interface StoredObject {
  readonly class: 'Portal' | 'Directory' | 'Pacer'
  readonly name: string
  /** Unix milliseconds; null when none stood. */
  readonly alarm: number | null
  readonly schema: readonly string[]
  readonly rows: Readonly<Record<string, readonly StoredRecord[]>>
}

/** Writes tables and rows into an empty database. */
export function writeRows(
  sql: SqlStorage,
  { schema, rows }: Pick<StoredObject, 'schema' | 'rows'>,
): void {
  for (const statement of schema) sql.exec(statement)
  for (const [table, records] of Object.entries(rows)) {
    for (const record of records) {
      const names = Object.keys(record)
      const marks = names.map(() => '?').join(', ')
      const values = Object.values(record).map(columnOf)
      sql.exec(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`, ...values)
    }
  }
}

/** Reads all tables with their rows; spaces in the statements are evened out. */
export function readRows(sql: SqlStorage): Pick<StoredObject, 'schema' | 'rows'> {
  const tables = sql
    .exec<{ name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_master
       WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND substr(name, 1, 1) <> '_' ORDER BY rowid`,
    )
    .toArray()
  const rows = tables.map(({ name }): [string, StoredRecord[]] => [
    name,
    sql.exec(`SELECT * FROM "${name}"`).toArray().map(recordOf),
  ])
  return { schema: tables.map((table) => evened(table.sql)), rows: Object.fromEntries(rows) }
}

/** The value of a text that is JSON exactly as it would be written again; else the text. */
export function storedOf(text: string): Stored {
  if (!/^[[{]/u.test(text)) return text
  const value: unknown = JSON.parse(text)
  // Sound: JSON.parse gives nothing else.
  return JSON.stringify(value) === text ? (value as Stored) : text
}

/** The text of a value: JSON, unless it is a text already. */
export function textOf(value: Stored): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function columnOf(value: Stored): SqlStorageValue {
  return typeof value === 'number' || value === null ? value : textOf(value)
}

function recordOf(row: Record<string, SqlStorageValue>): StoredRecord {
  const columns = Object.entries(row).map(([name, value]): [string, Stored] => [
    name,
    typeof value === 'number' || value === null ? value : storedOf(String(value)),
  ])
  return Object.fromEntries(columns)
}

function evened(statement: string): string {
  return statement.replaceAll(/\s+/gu, ' ').replaceAll(/ (?=[,)])|(?<=\() /gu, '')
}
