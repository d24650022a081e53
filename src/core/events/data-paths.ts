/** Reads single ids out of an event's `data`, in every form in which Bitrix24 writes them. */
import type { Json } from '../log/event.ts'
import type { DataPath } from './event-topic.ts'

// The members of `data` into one of which Bitrix24 writes the record of an event, the latest state first.
const RECORDS = ['FIELDS_AFTER', 'FIELDS_BEFORE', 'FIELDS'] as const

// Bitrix24 writes this text where PHP has nothing.
const NOTHING = 'undefined'

// The form of an id. The longest ids are those of calls, with 60 characters, so a text of more than 120 is no id.
const ID = /^[^\p{C}\s]{1,120}$/u

/** The first id that one of the paths leads to; null when none of them holds one. */
export function readId(data: Json, paths: readonly DataPath[]): string | null {
  for (const path of paths) {
    for (const value of valuesAt(data, path)) {
      const id = idOf(value)
      if (id !== null) return id
    }
  }
  return null
}

/**
 * The id in a value; null where it is none: the text "undefined", and 0, which Bitrix24 writes where there is no such
 * thing. Of a list the first id counts.
 */
export function idOf(value: Json | undefined): string | null {
  if (isList(value)) return idOf(value[0])
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const id = String(value)
  return id === '0' || id === NOTHING || !ID.test(id) ? null : id
}

/**
 * The first text or number that one of the paths leads to, whatever it says; null when there is none. The text
 * "undefined" is none.
 */
export function readText(data: Json, paths: readonly DataPath[]): string | null {
  for (const path of paths) {
    const found = valuesAt(data, path).find(isText)
    if (found !== undefined) return String(found)
  }
  return null
}

function isText(value: Json | undefined): value is string | number {
  return (
    (typeof value === 'string' && value !== '' && value !== NOTHING) || typeof value === 'number'
  )
}

function valuesAt(data: Json, path: DataPath): readonly (Json | undefined)[] {
  const keys = path.split('.')
  if (keys.length > 1) return [valueAt(data, keys)]
  return [...RECORDS.map((record) => valueAt(data, [record, ...keys])), valueAt(data, keys)]
}

function valueAt(data: Json, keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>((value, key) => memberOf(value, key), data)
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (key === '*') return Object.values(value)[0]
  if (isList(value)) return value[Number(key)]
  if (Object.hasOwn(value, key)) return value[key]
  const wanted = plainKey(key)
  const found = Object.keys(value).find((name) => plainKey(name) === wanted)
  return found === undefined ? undefined : value[found]
}

function plainKey(key: string): string {
  return key.replaceAll('_', '').toLowerCase()
}

// Array.isArray() alone does not tell TypeScript that a read-only array is a list.
function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}
