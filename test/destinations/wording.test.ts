import { describe, expect, test } from 'vitest'
import type { Change, Enrichment, ThinReason, UserField } from '../../src/core/event.ts'
import type { Delivery } from '../../src/destinations/destination.ts'
import {
  describeDeed,
  describeKind,
  describeLabel,
  describePortal,
  describeUser,
  formatDuration,
  formatUtc,
  listNotes,
} from '../../src/destinations/wording.ts'
import { EVENT_TS, RECEIVED_AT, aDelivery, anEnrichment, anEvent } from '../support/a-delivery.ts'

const MINUTE_MS = 60_000
const NOW = RECEIVED_AT + 500

describe('describeUser()', () => {
  test.each([
    [1, 'Anna Petrova', 'Anna Petrova'],
    [1, null, 'user 1'],
    [1, '\u200B ', 'user 1'],
    [null, null, 'an unknown user'],
    [null, 'Anna Petrova', 'an unknown user'],
  ])('calls user %s with the name %j "%s"', (userId, userName, expected) => {
    const delivery = aDelivery({
      event: anEvent({ userId }),
      enrichment: anEnrichment({ userName }),
    })
    expect(describeUser(delivery)).toBe(expected)
  })
})

describe('describeDeed()', () => {
  const anna = { id: 1, name: 'Anna Petrova' }
  const max = { id: 2, name: 'Max Weber' }
  const nobody = { id: 3, name: null }
  const eve = { id: 4, name: 'Eve Stone' }
  const label = { attribute: 'EDIT_FORM_LABEL.en', before: 'A', after: 'B' }
  const item = { attribute: 'LIST.7.VALUE', before: 'A', after: 'B' }

  test.each<readonly [UserField['action'], string]>([
    ['added', 'created by [Anna Petrova]'],
    ['updated', 'settings changed by [Anna Petrova]'],
    ['deleted', 'deleted by [Anna Petrova]'],
    ['enum_values_set', 'list values changed by [Anna Petrova]'],
  ])('says of the action %s "%s"', (action, expected) => {
    expect(deed(action, { changes: [] })).toBe(expected)
    expect(deed(action, { changes: null })).toBe(expected)
  })

  test.each<readonly [readonly Change[], string]>([
    [[item], 'list values changed by [Anna Petrova]'],
    [[item, label], 'settings changed by [Anna Petrova]'],
  ])('names what one read found for a list whose values were set: %j', (changes, expected) => {
    expect(deed('enum_values_set', { changes })).toBe(expected)
  })

  test.each<readonly [Enrichment['users'], string]>([
    [[], 'settings changed by [Anna Petrova]'],
    [[max], 'settings changed by [Max Weber]'],
    [[anna, max], 'settings changed by [Anna Petrova] and [Max Weber]'],
    [[anna, nobody], 'settings changed by [Anna Petrova] and [user 3]'],
    [[anna, max, nobody], 'settings changed by [Anna Petrova], [Max Weber] and 1 more'],
    [[anna, max, nobody, eve], 'settings changed by [Anna Petrova], [Max Weber] and 2 more'],
  ])('names of the people %j "%s"', (users, expected) => {
    expect(deed('updated', { users, covers: [42, 43] })).toBe(expected)
  })

  test.each<readonly [Enrichment['users'], string]>([
    [[anna], 'created by [Anna Petrova]'],
    [[anna, max], 'created by [Anna Petrova], changed by [Max Weber]'],
    [
      [anna, max, nobody, eve],
      'created by [Anna Petrova], changed by [Max Weber], [user 3] and 1 more',
    ],
  ])('tells who created a field from who changed it then: %j', (users, expected) => {
    expect(deed('added', { users, covers: [42, 43] })).toBe(expected)
  })

  test('names nobody for a change that was found by comparing', () => {
    expect(deed('updated', {}, { origin: 'reconciled', userId: null })).toBe('settings changed')
    expect(deed('added', {}, { origin: 'reconciled', userId: null })).toBe('created')
    expect(deed('updated', {}, { origin: 'reconciled', userId: 1 })).toBe(
      'settings changed by [Anna Petrova]',
    )
    expect(deed('updated', {}, { origin: 'event', userId: null })).toBe(
      'settings changed by [an unknown user]',
    )
  })

  test('makes no name of an invisible one', () => {
    const users = [anna, { id: 9, name: '\u200B' }]
    expect(deed('updated', { users, covers: [42, 43] })).toBe(
      'settings changed by [Anna Petrova] and [user 9]',
    )
  })

  function deed(
    action: UserField['action'],
    enrichment: Partial<Enrichment>,
    { origin = 'event', userId = 1 }: { origin?: Delivery['origin']; userId?: number | null } = {},
  ): string {
    const field: UserField = {
      family: 'requisite',
      action,
      id: 235,
      entityId: 'CRM_REQUISITE',
      fieldName: 'UF_CRM_TAX',
    }
    const event = anEvent({ field, userId })
    const delivery = aDelivery({ origin, event, enrichment: anEnrichment(enrichment) })
    return describeDeed(delivery, field)
      .map(({ text, isName }) => (isName ? `[${text}]` : text))
      .join('')
  }
})

describe('describeLabel()', () => {
  test.each([
    [{ label: 'Tax number' }, 'Tax number'],
    [{ label: '' }, null],
    [{ label: { en: 'Tax number' } }, null],
    [{}, null],
    [null, null],
  ])('reads from %j the label %j', (field, expected) => {
    expect(describeLabel(aDelivery({ enrichment: anEnrichment({ field }) }))).toBe(expected)
  })
})

describe('describeKind()', () => {
  test.each<readonly [UserField['family'], string, string]>([
    ['requisite', 'CRM_REQUISITE', 'Requisite field'],
    ['deal', 'CRM_DEAL', 'Deal field'],
    ['type', 'CRM_13', 'Smart process field'],
    ['type', 'CRM_SMART_INVOICE', 'Smart invoice field'],
    ['type', 'CRM_SMART_DOCUMENT', 'Smart document field'],
    ['invoice', 'CRM_SMART_INVOICE', 'Invoice field'],
  ])('calls a field of %s and %s "%s"', (family, entityId, expected) => {
    const field = { family, action: 'updated', id: 1, entityId, fieldName: 'UF_X' } as const
    expect(describeKind(field)).toBe(expected)
  })
})

describe('describePortal()', () => {
  test('names the host, else the member_id', () => {
    expect(describePortal(aDelivery())).toBe('acme.bitrix24.com')
    expect(describePortal(aDelivery({ domain: null }))).toBe('a223c6b3710f85df22e9377d6c4f7553')
  })
})

describe('listNotes()', () => {
  test('says nothing about a timely delivery with all details', () => {
    expect(listNotes(aDelivery({ enrichment: anEnrichment() }), NOW)).toEqual([])
  })

  test.each<readonly [ThinReason | null, string]>([
    ['no_tokens', 'Details are not known: the relay has no access to this portal'],
    ['tokens_lost', 'Details are not known: the relay lost its access to this portal'],
    ['access_denied', 'Details are not known: the portal denied access to the field'],
    ['rate_limited', 'Details are not known: the request limit of the portal was reached'],
    ['portal_unreachable', 'Details are not known: the portal could not be reached'],
    ['timeout', 'Details are not known: the portal did not answer in time'],
    ['not_found', 'Details are not known: the field is gone by now'],
    [null, 'Details are not known'],
  ])('says for an unavailable enrichment (%s) "%s"', (reason, expected) => {
    const enrichment = anEnrichment({ status: 'unavailable', reason, changes: null })
    expect(listNotes(aDelivery({ enrichment }), NOW)).toEqual([expected])
  })

  test.each([
    [null, ['The settings before this are not known']],
    [[], ['No difference to the settings known before']],
  ])('tells with the changes %j what that means', (changes, expected) => {
    expect(listNotes(aDelivery({ enrichment: anEnrichment({ changes }) }), NOW)).toEqual(expected)
  })

  test('says nothing about details that were not looked for', () => {
    expect(listNotes(aDelivery(), NOW)).toEqual([])
    const enrichment = anEnrichment({ status: 'unavailable', changes: null })
    expect(listNotes(aDelivery({ event: anEvent({ field: null }), enrichment }), NOW)).toEqual([])
  })

  test('says that an earlier message told it', () => {
    const enrichment = anEnrichment({ changes: [], toldBy: 41 })
    expect(listNotes(aDelivery({ enrichment }), NOW)).toEqual([
      'Already told by an earlier message',
    ])
  })

  test('says how many events are told together', () => {
    const enrichment = anEnrichment({ covers: [42, 43, 44] })
    expect(listNotes(aDelivery({ enrichment }), NOW)).toEqual(['3 events told together'])
  })

  test.each(['event', 'reconciled'] as const)(
    'says of a delivery of the origin "%s" that it completes an earlier one, and claims no lost event',
    (origin) => {
      const enrichment = anEnrichment({ completes: [40] })
      expect(listNotes(aDelivery({ origin, enrichment }), NOW)).toEqual([
        'Tells what could not be read at first',
      ])
    },
  )

  test('says that a change was found by comparing', () => {
    expect(listNotes(aDelivery({ origin: 'reconciled' }), NOW)).toEqual([
      'Found by comparing with the portal, no event arrived',
    ])
  })

  test('calls a delivery late from more than five minutes after the event', () => {
    const event = EVENT_TS * 1000
    expect(listNotes(aDelivery(), event + 5 * MINUTE_MS)).toEqual([])
    expect(listNotes(aDelivery(), event + 5 * MINUTE_MS + 1)).toEqual(['Delivered 5 min late'])
  })

  test('counts from the receipt when Bitrix24 tells a later time or none', () => {
    for (const ts of [null, EVENT_TS + 86_400]) {
      const delivery = aDelivery({ event: anEvent({ ts }) })
      expect(listNotes(delivery, RECEIVED_AT + 5 * MINUTE_MS)).toEqual([])
      expect(listNotes(delivery, RECEIVED_AT + 6 * MINUTE_MS)).toEqual(['Delivered 6 min late'])
    }
  })

  test('counts from the event when its receipt itself was late', () => {
    const delivery = aDelivery({ event: anEvent({ ts: EVENT_TS - 7200 }) })
    expect(listNotes(delivery, NOW)).toEqual(['Delivered 2 h late'])
  })

  test('tells a replay as one, with its distance when there is any', () => {
    const delivery = aDelivery({ replayed: true })
    expect(listNotes(delivery, NOW)).toEqual(["Sent again at an operator's request"])
    expect(listNotes(delivery, NOW + 90 * MINUTE_MS)).toEqual([
      "Sent again at an operator's request, 1 h after the event",
    ])
  })

  test('does not call a test late', () => {
    expect(listNotes(aDelivery({ sequence: null }), NOW + 90 * MINUTE_MS)).toEqual([])
  })
})

test.each([
  [59 * MINUTE_MS + 59_999, '59 min'],
  [60 * MINUTE_MS, '1 h'],
  [48 * 60 * MINUTE_MS - 1, '47 h'],
  [48 * 60 * MINUTE_MS, '2 d'],
  [400 * 24 * 60 * MINUTE_MS, '400 d'],
])('formatDuration() tells %i ms as %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected)
})

test('formatUtc() names the zone', () => {
  expect(formatUtc(EVENT_TS * 1000)).toBe('2026-09-21 14:13 UTC')
})
