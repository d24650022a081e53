/** How each kind of message looks in Telegram. */
import { describe, expect, test } from 'vitest'
import type { Delivery, Parcel } from '../../../src/destinations/receiver.ts'
import { en } from '../../../src/destinations/language/en.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { layOutTelegram } from '../../../src/destinations/telegram/layout.ts'
import { RECEIVED_AT, aDelivery, anEnrichment, anEvent } from '../../support/a-delivery.ts'

const LINK = 'https://acme.bitrix24.com/crm/configs/fields/?a=1&b=2'

describe('layOutTelegram()', () => {
  test('a change tells the field, what changed, who did it, where and when', () => {
    const changes = [
      { attribute: 'EDIT_FORM_LABEL.en', before: 'Tax no.', after: 'Tax <number>' },
      { attribute: 'MANDATORY', before: 'N', after: 'Y' },
      { attribute: 'HELP_MESSAGE.en', before: null, after: 'See https://acme.com' },
    ]
    const delivery = aDelivery({ link: LINK, enrichment: anEnrichment({ changes }) })
    expect(layOut([delivery])).toBe(
      [
        '<b>Tax number</b> <code>UF_CRM_TAX</code>',
        'Requisite field: settings changed by <b>Anna Petrova</b>',
        '',
        '• Label (en): <code>Tax no.</code> → <code>Tax &lt;number&gt;</code>',
        '• Mandatory: <code>no</code> → <code>yes</code>',
        '• Help text (en): <i>empty</i> → <code>See https://acme.com</code>',
        '',
        '<a href="https://acme.bitrix24.com/crm/configs/fields/?a=1&amp;b=2">Open in Bitrix24</a>',
        '<code>acme.bitrix24.com</code> · 2026-09-21 14:13 UTC',
      ].join('\n'),
    )
  })

  test('an event that is about no field tells its name and the ids', () => {
    const event = anEvent({
      name: 'ONCRMDEALUPDATE',
      field: null,
      data: { FIELDS: { ID: '235', CONTACT_ID: 'a&b' } },
    })
    expect(layOut([aDelivery({ event })])).toBe(
      [
        '<b>onCrmDealUpdate</b>',
        'Bitrix24 event caused by <b>user 1</b>; ID: <code>235</code>; CONTACT_ID: <code>a&amp;b</code>',
        '',
        '<code>acme.bitrix24.com</code> · 2026-09-21 14:13 UTC',
      ].join('\n'),
    )
  })

  test('a test message says that it is one', () => {
    expect(layOut([aDelivery({ id: 'test-1', sequence: null, previousSequence: null })])).toBe(
      [
        '<b>Test message of bitrix24-event-relay</b>',
        'The relay reaches this channel. Nothing changed in Bitrix24',
        '',
        '<code>acme.bitrix24.com</code> · 2026-09-21 14:13 UTC',
      ].join('\n'),
    )
  })

  test('a thin event says what is known, that it is late, and asked for again', () => {
    const delivery = aDelivery({
      domain: null,
      replayed: true,
      enrichment: anEnrichment({
        status: 'unavailable',
        reason: 'timeout',
        changes: null,
        field: null,
        userName: null,
      }),
    })
    expect(layOut([delivery], RECEIVED_AT + 3 * 3_600_000)).toBe(
      [
        '<code>UF_CRM_TAX</code>',
        'Requisite field: settings changed by <b>user 1</b>',
        '',
        '<i>Details are not known: the portal did not answer in time</i>',
        '<i>Sent again at an operator&#39;s request, 3 h after the event</i>',
        '',
        '<code>a223c6b3710f85df22e9377d6c4f7553</code> · 2026-09-21 14:13 UTC',
      ].join('\n'),
    )
  })

  test('a digest has a paragraph for each field and a link to the rest', () => {
    const changes = Array.from({ length: 70 }, (_, index) => ({
      attribute: `SETTINGS.S${index}`,
      before: 'a',
      after: 'b',
    }))
    const other = aDelivery({
      event: anEvent({ name: 'ONCRMDEALUPDATE', field: null, ts: 1_790_000_600 }),
    })
    const html = layOut([aDelivery({ enrichment: anEnrichment() }), other, many(changes)])
    const lines = html.split('\n')
    expect(lines.slice(0, 9)).toEqual([
      '<b>3 events</b>',
      '',
      '<b>Tax number</b> <code>UF_CRM_TAX</code>: settings changed by <b>Anna Petrova</b>',
      '• Label (en): <code>Tax no.</code> → <code>Tax number</code>',
      '',
      '<b>onCrmDealUpdate</b>: 1 event by <b>user 1</b>',
      '',
      '<b>Tax number</b> <code>UF_CRM_2</code>: settings changed by <b>Anna Petrova</b>',
      '• Setting S0: <code>a</code> → <code>b</code>',
    ])
    expect(lines.slice(-4)).toEqual([
      '',
      'and 12 more <a href="https://relay.example.com/p">Show all</a>',
      '',
      '<code>acme.bitrix24.com</code> · 2026-09-21 14:13 – 14:23 UTC',
    ])
  })

  test('of a digest without an address of the dashboard the rest is only counted', () => {
    const changes = Array.from({ length: 70 }, (_, index) => ({
      attribute: `SETTINGS.S${index}`,
      before: 'a',
      after: 'b',
    }))
    const html = layOut([aDelivery(), many(changes)], RECEIVED_AT, null)
    expect(html.split('\n').slice(-3, -2)).toEqual(['and 11 more'])
  })

  test('a label or a name that holds a link stands in code, as it is', () => {
    const enrichment = anEnrichment({
      field: { label: 'Ask bob@evil.example' },
      userName: '@durov',
      changes: [],
    })
    const [title, lead] = layOut([aDelivery({ enrichment })]).split('\n')
    expect([title, lead]).toEqual([
      '<code>Ask bob@evil.example</code> <code>UF_CRM_TAX</code>',
      'Requisite field: settings changed by <code>@durov</code>',
    ])
  })

  test('a user without a name is no telephone number', () => {
    const delivery = aDelivery({ event: anEvent({ userId: 1234567 }) })
    expect(layOut([delivery])).toContain('settings changed by <code>user 1234567</code>')
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
    expect(titleOf(label)).toBe(`<code>${label}</code> <code>UF_CRM_TAX</code>`)
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
    expect(titleOf(label)).toBe(`<b>${label}</b> <code>UF_CRM_TAX</code>`)
  })
})

function layOut(
  deliveries: Parcel['deliveries'],
  now = RECEIVED_AT + 500,
  dashboard: string | null = 'https://relay.example.com/p',
): string {
  return layOutTelegram(composeMessage({ deliveries, dashboard }, { words: en, now }))
}

function titleOf(label: string): string {
  const enrichment = anEnrichment({ field: { label }, changes: [] })
  return layOut([aDelivery({ enrichment })]).split('\n')[0] ?? ''
}

function many(changes: readonly { attribute: string; before: string; after: string }[]): Delivery {
  return aDelivery({
    event: anEvent({
      field: {
        family: 'requisite',
        action: 'updated',
        id: 2,
        entityId: 'CRM_REQUISITE',
        fieldName: 'UF_CRM_2',
      },
    }),
    enrichment: anEnrichment({ changes }),
  })
}
