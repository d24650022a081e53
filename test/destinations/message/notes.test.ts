import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import type { ThinReason } from '../../../src/core/log/event.ts'
import { en } from '../../../src/destinations/language/en.ts'
import {
  describeAlert,
  formatDuration,
  listNotes,
} from '../../../src/destinations/message/notes.ts'
import {
  EVENT_TS,
  RECEIVED_AT,
  SENT_AT,
  aDelivery,
  anEnrichment,
  anEvent,
} from '../../support/builders/a-delivery.ts'

describe('listNotes()', () => {
  test('says nothing about a timely delivery with all details', () => {
    expect(listNotes(aDelivery({ enrichment: anEnrichment() }), SENT_AT, en)).toEqual([])
  })

  test.each<readonly [ThinReason | null, string]>([
    ['access_denied', 'Details are not known: Bitrix24 denied access to the field'],
    ['rate_limited', 'Details are not known: the request limit of this account was reached'],
    ['portal_unreachable', 'Details are not known: Bitrix24 could not be reached'],
    ['too_large', 'Details are not known: the field’s definition is too large to be read'],
    ['timeout', 'Details are not known: Bitrix24 did not answer in time'],
    ['not_found', 'Details are not known: the field is gone by now'],
    [null, 'Details are not known'],
  ])('says for an unavailable enrichment (%s) "%s"', (reason, expected) => {
    const enrichment = anEnrichment({ status: 'unavailable', reason, changes: null })
    expect(listNotes(aDelivery({ enrichment }), SENT_AT, en)).toEqual([expected])
  })

  test.each([
    ['no_tokens', 'the relay has no access to this account'],
    ['tokens_lost', 'the relay lost its access to this account'],
  ] as const)('leaves a lost access (%s) to the alert, which names the remedy', (reason, why) => {
    const enrichment = anEnrichment({ status: 'unavailable', reason, changes: null })
    const delivery = aDelivery({ enrichment })
    expect(listNotes(delivery, SENT_AT, en)).toEqual([])
    expect(describeAlert(delivery, en)).toBe(
      `❗ Details are not known: ${why}. To restore access, open the application in Bitrix24 as an administrator`,
    )
  })

  test.each([
    [null, ['The settings before this are not known']],
    [[], ['No visible difference from the last known settings']],
  ])('tells with the changes %j what that means', (changes, expected) => {
    expect(listNotes(aDelivery({ enrichment: anEnrichment({ changes }) }), SENT_AT, en)).toEqual(
      expected,
    )
  })

  test('says nothing about details that were not looked for', () => {
    expect(listNotes(aDelivery(), SENT_AT, en)).toEqual([])
    const enrichment = anEnrichment({ status: 'unavailable', changes: null })
    expect(
      listNotes(aDelivery({ event: anEvent({ field: null }), enrichment }), SENT_AT, en),
    ).toEqual([])
  })

  test('says that an earlier message told it', () => {
    const enrichment = anEnrichment({ changes: [], toldBy: 41 })
    expect(listNotes(aDelivery({ enrichment }), SENT_AT, en)).toEqual([
      'Already reported in an earlier message',
    ])
  })

  test('says how many events are told together', () => {
    const enrichment = anEnrichment({ covers: [42, 43, 44] })
    expect(listNotes(aDelivery({ enrichment }), SENT_AT, en)).toEqual(['3 events told together'])
  })

  test.each(['event', 'reconciled'] as const)(
    'says of a delivery of the origin "%s" that it completes an earlier one, and claims no lost event',
    (origin) => {
      const enrichment = anEnrichment({ completes: [40] })
      expect(listNotes(aDelivery({ origin, enrichment }), SENT_AT, en)).toEqual([
        'Adds details that could not be read earlier',
      ])
    },
  )

  test('says that a change was found by comparing', () => {
    expect(listNotes(aDelivery({ origin: 'reconciled' }), SENT_AT, en)).toEqual([
      'Found by comparing with Bitrix24; no event arrived',
    ])
  })

  test('claims no lost event where Bitrix24 sent one again', () => {
    const enrichment = anEnrichment({ repeats: 41 })
    expect(listNotes(aDelivery({ origin: 'reconciled', enrichment }), SENT_AT, en)).toEqual([])
  })

  test('calls a delivery late from more than five minutes after the event', () => {
    const event = EVENT_TS * 1000
    expect(listNotes(aDelivery(), event + 5 * MINUTE_MS, en)).toEqual([])
    expect(listNotes(aDelivery(), event + 5 * MINUTE_MS + 1, en)).toEqual(['Delivered 5 min late'])
  })

  test('counts from the receipt when Bitrix24 tells a later time or none', () => {
    for (const ts of [null, EVENT_TS + 86_400]) {
      const delivery = aDelivery({ event: anEvent({ ts }) })
      expect(listNotes(delivery, RECEIVED_AT + 5 * MINUTE_MS, en)).toEqual([])
      expect(listNotes(delivery, RECEIVED_AT + 6 * MINUTE_MS, en)).toEqual(['Delivered 6 min late'])
    }
  })

  test('counts from the event when its receipt itself was late', () => {
    const delivery = aDelivery({ event: anEvent({ ts: EVENT_TS - 7200 }) })
    expect(listNotes(delivery, SENT_AT, en)).toEqual(['Delivered 2 h late'])
  })

  test('tells a replay as one, with its distance when there is any', () => {
    const delivery = aDelivery({ replayed: true })
    expect(listNotes(delivery, SENT_AT, en)).toEqual(['Sent again by an operator'])
    expect(listNotes(delivery, SENT_AT + 90 * MINUTE_MS, en)).toEqual([
      'Sent again by an operator, 1 h after the event',
    ])
  })

  test.each([false, true])('does not call a test late (replayed: %s)', (replayed) => {
    const delivery = aDelivery({ sequence: null, replayed })
    expect(listNotes(delivery, SENT_AT + 90 * MINUTE_MS, en)).toEqual([])
  })
})

test.each([
  [59 * MINUTE_MS + 59_999, '59 min'],
  [60 * MINUTE_MS, '1 h'],
  [48 * 60 * MINUTE_MS - 1, '47 h'],
  [48 * 60 * MINUTE_MS, '2 d'],
  [400 * 24 * 60 * MINUTE_MS, '400 d'],
])('formatDuration() tells %i ms as %s', (ms, expected) => {
  expect(formatDuration(ms, en)).toBe(expected)
})

test('listNotes() tells the gap, the group, the origin and the delay in this order', () => {
  const enrichment = anEnrichment({ changes: [], covers: [42, 43] })
  const delivery = aDelivery({ origin: 'reconciled', enrichment, replayed: true })
  expect(listNotes(delivery, SENT_AT, en)).toEqual([
    'No visible difference from the last known settings',
    '2 events told together',
    'Found by comparing with Bitrix24; no event arrived',
    'Sent again by an operator',
  ])
})
