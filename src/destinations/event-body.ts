/**
 * The JSON that machines get for one event (design: section 7). The order of the keys is part of what
 * people see in their logs; names are a contract, fields may be added.
 */
import { deliveryType, displayName } from '../core/event-names.ts'
import type { Change, Json } from '../core/event.ts'
import type { Delivery } from './destination.ts'

/** The delivery type and event name of a test message. */
export const TEST_TYPE = 'relay.test'

// 9999-12-31T23:59:59Z: later times have no ISO 8601 form of four digits.
const LAST_SECOND = 253_402_300_799

/** The body of one delivery. */
export interface EventBody {
  readonly type: string
  /** When it happened: ISO 8601 in UTC, whole seconds. */
  readonly timestamp: string
  readonly data: EventData
}

/** What the relay knows about one event. */
export interface EventData {
  /** The documented spelling, for example `onCrmRequisiteUserFieldUpdate`. */
  readonly event: string
  readonly portal: { readonly memberId: string; readonly domain: string | null }
  readonly sequence: number | null
  readonly previousSequence: number | null
  readonly origin: 'event' | 'reconciled'
  /** ISO 8601 in UTC, milliseconds. */
  readonly receivedAt: string
  readonly user: { readonly id: number; readonly name: string | null } | null
  readonly fields: {
    readonly ID: number
    readonly ENTITY_ID: string
    readonly FIELD_NAME: string
  } | null
  readonly field: { readonly [key: string]: Json } | null
  readonly changes: readonly Change[] | null
  readonly enrichment: 'complete' | 'unavailable' | 'not_applicable'
  readonly enrichmentReason?: string | null
  /** Bitrix24's `data`, for events that are not about user fields. */
  readonly payload?: Json
  readonly replayed?: true
}

/** Builds the body; the same delivery always gives the same JSON. */
export function buildEventBody(delivery: Delivery): EventBody {
  const isTest = delivery.sequence === null
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
      fields: fieldsOf(delivery),
      field: delivery.enrichment.field,
      changes: delivery.enrichment.changes?.map(toChange) ?? null,
      enrichment: delivery.enrichment.status,
      ...(delivery.enrichment.status === 'unavailable' && {
        enrichmentReason: delivery.enrichment.reason,
      }),
      ...(delivery.event.field === null && { payload: delivery.event.data }),
      ...(delivery.replayed && { replayed: true as const }),
    },
  }
}

/** When the event happened, in unix milliseconds: Bitrix24's time, else the time of receipt. */
export function occurredAt(delivery: Delivery): number {
  const { ts } = delivery.event
  return ts !== null && ts >= 0 && ts <= LAST_SECOND ? ts * 1000 : delivery.receivedAt
}

function userOf({ event, enrichment }: Delivery): EventData['user'] {
  return event.userId === null ? null : { id: event.userId, name: enrichment.userName }
}

function fieldsOf({ event: { field } }: Delivery): EventData['fields'] {
  if (field === null) return null
  return { ID: field.id, ENTITY_ID: field.entityId, FIELD_NAME: field.fieldName }
}

function toChange({ attribute, before, after }: Change): Change {
  return { attribute, before, after }
}
