/** The bodies that docs/payloads.md shows, made by the code that makes those of real deliveries. */
import type { RelayEvent } from '../../../src/core/log/event.ts'
import { subjectOf } from '../../../src/core/events/subject-of.ts'
import { layOutCloudEvents } from '../../../src/destinations/cloudevents/layout.ts'
import { buildEventBody, type EventData } from '../../../src/destinations/event-body.ts'
import type { Delivery, OutgoingRequest } from '../../../src/destinations/receiver.ts'
import { testParcel } from '../../../src/destinations/test-message.ts'
import { buildBatchBody, type BatchBody } from '../../../src/destinations/webhook/batch-body.ts'
import {
  EVENT_TS,
  RECEIVED_AT,
  aBulletinDelivery,
  aChange,
  aDelivery,
  anEnrichment,
  anEvent,
  aUserField,
} from '../builders/a-delivery.ts'
import { DOMAIN, MEMBER_ID } from '../identity.ts'

const FIELD_PAGE = `https://${DOMAIN}/crm/configs/preset/8/ufields/`
const READ_AT = RECEIVED_AT + 220
const LABEL = aChange('EDIT_FORM_LABEL.en', 'Tax no.', 'Tax number')
const MANDATORY = aChange('MANDATORY', 'N', 'Y')
const FIELD = {
  label: 'Tax number',
  userTypeId: 'string',
  multiple: false,
  mandatory: true,
  labels: { en: 'Tax number' },
}

function aFieldDelivery(partial: Partial<Delivery> = {}): Delivery {
  const sequence = partial.sequence ?? 42
  const id = `${MEMBER_ID}-${sequence}`
  const enrichment = anEnrichment({ changes: [LABEL, MANDATORY], field: FIELD, readAt: READ_AT })
  return aDelivery({ id, link: FIELD_PAGE, enrichment, ...partial })
}

/** A delivery of an event that is about no user field. */
function aRecordDelivery(name: string, partial: Partial<RelayEvent>): Delivery {
  const event = anEvent({ name, field: null, ...partial })
  const enrichment = anEnrichment({ status: 'not_applicable', changes: null, field: null })
  const link = subjectOf(event, DOMAIN)?.link ?? null
  return aDelivery({ event, link, enrichment: { ...enrichment, userName: null } })
}

const [CHANGED, NEXT] = [
  aFieldDelivery({
    sequence: 41,
    previousSequence: 39,
    enrichment: anEnrichment({
      changes: [LABEL, MANDATORY],
      field: FIELD,
      readAt: READ_AT,
      covers: [41, 42],
      users: [
        { id: 1, name: 'Anna Petrova' },
        { id: 2, name: 'Max Weber' },
      ],
    }),
  }),
  aFieldDelivery({
    event: anEvent({ userId: 2 }),
    enrichment: anEnrichment({
      changes: [],
      field: FIELD,
      readAt: READ_AT,
      toldBy: 41,
      userName: 'Max Weber',
    }),
  }),
]

/** Each example by the name that stands above it on the page. */
export const PAYLOAD_EXAMPLES: Readonly<Record<string, unknown>> = {
  updated: buildEventBody(aFieldDelivery()),
  added: buildEventBody(
    aFieldDelivery({
      event: anEvent({ field: aUserField({ action: 'added' }) }),
      enrichment: anEnrichment({
        changes: [
          aChange('FIELD_NAME', null, 'UF_CRM_TAX'),
          aChange('USER_TYPE_ID', null, 'string'),
          aChange('EDIT_FORM_LABEL.en', null, 'Tax number'),
        ],
        field: { ...FIELD, mandatory: false },
        readAt: READ_AT,
      }),
    }),
  ).data.changes,
  deleted: buildEventBody(
    aFieldDelivery({
      event: anEvent({ field: aUserField({ action: 'deleted' }) }),
      enrichment: anEnrichment({
        changes: [
          aChange('FIELD_NAME', 'UF_CRM_TAX', null),
          aChange('EDIT_FORM_LABEL.en', 'Tax number', null),
        ],
        field: null,
      }),
    }),
  ).data.changes,
  covers: tell(CHANGED, ['sequence', 'user', 'users', 'changes', 'covers', 'readAt', 'enrichment']),
  toldBy: tell(NEXT, ['sequence', 'user', 'changes', 'toldBy', 'readAt', 'enrichment']),
  thin: tell(
    aFieldDelivery({
      enrichment: anEnrichment({
        status: 'unavailable',
        reason: 'portal_unreachable',
        changes: null,
        field: null,
      }),
    }),
    ['sequence', 'field', 'changes', 'enrichment', 'enrichmentReason'],
  ),
  reconciled: tell(
    aFieldDelivery({
      sequence: 43,
      previousSequence: 42,
      origin: 'reconciled',
      event: anEvent({ userId: null, handlerId: null, ts: EVENT_TS + 3600 }),
      receivedAt: RECEIVED_AT + 3_600_000,
      enrichment: anEnrichment({
        changes: [LABEL, MANDATORY],
        field: FIELD,
        readAt: READ_AT + 3_600_000,
        completes: [42],
        userName: null,
      }),
    }),
    ['sequence', 'origin', 'user', 'changes', 'completes', 'readAt', 'enrichment'],
  ),
  record: buildEventBody(
    aRecordDelivery('ONCRMDEALUPDATE', { data: { FIELDS: { ID: '5917' } }, userId: 1 }),
  ),
  robot_hint: buildEventBody(
    aRecordDelivery('ROBOT_HINT', {
      data: { document: { type: 'DEAL', id: '4325' } },
      userId: null,
      handlerId: null,
      ts: null,
    }),
  ),
  batch: withoutData(buildBatchBody([CHANGED, NEXT])),
  test: buildEventBody(
    testParcel(
      { memberId: MEMBER_ID, domain: DOMAIN },
      { receipt: '5f0c7a52-7c0a-4a39-9d5a-1f2b5f3f4c11', now: RECEIVED_AT },
    ).deliveries[0],
  ),
  bulletin: buildEventBody(
    aBulletinDelivery('relay.lane.disabled', { destination: 'erp', reason: 'gone' }),
  ),
  structured: contentOf(cloudEvent('structured')),
  binary: cloudEvent('binary').headers,
}

/** The request of the destination type `cloudevents` for the first example. */
function cloudEvent(mode: 'structured' | 'binary'): OutgoingRequest {
  const target = { href: 'https://events.example.com/', headers: {} }
  return layOutCloudEvents({ deliveries: [aFieldDelivery()], dashboard: null }, mode, target)
}

/** Some members of the data, as the cases of one field differ in these only. */
function tell(delivery: Delivery, members: readonly (keyof EventData)[]): unknown {
  const { data } = buildEventBody(delivery)
  return Object.fromEntries(
    Object.entries(data).filter(([name]) => members.some((member) => member === name)),
  )
}

/** A batch whose entries have a sign in the place of their long data. */
function withoutData({ data, ...body }: BatchBody): unknown {
  return { ...body, data: { events: data.events.map((entry) => ({ ...entry, data: '…' })) } }
}

/** A structured event with a sign in the place of its long data. */
function contentOf({ body }: OutgoingRequest): unknown {
  return { ...JSON.parse(body), data: '…' }
}
