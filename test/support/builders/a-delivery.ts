/** Builders of deliveries: a requisite field that Anna changed, unless a test says otherwise. */
import { asEntry, type BulletinType } from '../../../src/core/bulletins/bulletin.ts'
import {
  NOT_ENRICHED,
  type Change,
  type Enrichment,
  type Json,
  type RelayEvent,
  type UserField,
} from '../../../src/core/log/event.ts'
import type { Delivery } from '../../../src/destinations/receiver.ts'
import { NOW } from '../time.ts'
import { DOMAIN, MEMBER_ID } from '../identity.ts'

/** The time of the event in `aDelivery`, in unix seconds: `NOW`. */
export const EVENT_TS = NOW / 1000

/** The time of receipt in `aDelivery`: 1.12 s after the event. */
export const RECEIVED_AT = NOW + 1120

/** The time of the attempt of tests that send `aDelivery`: half a second after its receipt. */
export const SENT_AT = RECEIVED_AT + 500

/** The update of the field UF_CRM_TAX, as an event names it. */
export function aUserField(partial: Partial<UserField> = {}): UserField {
  return {
    family: 'requisite',
    action: 'updated',
    id: 235,
    entityId: 'CRM_REQUISITE',
    fieldName: 'UF_CRM_TAX',
    ...partial,
  }
}

/** A change of one attribute of a field. */
export function aChange(attribute: string, before: Json, after: Json): Change {
  return { attribute, before, after }
}

/** So many changes of settings `S0`, `S1` …, each of the same two values. */
export function someChanges(count: number, before: Json, after: Json): readonly Change[] {
  return Array.from({ length: count }, (_, index) => aChange(`SETTINGS.S${index}`, before, after))
}

/** An update of the field UF_CRM_TAX by user 1. */
export function anEvent(partial: Partial<RelayEvent> = {}): RelayEvent {
  return {
    name: 'ONCRMREQUISITEUSERFIELDUPDATE',
    ts: EVENT_TS,
    handlerId: '661',
    userId: 1,
    data: { FIELDS: { ID: '235', ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_TAX' } },
    field: aUserField(),
    quarantined: null,
    ...partial,
  }
}

/** An enrichment that found a changed label. */
export function anEnrichment(partial: Partial<Enrichment> = {}): Enrichment {
  return {
    ...NOT_ENRICHED,
    status: 'complete',
    changes: [{ attribute: 'EDIT_FORM_LABEL.en', before: 'Tax no.', after: 'Tax number' }],
    field: { label: 'Tax number', userTypeId: 'string' },
    userName: 'Anna Petrova',
    ...partial,
  }
}

/** A delivery of `anEvent` without enrichment. */
export function aDelivery(partial: Partial<Delivery> = {}): Delivery {
  return {
    id: `${MEMBER_ID}-42`,
    memberId: MEMBER_ID,
    domain: DOMAIN,
    sequence: 42,
    previousSequence: 41,
    origin: 'event',
    receivedAt: RECEIVED_AT,
    event: anEvent(),
    enrichment: NOT_ENRICHED,
    link: null,
    replayed: false,
    systemUserId: null,
    ...partial,
  }
}

/** A delivery of a bulletin. */
export function aBulletinDelivery(
  type: BulletinType,
  data: { readonly [key: string]: Json } = {},
): Delivery {
  const { destination, ...rest } = data
  const bulletin = { n: 7, type, about: null, at: RECEIVED_AT, to: ['ops'], fates: {} }
  const told = destination === undefined ? rest : { destination, ...rest }
  const { event, receivedAt } = asEntry({ ...bulletin, data: told })
  const id = `${MEMBER_ID}-relay-7`
  return aDelivery({ id, sequence: null, previousSequence: null, event, receivedAt })
}
