/**
 * Reads the part of TOML that a wrangler.toml is written in: tables, arrays of tables, strings, numbers,
 * booleans, arrays and inline tables. No dates; anything else is an error, so that a setting is never
 * misread. A full parser would be a dependency for two files of settings.
 */

/** A value of a TOML file. */
export type TomlValue = string | number | boolean | TomlValue[] | TomlTable

/** A table of a TOML file; it has no prototype. */
export type TomlTable = { [key: string]: TomlValue }

const BARE_KEY = /[A-Za-z0-9_-]+/y
const BLANKS = /[ \t]*/y
const BLANKS_AND_LINES = /(?:[ \t\r\n]|#[^\n]*)*/y
const STRING = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y
const LONG_STRING = /"""(?:[^"\\]|\\[^]|"(?!""))*"""|'''(?:[^']|'(?!''))*'''/y
const NUMBER = /[+-]?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.:-])/y
const BOOLEAN = /(?:true|false)(?!\w)/y

/** Parses a file. Throws with the line number on anything outside the subset. */
export function parseToml(text: string): TomlTable {
  const cursor: Cursor = { text, position: 0 }
  const root = createTable()
  let table = root
  for (skip(cursor, BLANKS_AND_LINES); cursor.position < text.length;) {
    if (take(cursor, '[[')) {
      table = appendTable(root, readPath(cursor), cursor)
      expect(cursor, ']]')
    } else if (take(cursor, '[')) {
      table = openTable(root, readPath(cursor), cursor)
      expect(cursor, ']')
    } else {
      readPair(cursor, table)
    }
    endLine(cursor)
    skip(cursor, BLANKS_AND_LINES)
  }
  return root
}

/** Whether a value is a table. */
export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value)
}

interface Cursor {
  readonly text: string
  position: number
}

function readPair(cursor: Cursor, table: TomlTable): void {
  const path = readPath(cursor)
  expect(cursor, '=')
  skip(cursor, BLANKS)
  const key = path.at(-1) ?? ''
  const target = openTable(table, path.slice(0, -1), cursor)
  if (Object.hasOwn(target, key)) fail(cursor, `duplicate key ${key}`)
  target[key] = readValue(cursor)
}

function readPath(cursor: Cursor): string[] {
  const path: string[] = []
  do {
    skip(cursor, BLANKS)
    const quoted = match(cursor, STRING)
    const key = quoted === null ? match(cursor, BARE_KEY) : unquote(quoted)
    if (key === null) fail(cursor, 'expected a key')
    path.push(key)
    skip(cursor, BLANKS)
  } while (take(cursor, '.'))
  return path
}

function readValue(cursor: Cursor): TomlValue {
  const long = match(cursor, LONG_STRING)
  if (long !== null) return unquoteLong(long)
  const text = match(cursor, STRING)
  if (text !== null) return unquote(text)
  const boolean = match(cursor, BOOLEAN)
  if (boolean !== null) return boolean === 'true'
  const number = match(cursor, NUMBER)
  if (number !== null) return Number(number.replaceAll('_', ''))
  if (take(cursor, '[')) return readArray(cursor)
  if (take(cursor, '{')) return readInlineTable(cursor)
  return fail(cursor, 'expected a value')
}

function readArray(cursor: Cursor): TomlValue[] {
  const values: TomlValue[] = []
  for (;;) {
    skip(cursor, BLANKS_AND_LINES)
    if (take(cursor, ']')) return values
    values.push(readValue(cursor))
    skip(cursor, BLANKS_AND_LINES)
    if (take(cursor, ',')) continue
    expect(cursor, ']')
    return values
  }
}

function readInlineTable(cursor: Cursor): TomlTable {
  const table = createTable()
  skip(cursor, BLANKS)
  if (take(cursor, '}')) return table
  do {
    readPair(cursor, table)
    skip(cursor, BLANKS)
  } while (take(cursor, ','))
  expect(cursor, '}')
  return table
}

function openTable(root: TomlTable, path: readonly string[], cursor: Cursor): TomlTable {
  let table = root
  for (const key of path) {
    const known = table[key]
    const inner = Array.isArray(known) ? known.at(-1) : (known ?? (table[key] = createTable()))
    if (!isTable(inner)) fail(cursor, `${key} is not a table`)
    table = inner
  }
  return table
}

function appendTable(root: TomlTable, path: readonly string[], cursor: Cursor): TomlTable {
  const key = path.at(-1) ?? ''
  const parent = openTable(root, path.slice(0, -1), cursor)
  const list = parent[key] ?? []
  if (!Array.isArray(list)) fail(cursor, `${key} is not an array of tables`)
  const table = createTable()
  parent[key] = [...list, table]
  return table
}

function createTable(): TomlTable {
  // Sound: an object without prototype and without keys is an empty table.
  return Object.create(null) as TomlTable
}

function unquote(text: string): string {
  if (text.startsWith("'")) return text.slice(1, -1)
  // TOML has the escapes of JSON and two more, `\e` and `\U`. JSON.parse refuses these two with an error.
  return String(JSON.parse(text))
}

/** A text of several lines: its first line break does not count, and a `\` at the end of a line joins two. */
function unquoteLong(text: string): string {
  const inner = text.slice(3, -3).replace(/^\r?\n/, '')
  if (text.startsWith("'")) return inner
  const joined = inner.replaceAll(/(\\\\)|\\[ \t]*\r?\n\s*/g, '$1')
  return unquote(`"${joined.replaceAll(/\\[^]|["\n\r\t]/g, escapeForJson)}"`)
}

function escapeForJson(character: string): string {
  return character.startsWith('\\') ? character : JSON.stringify(character).slice(1, -1)
}

function match(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.position
  const found = pattern.exec(cursor.text)?.[0] ?? null
  if (found !== null) cursor.position += found.length
  return found
}

function skip(cursor: Cursor, pattern: RegExp): void {
  match(cursor, pattern)
}

function take(cursor: Cursor, token: string): boolean {
  if (!cursor.text.startsWith(token, cursor.position)) return false
  cursor.position += token.length
  return true
}

function expect(cursor: Cursor, token: string): void {
  skip(cursor, BLANKS)
  if (!take(cursor, token)) fail(cursor, `expected ${token}`)
}

function endLine(cursor: Cursor): void {
  skip(cursor, BLANKS)
  const next = cursor.text[cursor.position]
  if (next !== undefined && !'#\r\n'.includes(next)) fail(cursor, 'expected the end of the line')
}

function fail(cursor: Cursor, problem: string): never {
  const line = cursor.text.slice(0, cursor.position).split('\n').length
  throw new Error(`Cannot read TOML line ${line}: ${problem}`)
}
