/** What people see in Slack: one golden message of each kind. */
import { describe, expect, test } from 'vitest'
import type { FieldAction } from '../../../src/core/log/event.ts'
import type { Delivery } from '../../../src/destinations/receiver.ts'
import { en } from '../../../src/destinations/language/en.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { layOutSlack, measureSlack } from '../../../src/destinations/slack/layout.ts'
import { RECEIVED_AT, SENT_AT, aDelivery, anEnrichment, anEvent } from '../../support/a-delivery.ts'
import { linkBlock, readSlackText } from '../../support/slack-grammar.ts'
import { renderSlackMessage } from '../../support/slack-render.ts'
import { foreign, own } from '../../../src/destinations/message/line.ts'

// Differences of 160 escaped characters on both sides that fit into 12,000 characters.
const FIT = 5
const LINK = 'https://acme.bitrix24.com/crm/configs/fields/CRM_DEAL/edit/UF_CRM_TAX/'
const DATE = '<!date^1790000000^{date_short_pretty} {time}|2026-09-21 14:13 UTC>'

describe('a Slack message for an updated field', () => {
  test('tells label, code, user and every difference', async () => {
    const delivery = aDelivery({
      enrichment: anEnrichment({
        changes: [
          { attribute: 'MANDATORY', before: 'N', after: 'Y' },
          { attribute: 'EDIT_FORM_LABEL.en', before: 'Tax no.', after: 'Tax number' },
          { attribute: 'EDIT_FORM_LABEL.de', before: 'Tax no.', after: 'Tax number' },
          { attribute: 'HELP_MESSAGE.en', before: null, after: 'As on the letter <of> the office' },
        ],
      }),
    })
    expect(await renderSlackMessage(delivery, SENT_AT)).toEqual({
      text:
        'Requisite field “Tax number” (UF_CRM_TAX): settings changed by Anna Petrova in ' +
        'acme.bitrix24.com; Label (en, de): Tax no. → Tax number; Mandatory: no → yes; ' +
        'Help text (en): empty → As on the letter &lt;of&gt; the office',
      mrkdwn: false,
      blocks: [
        richText(
          section(
            bold('Tax number'),
            plain(' '),
            code('UF_CRM_TAX'),
            plain('\nRequisite field: settings changed by '),
            bold('Anna Petrova'),
          ),
          list(
            section(plain('Label (en, de): '), code('Tax no.'), plain(' → '), code('Tax number')),
            section(plain('Mandatory: '), code('no'), plain(' → '), code('yes')),
            section(
              plain('Help text (en): '),
              italic('empty'),
              plain(' → '),
              code('As on the letter <of> the office'),
            ),
          ),
        ),
        context(mrkdwn(DATE), note('acme.bitrix24.com')),
      ],
    })
  })

  test('says without enrichment what is known and no more', async () => {
    expect(await renderSlackMessage(aDelivery(), SENT_AT)).toEqual({
      text: 'Requisite field (UF_CRM_TAX): settings changed by user 1 in acme.bitrix24.com',
      mrkdwn: false,
      blocks: [
        richText(
          section(
            code('UF_CRM_TAX'),
            plain('\nRequisite field: settings changed by '),
            bold('user 1'),
          ),
        ),
        context(mrkdwn(DATE), note('acme.bitrix24.com')),
      ],
    })
  })

  test('says why the details are not known', async () => {
    const enrichment = anEnrichment({ status: 'unavailable', reason: 'timeout', changes: null })
    expect(await contextOf(aDelivery({ enrichment }))).toEqual(
      context(
        mrkdwn(DATE),
        note('acme.bitrix24.com'),
        note('Details are not known: the portal did not answer in time'),
      ),
    )
  })

  test('does not claim a difference between values that are cut alike', async () => {
    const [start, end] = ['a'.repeat(500), 'z'.repeat(500)]
    const changes = [
      { attribute: 'HELP_MESSAGE.en', before: `${start}1${end}`, after: `${start}2${end}` },
    ]
    const message = await renderSlackMessage(
      aDelivery({ enrichment: anEnrichment({ changes }) }),
      SENT_AT,
    )
    const value = `${'a'.repeat(80)}…${'z'.repeat(79)}`
    expect(message.blocks[0]).toMatchObject({
      elements: [
        {},
        list(
          section(plain('Help text (en): '), code(value), plain(' differs in a part not shown')),
        ),
      ],
    })
    expect(message.text).toContain('; Help text (en): differs in a part not shown')
  })

  test('shows the first twelve differences and counts the others', async () => {
    const changes = Array.from({ length: 13 }, (_, index) => ({
      attribute: `SETTINGS.S${index + 1}`,
      before: 'a',
      after: 'b',
    }))
    const message = await renderSlackMessage(
      aDelivery({ enrichment: anEnrichment({ changes }) }),
      SENT_AT,
    )
    const text = readSlackText(JSON.stringify(message))
    expect(text).toContain('Setting S12: a → band 1 more')
    expect(text).not.toContain('S13')
    expect(message.text.match(/Setting/g)).toHaveLength(3)
    // The fallback shows three only, so that the number of the message would be wrong there.
    expect(message.text).not.toContain('more')
    expect(message.blocks[1]).toEqual(richText(section(plain('and 1 more'))))
  })

  test.each([10, 11, 12])('shows of %i large differences as many as fit', async (length) => {
    const changes = Array.from({ length }, (_, index) => ({
      attribute: `SETTINGS.S${index + 1}`,
      before: '&'.repeat(160),
      after: '<'.repeat(160),
    }))
    const message = await renderSlackMessage(
      aDelivery({ enrichment: anEnrichment({ changes }) }),
      SENT_AT,
    )
    expect(measureSlack(JSON.stringify(message))).toBeLessThanOrEqual(12_000)
    const shown = readSlackText(JSON.stringify(message)).match(/Setting S/g)?.length ?? 0
    expect(shown).toBe(FIT)
    expect(readSlackText(JSON.stringify(message))).toMatch(new RegExp(`and ${length - FIT} more$`))
  })
})

describe('a Slack message for texts that grow by escaping', () => {
  test('shows one change in any case', async () => {
    const grown = '&'.repeat(400)
    const event = anEvent()
    const field = event.field === null ? null : { ...event.field, fieldName: grown }
    const message = await renderSlackMessage(
      aDelivery({
        domain: grown,
        event: { ...event, field },
        enrichment: anEnrichment({
          userName: grown,
          field: { label: grown },
          changes: Array.from({ length: 10 }, (_, index) => ({
            attribute: `${index}${grown}`,
            before: grown,
            after: `${grown}.`,
          })),
        }),
      }),
      SENT_AT,
    )
    expect(measureSlack(JSON.stringify(message))).toBeLessThanOrEqual(12_000)
    expect(readSlackText(JSON.stringify(message))).toMatch(/ → &{80}…&{78}\.and [1-9] more$/)
  })
})

describe('a Slack message for other changes of a field', () => {
  test.each(['added', 'deleted'] as const)(
    'shows six settings of a field that was %s',
    async (action) => {
      const changes = Array.from({ length: 8 }, (_, index) => ({
        attribute: `SETTINGS.S${index + 1}`,
        before: action === 'added' ? null : 'a',
        after: action === 'added' ? 'a' : null,
      }))
      const delivery = aDelivery({
        event: fieldEvent(action),
        enrichment: anEnrichment({ changes }),
      })
      const text = readSlackText(JSON.stringify(await renderSlackMessage(delivery, SENT_AT)))
      expect(text).toContain('Setting S6: aand 2 more')
    },
  )

  test('tells the settings of a created field', async () => {
    const delivery = aDelivery({
      event: fieldEvent('added'),
      enrichment: anEnrichment({
        changes: [
          { attribute: 'FIELD_NAME', before: null, after: 'UF_CRM_TAX' },
          { attribute: 'MANDATORY', before: null, after: 'N' },
          { attribute: 'USER_TYPE_ID', before: null, after: 'string' },
        ],
      }),
    })
    expect(await renderSlackMessage(delivery, SENT_AT)).toEqual({
      text:
        'Requisite field “Tax number” (UF_CRM_TAX): created by Anna Petrova in ' +
        'acme.bitrix24.com; Type: string; Mandatory: no',
      mrkdwn: false,
      blocks: [
        richText(
          section(
            bold('Tax number'),
            plain(' '),
            code('UF_CRM_TAX'),
            plain('\nRequisite field: created by '),
            bold('Anna Petrova'),
          ),
          list(section(plain('Type: '), code('string')), section(plain('Mandatory: '), code('no'))),
        ),
        context(mrkdwn(DATE), note('acme.bitrix24.com')),
      ],
    })
  })

  test('tells the last settings of a deleted field', async () => {
    const delivery = aDelivery({
      event: { ...fieldEvent('deleted'), userId: null },
      domain: null,
      enrichment: anEnrichment({
        userName: null,
        changes: [{ attribute: 'USER_TYPE_ID', before: 'string', after: null }],
      }),
    })
    expect(await renderSlackMessage(delivery, SENT_AT)).toEqual({
      text:
        'Requisite field “Tax number” (UF_CRM_TAX): deleted by an unknown user in ' +
        'a223c6b3710f85df22e9377d6c4f7553; Type: string',
      mrkdwn: false,
      blocks: [
        richText(
          section(
            bold('Tax number'),
            plain(' '),
            code('UF_CRM_TAX'),
            plain('\nRequisite field: deleted by '),
            bold('an unknown user'),
          ),
          list(section(plain('Type: '), code('string'))),
        ),
        context(mrkdwn(DATE), note('a223c6b3710f85df22e9377d6c4f7553')),
      ],
    })
  })

  test('tells which list values came, went and changed', async () => {
    const delivery = aDelivery({
      event: fieldEvent('enum_values_set'),
      enrichment: anEnrichment({
        changes: [
          { attribute: 'LIST.3671.VALUE', before: 'GmbH', after: 'GmbH & Co.' },
          { attribute: 'LIST.3672.SORT', before: null, after: '300' },
          { attribute: 'LIST.3672.VALUE', before: null, after: 'AG' },
          { attribute: 'LIST.3673.DEF', before: 'Y', after: null },
          { attribute: 'LIST.3673.VALUE', before: 'OHG', after: null },
        ],
      }),
    })
    expect(await renderSlackMessage(delivery, SENT_AT)).toEqual({
      text:
        'Requisite field “Tax number” (UF_CRM_TAX): list values changed by Anna Petrova in ' +
        'acme.bitrix24.com; List value: GmbH → GmbH &amp; Co.; New list value: AG; ' +
        'Removed list value: OHG',
      mrkdwn: false,
      blocks: [
        richText(
          section(
            bold('Tax number'),
            plain(' '),
            code('UF_CRM_TAX'),
            plain('\nRequisite field: list values changed by '),
            bold('Anna Petrova'),
          ),
          list(
            section(plain('List value: '), code('GmbH'), plain(' → '), code('GmbH & Co.')),
            section(plain('New list value: '), code('AG')),
            section(plain('Removed list value: '), code('OHG')),
          ),
        ),
        context(mrkdwn(DATE), note('acme.bitrix24.com')),
      ],
    })
  })
})

describe('a Slack message for events that belong together', () => {
  test('names everybody whose events one read explains', async () => {
    const enrichment = anEnrichment({
      changes: [{ attribute: 'MANDATORY', before: 'N', after: 'Y' }],
      covers: [42, 43, 44],
      users: [
        { id: 1, name: 'Anna Petrova' },
        { id: 2, name: 'Max <Weber>' },
      ],
    })
    expect(await renderSlackMessage(aDelivery({ enrichment }), SENT_AT)).toEqual({
      text:
        'Requisite field “Tax number” (UF_CRM_TAX): settings changed by Anna Petrova and ' +
        'Max &lt;Weber&gt; in acme.bitrix24.com; Mandatory: no → yes; 3 events told together',
      mrkdwn: false,
      blocks: [
        richText(
          section(
            bold('Tax number'),
            plain(' '),
            code('UF_CRM_TAX'),
            plain('\nRequisite field: settings changed by '),
            bold('Anna Petrova'),
            plain(' and '),
            bold('Max <Weber>'),
          ),
          list(section(plain('Mandatory: '), code('no'), plain(' → '), code('yes'))),
        ),
        context(mrkdwn(DATE), note('acme.bitrix24.com'), note('3 events told together')),
      ],
    })
  })

  test('names nobody for what was found by comparing', async () => {
    const event = anEvent({ userId: null, ts: null })
    const enrichment = anEnrichment({ userName: null })
    const message = await renderSlackMessage(
      aDelivery({ origin: 'reconciled', event, enrichment }),
      SENT_AT,
    )
    expect(message.text).toBe(
      'Requisite field “Tax number” (UF_CRM_TAX): settings changed in acme.bitrix24.com; ' +
        'Label (en): Tax no. → Tax number; Found by comparing with the portal, no event arrived',
    )
  })
})

describe('a Slack message with a link', () => {
  test('shows it in a block of its own above the context', async () => {
    const message = await renderSlackMessage(aDelivery({ link: LINK }), SENT_AT)
    expect(message.blocks).toEqual([
      (await renderSlackMessage(aDelivery(), SENT_AT)).blocks[0],
      linkBlock(LINK),
      await contextOf(aDelivery()),
    ])
    expect(message.text).not.toContain('https')
  })

  test.each(['http://acme.bitrix24.com/', 'javascript:alert(1)', `https://${'a'.repeat(2000)}`])(
    'leaves out the unsafe one %j',
    async (link) => {
      expect(await renderSlackMessage(aDelivery({ link }), SENT_AT)).toEqual(
        await renderSlackMessage(aDelivery(), SENT_AT),
      )
    },
  )
})

describe('a Slack message for other messages', () => {
  test('tells name and ids of an event that is not about user fields', async () => {
    const delivery = aDelivery({
      event: anEvent({
        name: 'ONCRMDYNAMICITEMUPDATE',
        field: null,
        data: { FIELDS: { ID: '12', TITLE: 'Confidential', ENTITY_TYPE_ID: 130 } },
      }),
    })
    expect(await renderSlackMessage(delivery, SENT_AT)).toEqual({
      text: 'Bitrix24 event onCrmDynamicItemUpdate caused by user 1 in acme.bitrix24.com',
      mrkdwn: false,
      blocks: [
        richText(
          section(
            bold('onCrmDynamicItemUpdate'),
            plain('\nBitrix24 event caused by '),
            bold('user 1'),
            plain('; ID: '),
            code('12'),
            plain('; ENTITY_TYPE_ID: '),
            code('130'),
          ),
        ),
        context(mrkdwn(DATE), note('acme.bitrix24.com')),
      ],
    })
  })

  test('says that a test is a test', async () => {
    const delivery = aDelivery({ id: 'test-1', sequence: null, previousSequence: null })
    expect(await renderSlackMessage(delivery, SENT_AT + 3_600_000)).toEqual({
      text: 'Test message of bitrix24-event-relay in acme.bitrix24.com',
      mrkdwn: false,
      blocks: [
        richText(
          section(
            bold('Test message of bitrix24-event-relay'),
            plain('\nThe relay reaches this channel. Nothing changed in Bitrix24'),
          ),
        ),
        context(mrkdwn(DATE), note('acme.bitrix24.com')),
      ],
    })
  })

  test('names no portal when a test knows none', async () => {
    const delivery = aDelivery({ sequence: null, domain: null, memberId: '' })
    const message = await renderSlackMessage(delivery, SENT_AT)
    expect(message.text).toBe('Test message of bitrix24-event-relay')
    expect(message.blocks[1]).toEqual(context(mrkdwn(DATE)))
  })

  test('dates an event without a time by its receipt, in whole seconds', async () => {
    const delivery = aDelivery({ event: anEvent({ ts: null }), receivedAt: RECEIVED_AT })
    const date = '<!date^1790000001^{date_short_pretty} {time}|2026-09-21 14:13 UTC>'
    expect(await contextOf(delivery)).toEqual(context(mrkdwn(date), note('acme.bitrix24.com')))
  })

  test('says that it is late, in the message and in the fallback', async () => {
    const late = RECEIVED_AT + 2 * 3_600_000 + 40 * 60_000
    expect(await contextOf(aDelivery(), late)).toEqual(
      context(mrkdwn(DATE), note('acme.bitrix24.com'), note('Delivered 2 h late')),
    )
    expect((await renderSlackMessage(aDelivery(), late)).text).toMatch(/; Delivered 2 h late$/)
  })

  test('says that it was sent again', async () => {
    const delivery = aDelivery({ replayed: true })
    const words = "Sent again at an operator's request, 3 d after the event"
    expect(await contextOf(delivery, RECEIVED_AT + 3 * 86_400_000)).toEqual(
      context(mrkdwn(DATE), note('acme.bitrix24.com'), note(words)),
    )
  })
})

test('layOutSlack() joins neighbours of one style and leaves out what is empty', () => {
  const message = composeMessage(
    { deliveries: [aDelivery()], dashboard: null },
    { words: en, now: SENT_AT },
  )
  const title = [
    own('', 'code'),
    foreign('a', 'strong'),
    own('b', 'strong'),
    own('', 'faint'),
    own('c'),
  ]
  expect(
    layOutSlack({ ...message, title, lead: [own('d'), foreign('', 'code')] }, en).blocks,
  ).toEqual([
    richText(section(bold('ab'), plain('c\nd'))),
    context(mrkdwn(DATE), note('acme.bitrix24.com')),
  ])
})

function fieldEvent(action: FieldAction) {
  const event = anEvent()
  return { ...event, field: event.field === null ? null : { ...event.field, action } }
}

async function contextOf(delivery: Delivery, now = SENT_AT): Promise<unknown> {
  return (await renderSlackMessage(delivery, now)).blocks[1]
}

function richText(...elements: object[]) {
  return { type: 'rich_text', elements }
}

function section(...elements: object[]) {
  return { type: 'rich_text_section', elements }
}

function list(...elements: object[]) {
  return { type: 'rich_text_list', style: 'bullet', elements }
}

function context(...elements: object[]) {
  return { type: 'context', elements }
}

function plain(text: string) {
  return { type: 'text', text }
}

function bold(text: string) {
  return { type: 'text', text, style: { bold: true } }
}

function code(text: string) {
  return { type: 'text', text, style: { code: true } }
}

function italic(text: string) {
  return { type: 'text', text, style: { italic: true } }
}

function mrkdwn(text: string) {
  return { type: 'mrkdwn', text }
}

function note(text: string) {
  return { type: 'plain_text', text, emoji: false }
}
