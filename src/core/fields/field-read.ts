/** The result of reading a field's definition, in one form for every family. */
import type { FieldFamily, Json, ThinReason } from '../log/event.ts'

/** Names a field for reading. */
export interface FieldRef {
  readonly family: FieldFamily
  /** Bitrix24's number of the field, unique in the portal. */
  readonly id: number
  /** For example `CRM_REQUISITE`, or `CRM_13` for a smart process. */
  readonly entityId: string
}

/**
 * A field's definition: Bitrix24's upper-case attributes, nested as they come (`EDIT_FORM_LABEL` is a map
 * by language, `SETTINGS` a map), `LIST` an array of `{ID, SORT, VALUE, DEF, XML_ID}`.
 */
export type FieldAttributes = { readonly [attribute: string]: Json }

/**
 * The result of one read of one field. `gone` is the word of the portal itself, never a guess from a failure.
 */
export type FieldRead =
  | { readonly kind: 'found'; readonly attributes: FieldAttributes }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly reason: ThinReason }
