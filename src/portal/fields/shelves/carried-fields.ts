/**
 * The fields that rows of the log carry. An event that was explained changes its row and moves the snapshot of its
 * field: two rows for one moment. So the row of the event carries what has changed of the field, against the state on
 * its shelf, and the shelf is written after some events (field-store.ts).
 *
 * For example, event 42 has changed the order of field 235. Its row says so, and carries the new order for the
 * snapshot. Then the object ends. The next one finds both in the row of event 42, which is among the youngest ones.
 */
import * as v from 'valibot'
import type { FieldState } from '../../../core/fields/field-state.ts'
import type { CarriedText } from '../../log/rows/row-keeper.ts'
import { parseStoredField, storedField, type StoredField } from './field-rows.ts'

/** A field whose state stands in the row of an event. */
export interface CarriedField {
  /** The sequence of that event. */
  readonly sequence: number
  readonly state: FieldState
}

/** The place and the base of a carried state. */
export interface CarriedTerms {
  readonly sequence: number
  /** The installation during which the state is carried. No other installation takes it for its own. */
  readonly generation: number
  /** The last sequence from whose row the shelf has taken something. */
  readonly shelfUpTo: number
  /** The state that is stored elsewhere; null without one. */
  readonly stored: FieldState | null
}

const CarriedSchema = v.object({
  generation: v.number(),
  shelfUpTo: v.number(),
  /** True when all attributes stand here, and not only those that differ from the stored ones. */
  isWhole: v.boolean(),
  /** The attributes that are there no more. */
  gone: v.array(v.string()),
  /** The field as it is stored, with the attributes that differ. */
  field: v.looseObject({
    id: v.number(),
    attributes: v.nullable(v.record(v.string(), v.unknown())),
  }),
})

/** The carried form of a state: the attributes that differ from the stored ones. */
export function formatCarried(
  state: FieldState,
  { generation, shelfUpTo, stored }: CarriedTerms,
): CarriedText {
  const field = storedField(state)
  const before = stored === null ? null : storedField(stored).attributes
  const { differing, gone } = differenceOf(before, field.attributes)
  const isWhole = before === null || field.attributes === null
  return { generation, shelfUpTo, isWhole, gone, field: { ...field, attributes: differing } }
}

function differenceOf(before: StoredField['attributes'], after: StoredField['attributes']) {
  if (before === null || after === null) return { differing: after, gone: [] }
  const isNew = ([key, value]: [string, unknown]): boolean =>
    !Object.hasOwn(before, key) || JSON.stringify(before[key]) !== JSON.stringify(value)
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key))
  return { differing: Object.fromEntries(Object.entries(after).filter(isNew)), gone }
}

/** The number of the field in a carried text; null for a text that is damaged, or of another installation. */
export function carriedId(text: string, generation: number): number | null {
  const carried = parse(text)
  return carried?.generation === generation ? carried.field.id : null
}

/**
 * The state that a row carries; null for one that rests on another state than the stored one: it was put on the shelf
 * since, or the shelf was damaged.
 */
export function parseCarried(
  text: string,
  { generation, shelfUpTo, stored, sequence }: CarriedTerms,
): FieldState | null {
  const carried = parse(text)
  if (
    carried?.generation !== generation ||
    carried.shelfUpTo !== shelfUpTo ||
    sequence <= shelfUpTo
  )
    return null
  const { isWhole, gone, field } = carried
  if (isWhole || field.attributes === null) return parseStoredField(field)
  const before = stored === null ? null : storedField(stored).attributes
  if (before === null) return null
  const kept = Object.entries(before).filter(([key]) => !gone.includes(key))
  const attributes = { ...Object.fromEntries(kept), ...field.attributes }
  return parseStoredField({ ...field, attributes })
}

function parse(text: string): v.InferOutput<typeof CarriedSchema> | null {
  try {
    const carried = v.safeParse(CarriedSchema, JSON.parse(text))
    return carried.success ? carried.output : null
  } catch {
    // Swallows a SyntaxError: the row was damaged outside of this program.
    return null
  }
}
