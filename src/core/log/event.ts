/**
 * The types of an event inside the relay: the event of Bitrix24, without any token. Only `bitrix24/` knows
 * the forms in which Bitrix24 sends it, and makes these values from them.
 */

/** A JSON value, read-only at every depth. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/**
 * The kind of CRM entity that a user field belongs to, as it appears in delivery types. `module` stands for a field of
 * any module, which its event names by number only.
 */
export type FieldFamily =
  | 'requisite'
  | 'lead'
  | 'deal'
  | 'contact'
  | 'company'
  | 'quote'
  | 'invoice'
  | 'type'
  | 'module'

/** The change of a user field's definition, as it appears in delivery types. */
export type FieldAction = 'added' | 'updated' | 'deleted' | 'enum_values_set'

/** The field that a user-field event names. */
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

/** The rest of an event's content after an operator has erased it. */
export interface ErasedContent {
  /** The time at which it was erased, in unix milliseconds. */
  readonly at: number
  /** For each destination that did not get the event, the reason; the others got it, or gave it up. */
  readonly filtered: Readonly<Record<string, string>>
}

/** One event as it is stored in a portal's log. It holds no token. */
export interface RelayEvent {
  /** Canonical code in upper case, for example `ONCRMREQUISITEUSERFIELDUPDATE`. */
  readonly name: string
  /** Bitrix24's time in unix seconds; null when it sent none. */
  readonly ts: number | null
  /** `event_handler_id` as sent; null from portals that send none (docs/bitrix24.md#event-form). */
  readonly handlerId: string | null
  /**
   * The user whose action caused the event; null when a robot or agent did (docs/bitrix24.md#missing-tokens).
   */
  readonly userId: number | null
  /**
   * True where the portal has told its application that no user was signed in when the event came about. Absent where a
   * portal names nobody, as in the events of outgoing webhooks (docs/bitrix24.md#missing-tokens).
   */
  readonly isUserless?: boolean
  /** Bitrix24's `data` without tokens; null when absent. */
  readonly data: Json
  /** The field of a user-field event that was understood; null for every other event. */
  readonly field: UserField | null
  /** The reason why an authentic event was not understood; null when it was. */
  readonly quarantined: QuarantineReason | null
  /** The name as it was sent, without tokens; present where `name` is another one because it was no name. */
  readonly sentName?: string
  /** `ts` as it was sent, without tokens; present where it was no time. */
  readonly sentTs?: Json
  /**
   * The length of the body in characters; present where `data` holds only a part of it, because the body was too
   * long or too deep.
   */
  readonly bodyLength?: number
  /** Present where an operator has erased the content: nothing but name and time is left. */
  readonly erased?: ErasedContent
}

/** The other members of an event of which nothing but its name is known. */
export const NO_CONTENT: Omit<RelayEvent, 'name'> = {
  ts: null,
  handlerId: null,
  userId: null,
  data: null,
  field: null,
  quarantined: null,
}

/**
 * Every reason why an authentic event was not understood: stable words, shown to operators. `too_large`
 * stands for an event of which only its head and its size are stored, `unreadable_row` for an event whose row in the
 * log is damaged.
 */
export const QUARANTINE_REASONS = [
  'unknown_event_name',
  'invalid_ts',
  'invalid_fields',
  'too_many_parameters',
  'too_many_values',
  'too_deep',
  'number_out_of_range',
  'too_large',
  'unreadable_row',
] as const

/** One of these reasons. */
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number]

/** One difference between two reads of a field's definition. */
export interface Change {
  /** The attribute as Bitrix24 names it, with dots for nesting: `EDIT_FORM_LABEL.en`, `LIST.3671.VALUE`. */
  readonly attribute: string
  readonly before: Json
  readonly after: Json
}

/** Every reason why an event goes out thin, that is without changes: nothing could be read for it. */
export const THIN_REASONS = [
  'no_tokens',
  'tokens_lost',
  'access_denied',
  'rate_limited',
  'portal_unreachable',
  'timeout',
  'not_found',
  'too_large',
] as const

/** One of these reasons. */
export type ThinReason = (typeof THIN_REASONS)[number]

/** A person of the portal. */
export interface PortalUser {
  readonly id: number
  /** Null when the relay may not ask for names. */
  readonly name: string | null
}

/** The enrichment of an event: everything that was found out about it after it was stored. */
export interface Enrichment {
  readonly status: 'complete' | 'unavailable' | 'not_applicable'
  /** The reason why the enrichment is unavailable; null otherwise. */
  readonly reason: ThinReason | null
  /** Null when not known; `[]` when nothing visible changed, or when an earlier event has told it. */
  readonly changes: readonly Change[] | null
  /** The field's definition as read, with `label`, `userTypeId` and more; null when not known. */
  readonly field: { readonly [key: string]: Json } | null
  /** The display name of `RelayEvent.userId`; null when not known. */
  readonly userName: string | null
  /** The sequence of an earlier event that has told this event's changes; null when there is none. */
  readonly toldBy: number | null
  /** The sequences that one read has enriched together, this one first; empty when it is alone. */
  readonly covers: readonly number[]
  /** The users of the covered events, each once; empty when it is alone. */
  readonly users: readonly PortalUser[]
  /** Whether one of the covered events has no user. Absent where each has one. */
  readonly coversUserless?: boolean
  /** The sequences of thin events whose changes this event tells; empty when there are none. */
  readonly completes: readonly number[]
  /**
   * The sequence of an earlier event that Bitrix24 sent again within its second: the change belongs to the
   * repetition, which the log took for a duplicate. Absent in the usual case.
   */
  readonly repeats?: number
  /**
   * The time at which the portal was read, in unix milliseconds, if possible of its own clock; null when it was not.
   */
  readonly readAt: number | null
}

/** The enrichment of an event for which nothing was read. */
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

/** An event with the sequence under which it stands in its portal's log. */
export interface StoredEvent {
  readonly sequence: number
  readonly event: RelayEvent
}

/** A stored event together with its place in the portal's log. */
export interface LogEntry {
  /** The number of the event in its portal's log: 1, 2, 3 … */
  readonly sequence: number
  /** A random id, which the edge gives before its first try to store the event. */
  readonly receipt: string
  /** The time at which the edge received the event, in unix milliseconds. */
  readonly receivedAt: number
  readonly event: RelayEvent
  /** Present in the outline of a large event: its `data` were left out. */
  readonly isCut?: true
  /** A quarantined event as the present version understands it; absent where it does not. A replay sends this. */
  readonly again?: RelayEvent
  /** `reconciled` for an entry of the relay: a comparison, or the read for a repeated event, has found it. */
  readonly origin: 'event' | 'reconciled'
  readonly enrichment: Enrichment
}
