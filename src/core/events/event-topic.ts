/**
 * The form of the table of event topics. A topic is everything that happens to one kind of thing, for example all
 * events about tasks. All that the relay knows of an event follows from its topic's entry: how the event is spelled,
 * what happened, which thing it names, and where a person finds it.
 */

/** Everything that an event can say has happened to its subject. */
export const EVENT_VERBS = [
  'added',
  'updated',
  'deleted',
  'enum_values_set',
  'moved',
  'issued',
  'registered',
  'unregistered',
  'status_changed',
  'saved',
  'deleting',
  'initiated',
  'started',
  'finished',
  'requested',
  'mapped',
  'signed',
  'joined',
  'called',
  'disconnected',
  'installed',
  'uninstalled',
  'user_ready',
  'paid',
  'confirmed',
  'tested',
  'displayed',
  'reported',
] as const

/** The deed that an event tells of its subject. */
export type EventVerb = (typeof EVENT_VERBS)[number]

/** The things that a further id of an event can name, beside the records of the CRM to which the subject belongs. */
export type RelatedKind =
  | 'activity'
  | 'bot'
  | 'channel'
  | 'chat'
  | 'connector'
  | 'dialog'
  | 'funnel'
  | 'hcm_company'
  | 'invoice'
  | 'line'
  | 'message'
  | 'deal'
  | 'sign_document'
  | 'smart_process'
  | 'stage'
  | 'task'
  | 'user'
  | 'workflow'

/**
 * A way into an event's `data`, with dots between its keys. One key alone is looked for in `FIELDS_AFTER`,
 * `FIELDS_BEFORE`, `FIELDS` and `data` itself; any other one begins at `data`. `*` stands for the first member.
 * Keys are compared without case and without `_`, since the documentation writes one key in several ways.
 */
export type DataPath = string

/** The paths to a record of the CRM that is named by its type and its number. */
export interface RecordPath {
  /** The type as a number (`3`) or as a name (`CONTACT`). */
  readonly type: DataPath
  readonly id: DataPath
}

/** One entry of the table. */
export interface EventTopic {
  /**
   * The kind of thing that the events are about, for example `task`: a word for programs, and the kind of the
   * subject.
   */
  readonly kind: string
  /** The scope that an application needs to bind the events; null when it needs none. */
  readonly scope: string | null
  /** The documented spelling of each event, with what happened. */
  readonly events: Readonly<Record<string, EventVerb>>
  /** Spellings that the documentation has by mistake. Such an event is understood and never bound. */
  readonly misspelt?: Readonly<Record<string, EventVerb>>
  /** True when a portal also has each event for one type of record, as `onCrmDynamicItemAdd_147`. */
  readonly perType?: true
  /**
   * False when a portal sends the events without being bound to them: those of the application itself, of its
   * bots and of its robots.
   */
  readonly bindable?: false
  /**
   * The paths to the id of the subject; the first one that leads to an id counts. With an empty list the last record
   * of `belongsTo` is the subject. @default ['ID']
   */
  readonly id?: readonly DataPath[]
  /** The path to the number of the subject's type, when the CRM has several types in this topic. */
  readonly type?: DataPath
  /** The paths to the things by which a person finds the subject, in the order of the messages. */
  readonly related?: Readonly<Partial<Record<RelatedKind, readonly DataPath[]>>>
  /** The records of the CRM to which the subject belongs. */
  readonly belongsTo?: readonly RecordPath[]
  /**
   * The path of the subject's page in the portal. `{id}`, `{type}`, `{user}` (who caused the event) and the
   * kinds of `related` are filled in. Without a path the page of the last record in `belongsTo` is taken.
   */
  readonly link?: string
}

/** The events Add, Update and Delete of one noun. Example: `spellEvents('onCrmDeal')`. */
export function spellEvents(stem: string): Readonly<Record<string, EventVerb>> {
  return { [`${stem}Add`]: 'added', [`${stem}Update`]: 'updated', [`${stem}Delete`]: 'deleted' }
}

/**
 * The three events in the dotted form. Example: `spellDottedEvents('CATALOG.PRODUCT')` has `CATALOG.PRODUCT.ON.ADD`.
 */
export function spellDottedEvents(stem: string): Readonly<Record<string, EventVerb>> {
  return {
    [`${stem}.ON.ADD`]: 'added',
    [`${stem}.ON.UPDATE`]: 'updated',
    [`${stem}.ON.DELETE`]: 'deleted',
  }
}
