/**
 * The one table of event topics, put together from its modules. A further topic is one entry in a file of `topics/`:
 * its names, its subject, its bindings and its link follow from it. ARCHITECTURE.md says where its words stand.
 */
import type { EventTopic, EventVerb } from './event-topic.ts'
import { APPLICATION_TOPICS } from './topics/application.ts'
import { CRM_TOPICS } from './topics/crm.ts'
import { BOOKING_TOPICS, CATALOG_TOPICS, SALE_TOPICS } from './topics/shop.ts'
import { SIGN_TOPICS } from './topics/sign.ts'
import { BOT_TOPICS, CALL_TOPICS, LINE_TOPICS } from './topics/talk.ts'
import { USER_FIELD_TOPICS } from './topics/user-fields.ts'
import { CALENDAR_TOPICS, PEOPLE_TOPICS, TASK_TOPICS } from './topics/work.ts'

const TABLE = [
  ...USER_FIELD_TOPICS,
  ...CRM_TOPICS,
  ...CATALOG_TOPICS,
  ...SALE_TOPICS,
  ...BOOKING_TOPICS,
  ...TASK_TOPICS,
  ...CALENDAR_TOPICS,
  ...PEOPLE_TOPICS,
  ...SIGN_TOPICS,
  ...CALL_TOPICS,
  ...LINE_TOPICS,
  ...BOT_TOPICS,
  ...APPLICATION_TOPICS,
] as const satisfies readonly EventTopic[]

/** The kinds of all topics, for example `task`. */
export type TopicKind = (typeof TABLE)[number]['kind']

/** A topic of the table. */
export interface KnownTopic extends EventTopic {
  readonly kind: TopicKind
}

/** Every topic, the user fields of the CRM first. */
export const EVENT_TOPICS: readonly KnownTopic[] = TABLE

/** The meaning of an event's name. */
export interface EventMeaning {
  readonly topic: KnownTopic
  readonly verb: EventVerb
  /** The name as the documentation spells it; of an event of one type with the type's number. */
  readonly spelling: string
}

const MEANINGS: ReadonlyMap<string, EventMeaning> = new Map(
  EVENT_TOPICS.flatMap((topic) =>
    Object.entries({ ...topic.events, ...topic.misspelt }).map(
      ([spelling, verb]): [string, EventMeaning] => [
        spelling.toUpperCase(),
        { topic, verb, spelling },
      ],
    ),
  ),
)

const BY_KIND: ReadonlyMap<string, KnownTopic> = new Map(
  EVENT_TOPICS.map((topic) => [topic.kind, topic]),
)

// The most digits that the number of a type can have.
const PER_TYPE = /^(?<base>.+)_(?<type>\d{1,9})$/

/** The meaning of a canonical code; null for an event that no topic knows. */
export function meaningOf(code: string): EventMeaning | null {
  const known = MEANINGS.get(code)
  if (known !== undefined) return known
  const base = baseOf(code)
  if (base === null) return null
  const meaning = MEANINGS.get(base.code)
  return meaning === undefined
    ? null
    : { ...meaning, spelling: `${meaning.spelling}_${base.typeId}` }
}

// The kinds of the topics about the application: its installation, its payment, its methods and its settings.
const OF_APPLICATION = /^application(?:_|$)/

/**
 * Whether a canonical code is an event about the application itself, such as `ONAPPINSTALL`. The relay acts upon these,
 * and no destination gets them. A module's own event may begin alike: `ONAPPROVALADD` is one like any other.
 */
export function isOfApplication(code: string): boolean {
  return OF_APPLICATION.test(meaningOf(code)?.topic.kind ?? '')
}

/** The event of all types to which an event of one type belongs. */
export interface BaseEvent {
  /** Its canonical code, for example `ONCRMDYNAMICITEMADD`. */
  readonly code: string
  /** The number of the type, for example `147`. */
  readonly typeId: string
}

/** The base of `ONCRMDYNAMICITEMADD_147`; null for every code that is not one of a single type. */
export function baseOf(code: string): BaseEvent | null {
  const { base, type: typeId } = PER_TYPE.exec(code)?.groups ?? {}
  if (base === undefined || typeId === undefined) return null
  return MEANINGS.get(base)?.topic.perType === true ? { code: base, typeId } : null
}

/** The topic of a kind; null for a word that is none. */
export function topicOfKind(kind: string): KnownTopic | null {
  return BY_KIND.get(kind) ?? null
}
