import { describe, expect, test } from 'vitest'
import type { Delivery } from '../../src/destinations/receiver.ts'
import { buildEventBody, isBulletin, isTestMessage } from '../../src/destinations/event-body.ts'
import {
  aBulletinDelivery,
  aDelivery,
  anEnrichment,
  anEvent,
} from '../support/builders/a-delivery.ts'
import { MEMBER_ID } from '../support/identity.ts'

describe('buildEventBody()', () => {
  test('tells all of an enriched user-field event, in the documented order', () => {
    const body = buildEventBody(aDelivery({ enrichment: anEnrichment() }))
    expect(body).toEqual({
      type: 'bitrix24.crm.requisite_user_field.updated',
      timestamp: '2026-09-21T14:13:20Z',
      data: {
        event: 'onCrmRequisiteUserFieldUpdate',
        portal: { memberId: MEMBER_ID, domain: 'acme.bitrix24.com' },
        sequence: 42,
        previousSequence: 41,
        origin: 'event',
        receivedAt: '2026-09-21T14:13:21.120Z',
        user: { id: 1, name: 'Anna Petrova' },
        fields: { ID: 235, ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_TAX' },
        field: { label: 'Tax number', userTypeId: 'string' },
        changes: [{ attribute: 'EDIT_FORM_LABEL.en', before: 'Tax no.', after: 'Tax number' }],
        enrichment: 'complete',
        subject: { kind: 'requisite_user_field', id: '235', title: 'Tax number', link: null },
        handlerId: '661',
      },
    })
    expect(Object.keys(body)).toEqual(['type', 'timestamp', 'data'])
    expect(Object.keys(body.data)).toEqual([
      'event',
      'portal',
      'sequence',
      'previousSequence',
      'origin',
      'receivedAt',
      'user',
      'fields',
      'field',
      'changes',
      'enrichment',
      'subject',
      'handlerId',
    ])
  })

  test('tells of a reading what is known of it, in the documented order', () => {
    const enrichment = anEnrichment({
      covers: [42, 43],
      users: [
        { id: 1, name: 'Anna Petrova' },
        { id: 2, name: null },
      ],
      completes: [40],
      readAt: 1_790_000_002_345,
    })
    const link = 'https://acme.bitrix24.com/crm/configs/fields/CRM_DEAL/edit/UF_CRM_TAX/'
    const data = dataOf({ enrichment, link })
    expect(data).toMatchObject({
      users: [
        { id: 1, name: 'Anna Petrova' },
        { id: 2, name: null },
      ],
      covers: [42, 43],
      completes: [40],
      readAt: '2026-09-21T14:13:22.345Z',
      link,
    })
    expect(Object.keys(data)).toEqual([
      'event',
      'portal',
      'sequence',
      'previousSequence',
      'origin',
      'receivedAt',
      'user',
      'users',
      'fields',
      'field',
      'changes',
      'covers',
      'completes',
      'readAt',
      'enrichment',
      'link',
      'subject',
      'handlerId',
    ])
  })

  test('names the earlier event that told the changes, and only then', () => {
    const told = dataOf({ enrichment: anEnrichment({ changes: [], toldBy: 41 }) })
    expect(told).toMatchObject({ changes: [], toldBy: 41, enrichment: 'complete' })
    expect(dataOf({ enrichment: anEnrichment({ changes: [] }) })).not.toHaveProperty('toldBy')
  })

  test("says of the application's system user that no person has acted", () => {
    const users = [
      { id: 1, name: 'Anna Petrova' },
      { id: 512, name: null },
    ]
    const enrichment = anEnrichment({ userName: null, covers: [42, 43], users })
    const data = dataOf({ event: anEvent({ userId: 512 }), enrichment, systemUserId: 512 })
    expect(data).toMatchObject({ user: { id: 512, name: null, system: true } })
    expect(data['users']).toEqual([users[0], { ...users[1], system: true }])
    expect(dataOf({ systemUserId: 512 })['user']).toEqual({ id: 1, name: null })
  })

  test('names the event that was sent again, and only then', () => {
    expect(dataOf({ enrichment: anEnrichment({ repeats: 41 }) })).toMatchObject({ repeats: 41 })
    expect(dataOf({ enrichment: anEnrichment() })).not.toHaveProperty('repeats')
  })

  test('names the users of a group only, not of an event that is alone', () => {
    const enrichment = anEnrichment({ users: [{ id: 1, name: null }] })
    expect(dataOf({ enrichment })).not.toHaveProperty('users')
  })

  test.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [253_402_300_799_999, '9999-12-31T23:59:59.999Z'],
    [253_402_300_800_000, undefined],
    [-1, undefined],
    [Number.NaN, undefined],
  ])('writes the time of a reading at %s as %s', (readAt, expected) => {
    expect(dataOf({ enrichment: anEnrichment({ readAt }) }).readAt).toBe(expected)
  })

  test('tells why an event could not be enriched', () => {
    const enrichment = anEnrichment({ status: 'unavailable', reason: 'timeout', changes: null })
    expect(dataOf({ enrichment })).toMatchObject({
      changes: null,
      enrichment: 'unavailable',
      enrichmentReason: 'timeout',
    })
  })

  test('keeps an empty list of changes apart from unknown ones', () => {
    expect(dataOf({ enrichment: anEnrichment({ changes: [] }) }).changes).toEqual([])
  })

  test('hands on the data of an event that is not about user fields', () => {
    const data = { FIELDS: { ID: '12', ENTITY_TYPE_ID: '130' } }
    const event = anEvent({ name: 'ONCRMDYNAMICITEMUPDATE', field: null, data, userId: null })
    const body = buildEventBody(aDelivery({ event }))
    expect(body.type).toBe('bitrix24.event.oncrmdynamicitemupdate')
    expect(body.data).toEqual({
      event: 'onCrmDynamicItemUpdate',
      portal: { memberId: MEMBER_ID, domain: 'acme.bitrix24.com' },
      sequence: 42,
      previousSequence: 41,
      origin: 'event',
      receivedAt: '2026-09-21T14:13:21.120Z',
      user: null,
      fields: null,
      field: null,
      changes: null,
      enrichment: 'not_applicable',
      subject: { kind: 'dynamic_item', id: '12', title: null, link: null },
      handlerId: '661',
      payload: data,
    })
  })

  test('says that a delivery is a replay, and only then', () => {
    expect(dataOf({ replayed: true }).replayed).toBe(true)
    expect(dataOf({})).not.toHaveProperty('replayed')
  })

  test('calls a test message relay.test, without a sequence', () => {
    const body = buildEventBody(aDelivery({ sequence: null, previousSequence: null }))
    expect(body.type).toBe('relay.test')
    expect(body.data).toMatchObject({
      event: 'relay.test',
      sequence: null,
      previousSequence: null,
    })
  })

  test.each([
    [0, '1970-01-01T00:00:00Z'],
    [253_402_300_799, '9999-12-31T23:59:59Z'],
    [null, '2026-09-21T14:13:21Z'],
    [-1, '2026-09-21T14:13:21Z'],
    [253_402_300_800, '2026-09-21T14:13:21Z'],
    [1e18, '2026-09-21T14:13:21Z'],
    [Number.NaN, '2026-09-21T14:13:21Z'],
  ])('dates an event with the ts %s as %s', (ts, expected) => {
    expect(buildEventBody(aDelivery({ event: anEvent({ ts }) })).timestamp).toBe(expected)
  })

  test('hands on no key of a change or delivery that is not documented', () => {
    const change = { attribute: 'SORT', before: '1', after: '2', token: 'secret' }
    const user = { id: 1, name: null, token: 'secret' }
    const enrichment = anEnrichment({ changes: [change], covers: [42, 43], users: [user] })
    const delivery = { ...aDelivery({ enrichment }), token: 1 }
    expect(JSON.stringify(buildEventBody(delivery))).not.toContain('token')
  })
})

function dataOf(partial: Partial<Delivery>) {
  return buildEventBody(aDelivery(partial)).data
}

describe('the body of a bulletin', () => {
  test('has its type, no sequence, and tells everything in data and in words', () => {
    const delivery = aBulletinDelivery('relay.lane.disabled', {
      destination: 'erp',
      reason: 'gone',
    })
    expect(buildEventBody(delivery)).toEqual({
      type: 'relay.lane.disabled',
      timestamp: '2026-09-21T14:13:21Z',
      data: {
        event: 'relay.lane.disabled',
        portal: { memberId: MEMBER_ID, domain: 'acme.bitrix24.com' },
        sequence: null,
        previousSequence: null,
        origin: 'event',
        receivedAt: '2026-09-21T14:13:21.120Z',
        user: null,
        fields: null,
        field: null,
        changes: null,
        enrichment: 'not_applicable',
        payload: {
          destination: 'erp',
          reason: 'gone',
          text: 'erp: delivery has stopped',
          remedy:
            'The receiver takes nothing, and events wait. Correct the destination or its receiver, then resume the lane',
        },
      },
    })
  })

  test('of a recovery has no remedy, since there is nothing to do', () => {
    const data = { destination: 'erp', from: 'relay.lane.disabled' }
    const { payload } = buildEventBody(aBulletinDelivery('relay.recovered', data)).data
    expect(payload).toEqual({ ...data, text: 'erp: delivery goes on' })
  })
})

describe('isTestMessage() and isBulletin()', () => {
  test('tell the two deliveries without a sequence apart', () => {
    const [test, bulletin] = [aDelivery({ sequence: null }), aBulletinDelivery('relay.recovered')]
    expect([test, bulletin, aDelivery()].map(isTestMessage)).toEqual([true, false, false])
    expect([test, bulletin, aDelivery()].map(isBulletin)).toEqual([false, true, false])
  })
})
