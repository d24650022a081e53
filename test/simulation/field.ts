/** The fields of the portals of a history. */
import type { FieldAttributes } from '../../src/core/fields/field-read.ts'

/** The definition of a new field. */
export function definitionOf(id: number): FieldAttributes {
  return {
    ID: String(id),
    ENTITY_ID: 'CRM_REQUISITE',
    FIELD_NAME: `UF_CRM_${id}`,
    USER_TYPE_ID: 'string',
    MANDATORY: 'N',
    SORT: '100',
  }
}

/** What an edit changes: the number is in no other edit, so that a message can be known again by it. */
export function changesOf(edit: number): FieldAttributes {
  return { SORT: String(100_000 + edit), MANDATORY: edit % 2 === 0 ? 'N' : 'Y' }
}
