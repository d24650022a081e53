/**
 * The JSON that machines get for one event. The names are a contract with receivers: members may be added,
 * none is renamed or removed. The order of the keys is stable as well, so that two bodies in a log can be
 * compared.
 */
import { isBulletinName } from '../core/bulletins/bulletin.ts'
import { deliveryType, displayName } from '../core/events/event-names.ts'
import { subjectOf, type EventSubject } from '../core/events/subject-of.ts'
import type { Change, Enrichment, Json, PortalUser, ThinReason } from '../core/log/event.ts'
import { CATALOGUES } from './language/languages.ts'
import { sayBulletin } from './message/say-bulletin.ts'
import { plainText } from './message/text/line.ts'
import type { Delivery } from './receiver.ts'

/** The delivery type and event name of a test message. */
export const TEST_TYPE = 'relay.test'

// 9999-12-31T23:59:59Z in unix seconds. The year of a later time has more than four digits in ISO 8601.
const LAST_SECOND = 253_402_300_799

/** The body of one delivery. */
export interface EventBody {
  readonly type: string
  /** The time of the event: ISO 8601 in UTC, whole seconds. */
  readonly timestamp: string
  readonly data: EventData
}

/** A user as machines read it. */
interface EventUser extends PortalUser {
  /** Present for the application's system user only: no person has acted. */
  readonly system?: true
}

/** Everything that a machine is told about one event. */
export interface EventData {
  /** The documented spelling, for example `onCrmRequisiteUserFieldUpdate`. */
  readonly event: string
  readonly portal: { readonly memberId: string; readonly domain: string | null }
  readonly sequence: number | null
  readonly previousSequence: number | null
  readonly origin: 'event' | 'reconciled'
  /** The time of receipt: ISO 8601 in UTC, milliseconds. */
  readonly receivedAt: string
  /** The user who caused the event; the first of `users` when several events are told together. */
  readonly user: EventUser | null
  /** All users whose events are told here; present with `covers` only. */
  readonly users?: readonly EventUser[]
  readonly fields: {
    readonly ID: number
    readonly ENTITY_ID: string
    readonly FIELD_NAME: string
  } | null
  readonly field: { readonly [key: string]: Json } | null
  /** Null when they are not known; `[]` when nothing that can be seen changed, or when `toldBy` told it. */
  readonly changes: readonly Change[] | null
  /** The earlier sequence whose changes include this event's. */
  readonly toldBy?: number
  /** The sequences of all events that these changes belong to, this one first. */
  readonly covers?: readonly number[]
  /** The sequences of earlier events that were told without details, and whose changes are told here. */
  readonly completes?: readonly number[]
  /** The sequence of the event that Bitrix24 sent again within its second, and whose repetition this tells. */
  readonly repeats?: number
  /** The time at which the portal was read: ISO 8601 in UTC, milliseconds. */
  readonly readAt?: string
  readonly enrichment: 'complete' | 'unavailable' | 'not_applicable'
  readonly enrichmentReason?: ThinReason | null
  /** The page of the portal that shows the subject; of a field the page where it is set up. */
  readonly link?: string
  /** The thing that the event is about, where the event names one that is known. */
  readonly subject?: EventSubject
  /** The number of the binding or of the outgoing webhook that sent the event, where Bitrix24 told it. */
  readonly handlerId?: string
  /** Bitrix24's `data`, for events that are not about user fields. */
  readonly payload?: Json
  readonly replayed?: true
}

/** The body of a delivery; the same delivery always gives the same JSON. */
export function buildEventBody(delivery: Delivery): EventBody {
  const { enrichment } = delivery
  const isTest = isTestMessage(delivery)
  return {
    type: isTest ? TEST_TYPE : deliveryType(delivery.event.name),
    timestamp: new Date(occurredAt(delivery)).toISOString().replace(/\.\d+Z$/, 'Z'),
    data: {
      event: isTest ? TEST_TYPE : displayName(delivery.event.name),
      portal: { memberId: delivery.memberId, domain: delivery.domain },
      sequence: delivery.sequence,
      previousSequence: delivery.previousSequence,
      origin: delivery.origin,
      receivedAt: new Date(delivery.receivedAt).toISOString(),
      user: userOf(delivery),
      ...(enrichment.covers.length > 0 && {
        users: enrichment.users.map((user) => toUser(user, delivery)),
      }),
      fields: fieldsOf(delivery),
      field: enrichment.field,
      changes: enrichment.changes?.map(toChange) ?? null,
      ...tellReading(enrichment),
      enrichment: enrichment.status,
      ...(enrichment.status === 'unavailable' && { enrichmentReason: enrichment.reason }),
      ...(delivery.link !== null && { link: delivery.link }),
      ...tellSubject(delivery),
      ...(delivery.event.handlerId !== null && { handlerId: delivery.event.handlerId }),
      ...(delivery.event.field === null && { payload: payloadOf(delivery) }),
      ...(delivery.replayed && { replayed: true as const }),
    },
  }
}

/** Whether a delivery is a test message: nothing else but a bulletin has no sequence. */
export function isTestMessage({ sequence, event }: Pick<Delivery, 'sequence' | 'event'>): boolean {
  return sequence === null && !isBulletinName(event.name)
}

/** Whether a delivery tells a bulletin. */
export function isBulletin({ event }: Pick<Delivery, 'event'>): boolean {
  return isBulletinName(event.name)
}

/**
 * The time of the event in unix milliseconds: Bitrix24's time when it can be used, else the time of receipt.
 */
export function occurredAt(delivery: Delivery): number {
  const { ts } = delivery.event
  return ts !== null && ts >= 0 && ts <= LAST_SECOND ? ts * 1000 : delivery.receivedAt
}

/** Bitrix24's `data`; of a bulletin its own data, with the words of its message. */
function payloadOf({ event }: Delivery): Json {
  const { name, data } = event
  if (!isBulletinName(name) || data === null) return data
  const { title, remedy } = sayBulletin(event, CATALOGUES.en)
  const remedied = remedy === null ? {} : { remedy: plainText(remedy) }
  return Object.assign({}, data, { text: plainText(title) }, remedied)
}

/** The members about the read that brought the changes; each is present only where it says something. */
function tellReading(enrichment: Enrichment): Partial<EventData> {
  const { toldBy, covers, completes, repeats, readAt } = enrichment
  return {
    ...(toldBy !== null && { toldBy }),
    ...(covers.length > 0 && { covers }),
    ...(completes.length > 0 && { completes }),
    ...(repeats !== undefined && { repeats }),
    ...(readAt !== null && isTime(readAt) && { readAt: new Date(readAt).toISOString() }),
  }
}

// The time comes from the portal, and a year of more than four digits has another form in ISO 8601.
function isTime(ms: number): boolean {
  return ms >= 0 && ms < (LAST_SECOND + 1) * 1000
}

function tellSubject({ event, enrichment, link }: Delivery): Pick<EventData, 'subject'> {
  const subject = subjectOf(event, null)
  if (subject === null) return {}
  const label = enrichment.field?.['label']
  const title = typeof label === 'string' && label !== '' ? label : null
  return { subject: { ...subject, title, link } }
}

function userOf(delivery: Delivery): EventData['user'] {
  const { event, enrichment } = delivery
  if (event.userId === null) return null
  return toUser({ id: event.userId, name: enrichment.userName }, delivery)
}

function fieldsOf({ event: { field } }: Delivery): EventData['fields'] {
  if (field === null) return null
  return { ID: field.id, ENTITY_ID: field.entityId, FIELD_NAME: field.fieldName }
}

function toUser({ id, name }: PortalUser, { systemUserId }: Delivery): EventUser {
  return { id, name, ...(id === systemUserId && { system: true as const }) }
}

function toChange({ attribute, before, after }: Change): Change {
  return { attribute, before, after }
}
