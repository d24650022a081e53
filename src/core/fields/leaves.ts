/**
 * The leaves of a field's definition: its values without inner values. A leaf is named by Bitrix24's upper-case
 * attributes with dots for nesting; a dot or a percent sign inside a key is written `%2E` or `%25`, so that a
 * name can always be split at its dots.
 */
import type { Json } from '../log/event.ts'
import type { FieldAttributes } from './field-read.ts'

/** The most leaves of one definition that are compared. A list has four for each of its values. */
export const MAX_LEAVES = 6000

// Bitrix24 nests three levels (SETTINGS.DEFAULT_VALUE.TYPE, 27 characters). A deeper value and a longer name
// are not compared, so that a hostile portal cannot make many changes out of a short answer.
const MAX_DEPTH = 8
const MAX_NAME = 120

/**
 * The attributes that make two reads the reads of one field. They are told when a field is added or deleted,
 * and never compared.
 */
export const IDENTITY: ReadonlySet<string> = new Set(['ID', 'ENTITY_ID', 'FIELD_NAME'])

/**
 * Attributes that never count, with the reason.
 * - `LANGUAGE_ID` maps each language of the portal to itself (userfieldconfig.get).
 * - `USER_TYPE` describes the type (class, description in the reader's language), not this field; it
 *   comes with CUserTypeManager::GetUserFields.
 * - `ENTITY_VALUE_ID` and `VALUE` belong to the record that a value was read for (same source).
 */
const NOT_OF_THE_DEFINITION: ReadonlySet<string> = new Set([
  'LANGUAGE_ID',
  'USER_TYPE',
  'ENTITY_VALUE_ID',
  'VALUE',
])

// These attributes are left out of the leaves of a list item. Its id stands in the name of each leaf, and the field's
// id in the event. The order of the array is left out as well: the order that people see is SORT.
const NOT_OF_AN_ITEM: ReadonlySet<string> = new Set(['ID', 'USER_FIELD_ID'])

/** A JSON value with names. */
export type JsonMap = { readonly [key: string]: Json }

/** A JSON value with inner values. */
export type JsonTree = readonly Json[] | JsonMap

/** A value of a definition without inner values, with its place. */
export interface Leaf {
  readonly attribute: string
  readonly value: Json
  readonly root: string
  /** The text by which the leaf's list item is sorted; null outside of lists. */
  readonly item: string | null
}

/** The leaves that were found so far, and how many may be. */
interface Collected {
  readonly leaves: Map<string, Leaf>
  readonly most: number
}

/** The first leaves of a definition, by name. */
export function everyLeaf(
  attributes: FieldAttributes,
  most: number = MAX_LEAVES,
): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>()
  for (const [root, value] of Object.entries(attributes)) {
    if (NOT_OF_THE_DEFINITION.has(root)) continue
    if (root === 'LIST' && isTree(value)) collectItems(value, { leaves, most })
    else collect({ attribute: escapeKey(root), value, root, item: null }, { leaves, most }, 1)
  }
  return leaves
}

/** PHP writes a list as an array or as a map, the same list sometimes one way and sometimes the other. */
function collectItems(list: JsonTree, into: Collected): void {
  for (const [key, item] of Object.entries(list)) {
    const id = isMap(item) ? idOf(item) : null
    // A position in an array is no id, so it is written in a form that no id has.
    const name = id ?? (Array.isArray(list) ? `#${key}` : key)
    const place = { root: 'LIST', item: sortKey(name) }
    const start = `LIST.${escapeKey(name)}`
    if (!isTree(item)) {
      collect({ attribute: start, value: item, ...place }, into, 2)
      continue
    }
    for (const [inner, value] of Object.entries(item)) {
      if (NOT_OF_AN_ITEM.has(inner)) continue
      collect({ attribute: `${start}.${escapeKey(inner)}`, value, ...place }, into, 3)
    }
  }
}

function idOf(item: JsonMap): string | null {
  const id = item['ID']
  if (typeof id === 'number') return String(id)
  return typeof id === 'string' && id !== '' ? id : null
}

function collect(leaf: Leaf, into: Collected, depth: number): void {
  const { attribute, value } = leaf
  if (value === null || into.leaves.size >= into.most) return
  if (attribute.length > MAX_NAME || depth > MAX_DEPTH) return
  if (!isTree(value)) {
    into.leaves.set(attribute, leaf)
    return
  }
  for (const [key, inner] of Object.entries(value)) {
    collect({ ...leaf, attribute: `${attribute}.${escapeKey(key)}`, value: inner }, into, depth + 1)
  }
}

/** Whether a value has names. */
export function isMap(value: Json | undefined): value is JsonMap {
  return isTree(value) && !Array.isArray(value)
}

/** Whether a value has inner values. */
export function isTree(value: Json | undefined): value is JsonTree {
  return typeof value === 'object' && value !== null
}

function escapeKey(key: string): string {
  return key.replaceAll('%', '%25').replaceAll('.', '%2E')
}

/** A text that sorts ids: numbers first, by value and whatever their length, then the others. */
function sortKey(id: string): string {
  return /^\d+$/.test(id) ? `0${String(id.length).padStart(6, '0')}${id}` : `1${id}`
}

/** A value as two values are compared: to Bitrix24 null is the empty text, and 20 is "20". */
export function comparable(value: Json): Json {
  if (value === null || value === '') return null
  return typeof value === 'number' ? String(value) : value
}
