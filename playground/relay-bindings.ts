/** Turns wrangler.toml into what Miniflare needs, so that the playground has the bindings of production. */
import { isTable } from './toml.ts'
import type { TomlTable, TomlValue } from './toml.ts'

/** A JSON value, as a var may be one. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue }

/** The part of Miniflare's options that wrangler.toml decides. */
export interface WorkerOptions {
  readonly name: string
  readonly compatibilityDate: string
  readonly compatibilityFlags: string[]
  readonly bindings: Record<string, JsonValue>
  readonly kvNamespaces: string[]
  readonly durableObjects: Record<string, { className: string; useSQLite: boolean }>
  readonly ratelimits: Record<string, RateLimitOptions>
  readonly versionMetadata?: string
}

/** One rate limit binding; periods are seconds. */
export interface RateLimitOptions {
  readonly namespace_id: string
  readonly simple: { limit: number; period?: 10 | 60 }
}

/** Reads the bindings; `vars` win over `[vars]`. Throws when a setting that is needed is missing. */
export function readWorkerOptions(
  config: TomlTable,
  vars: Readonly<Record<string, unknown>>,
): WorkerOptions {
  const version = readTable(config['version_metadata'])['binding']
  return {
    name: readString(config, 'name'),
    compatibilityDate: readString(config, 'compatibility_date'),
    compatibilityFlags: readList(config['compatibility_flags']).map(String),
    // Sound: TOML values are JSON values, and the copy drops every other value.
    bindings: JSON.parse(JSON.stringify({ ...readTable(config['vars']), ...vars })) as Record<
      string,
      JsonValue
    >,
    kvNamespaces: readTables(config['kv_namespaces']).map((entry) => readString(entry, 'binding')),
    durableObjects: readDurableObjects(config),
    ratelimits: Object.fromEntries(readTables(config['ratelimits']).map(readRateLimit)),
    ...(typeof version === 'string' ? { versionMetadata: version } : {}),
  }
}

function readDurableObjects(config: TomlTable): WorkerOptions['durableObjects'] {
  const exported = readTable(config['exports'])
  const bindings = readTables(readTable(config['durable_objects'])['bindings'])
  const entries = bindings.map((entry) => {
    const className = readString(entry, 'class_name')
    const useSQLite = readTable(exported[className])['storage'] === 'sqlite'
    return [readString(entry, 'name'), { className, useSQLite }] as const
  })
  return Object.fromEntries(entries)
}

function readRateLimit(entry: TomlTable): [string, RateLimitOptions] {
  const { limit, period } = readTable(entry['simple'])
  if (typeof limit !== 'number') throw new Error('Cannot read a rate limit without a limit')
  const simple = period === 10 || period === 60 ? ({ limit, period } as const) : { limit }
  return [readString(entry, 'name'), { namespace_id: readString(entry, 'namespace_id'), simple }]
}

function readString(table: TomlTable, key: string): string {
  const value = table[key]
  if (typeof value !== 'string') throw new Error(`Cannot find the setting ${key} in wrangler.toml`)
  return value
}

function readTable(value: TomlValue | undefined): TomlTable {
  return isTable(value) ? value : {}
}

function readList(value: TomlValue | undefined): TomlValue[] {
  return Array.isArray(value) ? value : []
}

function readTables(value: TomlValue | undefined): TomlTable[] {
  return readList(value).filter(isTable)
}
