import { describe, expect, test } from 'vitest'
import type { Delivery } from '../../src/destinations/destination.ts'
import { buildEventBody } from '../../src/destinations/event-body.ts'
import { aDelivery, anEnrichment, anEvent } from '../support/a-delivery.ts'

describe('buildEventBody()', () => {
  test('tells all of an enriched user-field event, in the documented order', () => {
    const body = buildEventBody(aDelivery({ enrichment: anEnrichment() }))
    expect(body).toEqual({
      type: 'bitrix24.crm.requisite_user_field.updated',
      timestamp: '2026-09-21T14:13:20Z',
      data: {
        event: 'onCrmRequisiteUserFieldUpdate',
        portal: { memberId: 'a223c6b3710f85df22e9377d6c4f7553', domain: 'acme.bitrix24.com' },
        sequence: 42,
        previousSequence: 41,
        origin: 'event',
        receivedAt: '2026-09-21T14:13:21.120Z',
        user: { id: 1, name: 'Anna Petrova' },
        fields: { ID: 235, ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_TAX' },
        field: { label: 'Tax number', userTypeId: 'string' },
        changes: [{ attribute: 'EDIT_FORM_LABEL.en', before: 'Tax no.', after: 'Tax number' }],
        enrichment: 'complete',
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
    ])
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
      portal: { memberId: 'a223c6b3710f85df22e9377d6c4f7553', domain: 'acme.bitrix24.com' },
      sequence: 42,
      previousSequence: 41,
      origin: 'event',
      receivedAt: '2026-09-21T14:13:21.120Z',
      user: null,
      fields: null,
      field: null,
      changes: null,
      enrichment: 'not_applicable',
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
    const delivery = { ...aDelivery({ enrichment: anEnrichment({ changes: [change] }) }), token: 1 }
    expect(JSON.stringify(buildEventBody(delivery))).not.toContain('token')
  })
})

function dataOf(partial: Partial<Delivery>) {
  return buildEventBody(aDelivery(partial)).data
}
