/**
 * The rows of what is known of a portal's fields. They keep the flags of the first version (`isGone`,
 * `isTold`, `attributes: null`); the code knows the states for which these flags stand.
 */
import * as v from 'valibot'
import type { FieldAttributes } from '../../../core/fields/field-read.ts'
import {
  isTold,
  owedBy,
  readAtOf,
  snapshotOf,
  type FieldState,
} from '../../../core/fields/field-state.ts'
import { NO_RECONCILIATION, type ReconciliationState } from '../../../core/fields/reconciliation.ts'
import type { FieldFamily } from '../../../core/log/event.ts'
import { FIELD_ACTION_NAMES, FIELD_FAMILY_NAMES } from '../../../core/events/event-names.ts'
import { jsonOf, type SqlRow } from '../../../storage/database.ts'

/** The owner of some fields: `CRM_REQUISITE`, or one smart process such as `CRM_13`. */
export interface FieldEntity {
  readonly family: FieldFamily
  readonly entityId: string
}

const FamilySchema = v.picklist([...FIELD_FAMILY_NAMES, 'module'])
const TimeSchema = v.nullable(v.number())
/** Sound: the attributes were read as JSON before they were stored. */
const AttributesSchema = v.custom<FieldAttributes>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)

const EntitySchema = v.object({ family: FamilySchema, entity_id: v.string() })

const StoredFieldSchema = v.object({
  family: FamilySchema,
  id: v.number(),
  entityId: v.string(),
  fieldName: v.string(),
  attributes: v.nullable(AttributesSchema),
  readAt: TimeSchema,
  isTold: v.boolean(),
  toldBy: v.nullable(v.number()),
  isGone: v.boolean(),
  owed: v.array(
    v.object({
      sequence: v.number(),
      action: v.picklist(FIELD_ACTION_NAMES),
      userId: v.nullable(v.number()),
    }),
  ),
})

/** A field as it is stored. */
export type StoredField = v.InferOutput<typeof StoredFieldSchema>

/** Members of a later version stay, as in the rows of lanes and of the install. */
const StoredReconciliationSchema = v.looseObject({
  baselines: v.optional(v.record(v.string(), v.number()), {}),
  startedAt: v.optional(TimeSchema, null),
  isAsked: v.optional(v.boolean(), false),
  finishedAt: v.optional(TimeSchema, null),
  failures: v.optional(v.number(), 0),
  retryAt: v.optional(TimeSchema, null),
  unreadable: v.optional(v.array(v.string()), []),
  suspects: v.optional(
    v.array(
      v.looseObject({
        family: FamilySchema,
        id: v.number(),
        entityId: v.string(),
        dueAt: v.number(),
        seen: v.nullable(v.string()),
        looks: v.number(),
      }),
    ),
    [],
  ),
})

/**
 * The field in a row. A row that was damaged outside of this program gives null, so its field counts as one
 * that was never met.
 */
export function parseField(row: SqlRow): FieldState | null {
  return parseStoredField(jsonOf(row, 'state'))
}

/** The field in one place of a shelf; null when it was damaged. */
export function parseStoredField(value: unknown): FieldState | null {
  const stored = v.safeParse(StoredFieldSchema, value)
  return stored.success ? stateOf(stored.output) : null
}

/** The owner of the fields in a row; null for a family of a later version. */
export function parseEntity(row: SqlRow): FieldEntity | null {
  const stored = v.safeParse(EntitySchema, row)
  if (!stored.success) return null
  const { family, entity_id: entityId } = stored.output
  return { family, entityId }
}

/** The text for the row of a field. */
export function formatField(state: FieldState): string {
  return JSON.stringify(storedField(state))
}

/** A field in the form of its row. */
export function storedField(state: FieldState): StoredField {
  const { family, id, entityId, fieldName, toldBy } = state
  return {
    family,
    id,
    entityId,
    fieldName,
    attributes: snapshotOf(state),
    readAt: readAtOf(state),
    isTold: isTold(state),
    toldBy,
    isGone: state.presence === 'gone',
    owed: [...owedBy(state)],
  }
}

/**
 * The state of all comparisons in a row. Without a row that can be read it is empty, so that everything is
 * compared anew.
 */
export function parseReconciliation(row: SqlRow | undefined): ReconciliationState {
  if (row === undefined) return NO_RECONCILIATION
  const stored = v.safeParse(StoredReconciliationSchema, jsonOf(row, 'state'))
  return stored.success ? stored.output : NO_RECONCILIATION
}

function stateOf(stored: StoredField): FieldState {
  const { attributes, readAt, isGone, isTold: wasTold, owed, ...named } = stored
  if (attributes !== null && readAt !== null) {
    return { ...named, presence: 'present', attributes, readAt, isTold: wasTold, owed }
  }
  if (isGone) return { ...named, presence: 'gone', readAt }
  return { ...named, presence: 'unread', isTold: wasTold, owed }
}
