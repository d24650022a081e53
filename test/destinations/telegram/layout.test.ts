/** Messages for Telegram that have no golden file: texts that it would make links of. */
import { describe, expect, test } from 'vitest'
import type { Delivery } from '../../../src/destinations/receiver.ts'
import { en } from '../../../src/destinations/language/en.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { layOutTelegram } from '../../../src/destinations/telegram/layout.ts'
import { SENT_AT, aDelivery, anEnrichment, anEvent } from '../../support/builders/a-delivery.ts'
import { aParcel } from '../../support/messages/opened-receiver.ts'

describe('layOutTelegram()', () => {
  test('a label or a name that holds a link stands in code, as it is', () => {
    const enrichment = anEnrichment({
      field: { label: 'Ask bob@evil.example' },
      userName: '@durov',
      changes: [],
    })
    const [title, lead] = layOut(aDelivery({ enrichment })).split('\n')
    expect([title, lead]).toEqual([
      '🔄 <b>Settings changed</b>: <code>Ask bob@evil.example</code> — <code>@durov</code>',
      'Company details field <code>UF_CRM_TAX</code>',
    ])
  })

  test('a user without a name is no telephone number', () => {
    const delivery = aDelivery({ event: anEvent({ userId: 1234567 }) })
    expect(layOut(delivery)).toContain(' — <code>user 1234567</code>')
  })

  test.each([
    '@durov',
    'a #tag',
    'USD $EUR',
    '/start',
    'tg://resolve?domain=x',
    'evil.example',
    'evil。example',
    'see http://localhost/x',
    '1.1.1.1',
    'a@b',
    '+7 495',
    '8 (999) 123',
    '4111 1111 1111 1111',
    '०१२३४५',
  ])('the label %j stands in code', (label) => {
    expect(titleOf(label)).toContain(`: <code>${label}</code> — `)
  })

  test.each([
    'Tax number',
    'No. 5, v1',
    'Ende.',
    'a: b; c',
    '12345',
    '1 a 2 b 3 c 4 d 5 e 6',
    '5 + 5',
  ])('the label %j stays bold', (label) => {
    expect(titleOf(label)).toContain(`: <b>${label}</b> — `)
  })
})

test('layOutTelegram() tells the time of each reader where the server can, else UTC', () => {
  const time = '2026-09-21 14:13 UTC'
  expect(layOut(aDelivery())).toContain(`<tg-time unix="1790000000" format="Dt">${time}</tg-time>`)
  const text = layOut(aDelivery(), false)
  expect(text).toContain(time)
  expect(text).not.toContain('tg-time')
})

function layOut(delivery: Delivery, hasLocalTime = true): string {
  return layOutTelegram(composeMessage(aParcel(delivery), { words: en, now: SENT_AT }), {
    hasLocalTime,
  })
}

function titleOf(label: string): string {
  const enrichment = anEnrichment({ field: { label }, changes: [] })
  return layOut(aDelivery({ enrichment })).split('\n')[0] ?? ''
}
