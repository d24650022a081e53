/**
 * Finds the differences between two reads of a field's definition, leaf by leaf. A leaf is a value without
 * inner values. It is named by Bitrix24's upper-case attributes with dots for nesting; a dot or a percent
 * sign inside a key is written `%2E` or `%25`, so that a name can always be split at its dots. The time grows
 * with the size of the definitions.
 */
import type { Change, Json } from '../log/event.ts'
import type { FieldAttributes } from './field-read.ts'

/** The most leaves of one definition that are compared; 64 KiB hold about 2,400 leaves of a list. */
export const MAX_LEAVES = 4000

// Bitrix24 nests three levels (SETTINGS.DEFAULT_VALUE.TYPE, 27 characters). A deeper value and a longer name
// are not compared, so that a hostile portal cannot make many changes out of a short answer.
const MAX_DEPTH = 8
const MAX_NAME = 120

/**
 * The attributes that make two reads the reads of one field. They are told when a field is added or deleted,
 * and never compared.
 */
const IDENTITY: ReadonlySet<string> = new Set(['ID', 'ENTITY_ID', 'FIELD_NAME'])

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

// The item's id stands in the leaf's name, the field's id in the event. The order of the array does not
// count either: the order that people see is SORT.
const NOT_OF_AN_ITEM: ReadonlySet<string> = new Set(['ID', 'USER_FIELD_ID'])

const ITEM_KEYS = ['VALUE', 'SORT', 'DEF', 'XML_ID']

interface Leaf {
  readonly attribute: string
  readonly value: Json
  readonly root: string
  /** The text by which the list item of the leaf is sorted; null outside of lists. */
  readonly item: string | null
}

/**
 * The changes that lead from one read to another, types kept. Null stands for a field that does not
 * exist: then every leaf that is not null is told. Between two reads null, absent and '' are the same,
 * and so are a number and its decimal string (Bitrix24 mixes 20 and "20"). Order: attributes as they
 * come in `after`, then those of `before` alone; list items by numeric id, new and old ones mixed.
 */
export function diffFields(
  before: FieldAttributes | null,
  after: FieldAttributes | null,
): readonly Change[] {
  const old = collectLeaves(before ?? {})
  const young = collectLeaves(after ?? {})
  const isBetween = before !== null && after !== null
  return mergeLeaves(young, old)
    .filter(({ root }) => !isBetween || !IDENTITY.has(root))
    .map(({ attribute }) => ({
      attribute,
      before: old.get(attribute)?.value ?? null,
      after: young.get(attribute)?.value ?? null,
    }))
    .filter((change) => !isBetween || !isSame(change.before, change.after))
}

/** The state after the changes: leaves whose `after` is null are gone. */
export function foldChanges(
  state: ReadonlyMap<string, Json>,
  changes: readonly Change[],
): ReadonlyMap<string, Json> {
  const folded = new Map(state)
  for (const { attribute, after } of changes) {
    if (after === null) folded.delete(attribute)
    else folded.set(attribute, after)
  }
  return folded
}

/** The leaves of a definition that are not null, identity included, by name and in a stable order. */
export function leavesOf(attributes: FieldAttributes): ReadonlyMap<string, Json> {
  const leaves = mergeLeaves(collectLeaves(attributes), new Map())
  return new Map(leaves.map(({ attribute, value }) => [attribute, value]))
}

/** Whether two values are the same to Bitrix24, for example null and the empty text, or 20 and "20". */
export function isSame(one: Json, other: Json): boolean {
  const [left, right] = [comparable(one), comparable(other)]
  return left === right
}

function comparable(value: Json): Json {
  if (value === null || value === '') return null
  return typeof value === 'number' ? String(value) : value
}

/** The part of a definition that receivers see as `data.field`. */
export function summaryOf(attributes: FieldAttributes): { readonly [key: string]: Json } {
  return {
    label: labelOf(attributes),
    userTypeId: textOf(attributes['USER_TYPE_ID']),
    multiple: attributes['MULTIPLE'] === 'Y',
    mandatory: attributes['MANDATORY'] === 'Y',
    labels: Object.fromEntries(textsByLanguage(attributes['EDIT_FORM_LABEL'])),
  }
}

/** English first, then any language; the form's label first, then the list's, else the field's code. */
function labelOf(attributes: FieldAttributes): string | null {
  for (const name of ['EDIT_FORM_LABEL', 'LIST_COLUMN_LABEL', 'LIST_FILTER_LABEL']) {
    const texts = textsByLanguage(attributes[name])
    const label = texts.get('en') ?? [...texts.values()][0] ?? textOf(attributes[name])
    if (label !== null) return label
  }
  return textOf(attributes['FIELD_NAME'])
}

function textsByLanguage(value: Json | undefined): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  if (!isMap(value)) return texts
  for (const [language, inner] of Object.entries(value)) {
    const text = textOf(inner)
    if (text !== null) texts.set(language, text)
  }
  return texts
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

function collectLeaves(attributes: FieldAttributes): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>()
  for (const [root, value] of Object.entries(attributes)) {
    if (NOT_OF_THE_DEFINITION.has(root)) continue
    if (root === 'LIST' && isNested(value)) collectItems(value, leaves)
    else collect({ attribute: escapeKey(root), value, root, item: null }, leaves, 1)
  }
  return leaves
}

/** PHP writes a list as an array or as a map, the same list sometimes one way and sometimes the other. */
function collectItems(list: Nested, leaves: Map<string, Leaf>): void {
  for (const [key, item] of Object.entries(list)) {
    const id = isMap(item) ? idOf(item) : null
    // A position in an array is no id, so it is written in a form that no id has.
    const name = id ?? (Array.isArray(list) ? `#${key}` : key)
    const place = { root: 'LIST', item: sortKey(name) }
    const start = `LIST.${escapeKey(name)}`
    if (!isNested(item)) {
      collect({ attribute: start, value: item, ...place }, leaves, 2)
      continue
    }
    for (const [inner, value] of Object.entries(item)) {
      if (NOT_OF_AN_ITEM.has(inner)) continue
      collect({ attribute: `${start}.${escapeKey(inner)}`, value, ...place }, leaves, 3)
    }
  }
}

function idOf(item: JsonMap): string | null {
  const id = item['ID']
  if (typeof id === 'number') return String(id)
  return typeof id === 'string' && id !== '' ? id : null
}

function collect(leaf: Leaf, leaves: Map<string, Leaf>, depth: number): void {
  const { attribute, value } = leaf
  if (value === null || leaves.size >= MAX_LEAVES) return
  if (attribute.length > MAX_NAME || depth > MAX_DEPTH) return
  if (!isNested(value)) {
    leaves.set(attribute, leaf)
    return
  }
  for (const [key, inner] of Object.entries(value)) {
    collect(
      { ...leaf, attribute: `${attribute}.${escapeKey(key)}`, value: inner },
      leaves,
      depth + 1,
    )
  }
}

type JsonMap = { readonly [key: string]: Json }
type Nested = readonly Json[] | JsonMap

function isMap(value: Json | undefined): value is JsonMap {
  return isNested(value) && !Array.isArray(value)
}

function isNested(value: Json | undefined): value is Nested {
  return typeof value === 'object' && value !== null
}

function escapeKey(key: string): string {
  return key.replaceAll('%', '%25').replaceAll('.', '%2E')
}

/** The leaves of both, each name once, in the documented order. */
function mergeLeaves(
  first: ReadonlyMap<string, Leaf>,
  second: ReadonlyMap<string, Leaf>,
): readonly Leaf[] {
  const leaves = [...new Map([...second, ...first]).values()]
  const names = new Map([...first.keys(), ...second.keys()].map((name, index) => [name, index]))
  const roots = new Map<string, number>()
  for (const { root } of [...first.values(), ...second.values()]) {
    if (!roots.has(root)) roots.set(root, roots.size)
  }
  return leaves.toSorted(
    (one, other) =>
      rankOf(roots, one.root) - rankOf(roots, other.root) ||
      compareItems(one, other) ||
      rankOf(names, one.attribute) - rankOf(names, other.attribute),
  )
}

function rankOf(ranks: ReadonlyMap<string, number>, name: string): number {
  return ranks.get(name) ?? 0
}

function compareItems(one: Leaf, other: Leaf): number {
  if (one.item === null || other.item === null) return 0
  if (one.item !== other.item) return one.item < other.item ? -1 : 1
  return itemRank(one) - itemRank(other)
}

/** A text that sorts ids: numbers first, by value and whatever their length, then the others. */
function sortKey(id: string): string {
  return /^\d+$/.test(id) ? `0${String(id.length).padStart(6, '0')}${id}` : `1${id}`
}

function itemRank({ attribute }: Leaf): number {
  const index = ITEM_KEYS.indexOf(attribute.split('.')[2] ?? '')
  return index < 0 ? ITEM_KEYS.length : index
}
