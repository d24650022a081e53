/**
 * What the rest of the program means by an event: what Bitrix24 sent, verified and stripped of every
 * token. `bitrix24/` makes these values; nothing else knows Bitrix24's own shapes.
 */

/** A JSON value, read-only at every depth. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** The CRM object that a user field belongs to, as it appears in delivery types. */
export type FieldFamily =
  | 'requisite'
  | 'lead'
  | 'deal'
  | 'contact'
  | 'company'
  | 'quote'
  | 'invoice'
  | 'type'

/** What happened to the definition of a user field, as it appears in delivery types. */
export type FieldAction = 'added' | 'updated' | 'deleted' | 'enum_values_set'

/** The user field that a user-field event speaks of. */
export interface UserField {
  readonly family: FieldFamily
  readonly action: FieldAction
  /** Bitrix24's number of the field, unique in the portal. */
  readonly id: number
  /** For example `CRM_REQUISITE`, or `CRM_13` for a smart process. */
  readonly entityId: string
  /** For example `UF_CRM_TAX`. */
  readonly fieldName: string
}

/** One event as it is stored in a portal's log; holds no token. */
export interface RelayEvent {
  /** Canonical code in upper case, for example `ONCRMREQUISITEUSERFIELDUPDATE`. */
  readonly name: string
  /** Bitrix24's time in unix seconds; null when it sent none. */
  readonly ts: number | null
  /** `event_handler_id` as sent; null on portals that send none. */
  readonly handlerId: string | null
  /** The user whose action caused the event; null when Bitrix24 knows none (robots, agents). */
  readonly userId: number | null
  /** Bitrix24's `data`, tokens removed; null when absent. */
  readonly data: Json
  /** Set for the user-field events that were understood. */
  readonly field: UserField | null
  /** Why an authentic event was not understood; null when it was. */
  readonly quarantined: QuarantineReason | null
}

/**
 * Why an authentic event was not understood: stable words, shown to operators. `unreadable_row` stands for
 * an event whose row in the log is damaged.
 */
export type QuarantineReason =
  | 'unknown_event_name'
  | 'invalid_ts'
  | 'invalid_fields'
  | 'unreadable_row'

/** One difference between two reads of a field's definition. */
export interface Change {
  /** Bitrix24's upper-case attribute, dots for nesting: `EDIT_FORM_LABEL.en`, `LIST.3671.VALUE`. */
  readonly attribute: string
  readonly before: Json
  readonly after: Json
}

/** Why an event goes out thin: nothing could be read for it. */
export type ThinReason =
  | 'no_tokens'
  | 'tokens_lost'
  | 'access_denied'
  | 'rate_limited'
  | 'portal_unreachable'
  | 'timeout'
  | 'not_found'

/** A person of the portal. */
export interface PortalUser {
  readonly id: number
  /** Null when the scope does not allow to ask. */
  readonly name: string | null
}

/** What was found out about an event after it was stored. */
export interface Enrichment {
  readonly status: 'complete' | 'unavailable' | 'not_applicable'
  /** Why it is unavailable; null otherwise. */
  readonly reason: ThinReason | null
  /** Null when not known, `[]` when nothing visible changed or an earlier event told it. */
  readonly changes: readonly Change[] | null
  /** The field's definition as read: `label`, `userTypeId` and more; null when not known. */
  readonly field: { readonly [key: string]: Json } | null
  /** The display name of `RelayEvent.userId`; null when not known. */
  readonly userName: string | null
  /** The earlier sequence whose changes include this event's; null otherwise. */
  readonly toldBy: number | null
  /** The sequences, this one first, that one read explains together; empty when it is alone. */
  readonly covers: readonly number[]
  /** Everybody whose events are covered, each once; empty when it is alone. */
  readonly users: readonly PortalUser[]
  /** Thin events whose changes are told here; empty otherwise. */
  readonly completes: readonly number[]
  /** When the portal was read, in unix milliseconds by its clock where it says so; null when it was not. */
  readonly readAt: number | null
}

/** The enrichment of an event that nothing was read for. */
export const NOT_ENRICHED: Enrichment = {
  status: 'not_applicable',
  reason: null,
  changes: null,
  field: null,
  userName: null,
  toldBy: null,
  covers: [],
  users: [],
  completes: [],
  readAt: null,
}

/** A stored event together with its place in the portal's log. */
export interface LogEntry {
  /** The portal's own number: 1, 2, 3 … */
  readonly sequence: number
  /** Random id given by the edge before the first try to store. */
  readonly receipt: string
  /** When the edge received it, in unix milliseconds. */
  readonly receivedAt: number
  readonly event: RelayEvent
  /** `reconciled` when no event told it: found by comparing with the portal. */
  readonly origin: 'event' | 'reconciled'
  readonly enrichment: Enrichment
}
