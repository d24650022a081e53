/** Builders of the state of one field: present by default, with a snapshot of a minute ago. */
import { MINUTE_MS } from '../../../src/core/durations.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import {
  newFieldState,
  type GoneField,
  type PresentField,
  type UnreadField,
} from '../../../src/core/fields/field-state.ts'
import { EVENT_TS } from './a-delivery.ts'

/** The field, as an event of its update names it. */
export const FIELD = {
  family: 'requisite' as const,
  action: 'updated' as const,
  id: 235,
  entityId: 'CRM_REQUISITE',
  fieldName: 'UF_CRM_TAX',
}

/** When the field is read, in unix milliseconds of the portal: after the events. */
export const READ_AT = EVENT_TS * 1000 + 900

/** The definition before the change. */
export const OLD: FieldAttributes = {
  ID: '235',
  USER_TYPE_ID: 'string',
  SORT: '100',
  MANDATORY: 'N',
}

/** The definition after the change. */
export const YOUNG: FieldAttributes = { ...OLD, MANDATORY: 'Y' }

/** What a read brings beside the definition. */
export const CONTEXT = { readAt: READ_AT, userNames: new Map([[1, 'Anna Petrova']]) }

/** The change from the one to the other. */
export const CHANGE = { attribute: 'MANDATORY', before: 'N', after: 'Y' }

/** The definition after the change, told as an addition. */
export const EVERY_LEAF = [
  { attribute: 'ID', before: null, after: '235' },
  { attribute: 'USER_TYPE_ID', before: null, after: 'string' },
  { attribute: 'SORT', before: null, after: '100' },
  { attribute: 'MANDATORY', before: null, after: 'Y' },
]

/** A field that was read a minute ago. */
export function aField(changes: Partial<PresentField> = {}): PresentField {
  const { presence: _, ...named } = newFieldState(FIELD)
  return {
    ...named,
    presence: 'present',
    attributes: OLD,
    readAt: READ_AT - MINUTE_MS,
    isTold: true,
    ...changes,
  }
}

/** A field of which only the name is known. */
export function anUnreadField(changes: Partial<UnreadField> = {}): UnreadField {
  return { ...newFieldState(FIELD), ...changes }
}

/** A field whose deletion was told. */
export function aGoneField(changes: Partial<GoneField> = {}): GoneField {
  const { family, id, entityId, fieldName } = FIELD
  const name = { family, id, entityId, fieldName }
  return { ...name, presence: 'gone', toldBy: null, readAt: READ_AT - MINUTE_MS, ...changes }
}
