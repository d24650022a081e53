/**
 * Everything that is stored of a portal, in all places, for the tests of a portal that has left or that never
 * was.
 */
import { env } from 'cloudflare:workers'
import { runInDurableObject } from 'cloudflare:test'

/** Every table of an object with its rows. */
export type Tables = Readonly<Record<string, readonly Record<string, unknown>[]>>

/** Everything that is stored of one portal, in all places. */
export interface Traces {
  readonly tables: Tables
  /** Size of the object's database. */
  readonly bytes: number
  readonly alarm: number | null
  readonly directory: Tables
  readonly kv: Readonly<Record<string, string | null>>
}

/** An empty database reports its first page. */
const EMPTY_BYTES = 4096

/** The traces of a portal that nothing was ever stored of. */
export const NO_TRACES: Traces = {
  tables: {},
  bytes: EMPTY_BYTES,
  alarm: null,
  directory: {},
  kv: {},
}

/** The answer of `leftOver` for a portal of which nothing is left. */
export const NOTHING_LEFT = { status: 404, pending: [], tables: {}, alarm: null, lines: [], kv: {} }

/** Every table of the directory. */
export function directoryTables(): Promise<Tables> {
  const stub = env.DIRECTORY.getByName('directory')
  return runInDurableObject(stub, (_, { storage }) => dump(storage.sql))
}

/** Every key of KV with its text. */
export async function dumpKv(): Promise<Record<string, string | null>> {
  const { keys } = await env.INSTALLS.list()
  const entries = await Promise.all(
    keys.map(async ({ name }): Promise<[string, string | null]> => [
      name,
      await env.INSTALLS.get(name),
    ]),
  )
  return Object.fromEntries(entries)
}

/** Every table of a database. */
export function dump(sql: SqlStorage): Tables {
  const names = sql
    .exec<{ name: string }>(
      `SELECT name FROM sqlite_master
       WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND substr(name, 1, 1) <> '_'`,
    )
    .toArray()
  return Object.fromEntries(
    names.map(({ name }) => [name, sql.exec(`SELECT * FROM "${name}"`).toArray()]),
  )
}
