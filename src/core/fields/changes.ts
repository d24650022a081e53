/**
 * Finds the differences between two reads of a field's definition, leaf by leaf. The time grows with the size
 * of the definitions.
 */
import type { Change, Json } from '../log/event.ts'
import type { FieldAttributes } from './field-read.ts'
import { isChecksum, withChecksums } from './checksum.ts'
import { comparable, everyLeaf, IDENTITY, isMap, type Leaf } from './leaves.ts'

const ITEM_KEYS = ['VALUE', 'SORT', 'DEF', 'XML_ID']

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
  const isBetween = before !== null && after !== null
  const [former, present] = isBetween ? withChecksums(before, after) : [before ?? {}, after ?? {}]
  const old = everyLeaf(former)
  const young = everyLeaf(present)
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
  const leaves = mergeLeaves(everyLeaf(attributes), new Map())
  return new Map(leaves.map(({ attribute, value }) => [attribute, value]))
}

/** Whether two values are the same to Bitrix24, for example null and the empty text, or 20 and "20". */
export function isSame(one: Json, other: Json): boolean {
  const [left, right] = [comparable(one), comparable(other)]
  return left === right
}

// A message shows fewer lines than this.
const MAX_LIST_VALUES = 20

/**
 * The part of a definition that receivers see as `data.field`. `listValues` are the texts of the list values whose
 * order, default or code changed; it is absent where none did.
 */
export function summaryOf(
  attributes: FieldAttributes,
  changes: readonly Change[] = [],
): { readonly [key: string]: Json } {
  const listValues = listValuesOf(attributes, changes)
  return {
    label: labelOf(attributes),
    userTypeId: textOf(attributes['USER_TYPE_ID']),
    multiple: attributes['MULTIPLE'] === 'Y',
    mandatory: attributes['MANDATORY'] === 'Y',
    labels: Object.fromEntries(textsByLanguage(attributes['EDIT_FORM_LABEL'])),
    ...(listValues.length > 0 && { listValues: Object.fromEntries(listValues) }),
  }
}

function listValuesOf(
  attributes: FieldAttributes,
  changes: readonly Change[],
): readonly (readonly [id: string, text: string])[] {
  const names = changes.flatMap(({ attribute }) => {
    const [, id, key] = /^LIST\.([^.]+)\.([^.]+)$/.exec(attribute) ?? []
    return id === undefined ? [] : [{ id, isText: key === 'VALUE' }]
  })
  // A change of the text tells the text itself.
  const told = new Set(names.filter(({ isText }) => isText).map(({ id }) => id))
  const ids = new Set(names.map(({ id }) => id).filter((id) => !told.has(id)))
  if (ids.size === 0) return []
  const leaves = everyLeaf(attributes)
  return [...ids].slice(0, MAX_LIST_VALUES).flatMap((id) => {
    const text = textOf(leaves.get(`LIST.${id}.VALUE`)?.value)
    return text === null ? [] : [[id, text] as const]
  })
}

/** English first, then any language; the form's label first, then the list's, else the field's code. */
function labelOf(attributes: FieldAttributes): string | null {
  for (const name of ['EDIT_FORM_LABEL', 'LIST_COLUMN_LABEL', 'LIST_FILTER_LABEL']) {
    const texts = textsByLanguage(attributes[name])
    const plain = isChecksum(attributes[name]) ? null : textOf(attributes[name])
    const label = texts.get('en') ?? [...texts.values()][0] ?? plain
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

function itemRank({ attribute }: Leaf): number {
  const index = ITEM_KEYS.indexOf(attribute.split('.')[2] ?? '')
  return index < 0 ? ITEM_KEYS.length : index
}
