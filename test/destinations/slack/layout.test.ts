/** Messages for Slack that have no golden file: long ones, the fallback, and a test without a portal. */
import { describe, expect, test } from 'vitest'
import { en } from '../../../src/destinations/language/en.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { layOutSlack, measureSlack } from '../../../src/destinations/slack/layout.ts'
import {
  RECEIVED_AT,
  SENT_AT,
  aDelivery,
  anEnrichment,
  anEvent,
  someChanges,
  aUserField,
} from '../../support/builders/a-delivery.ts'
import { readSlackText } from '../../support/messages/slack-grammar.ts'
import { renderSlackMessage } from '../../support/messages/slack-render.ts'
import { foreign, own } from '../../../src/destinations/message/text/line.ts'

// Differences of 160 escaped characters on both sides that fit into 12,000 characters.
const FIT = 5
const DATE = '<!date^1790000000^{date_short_pretty} {time}|2026-09-21 14:13 UTC>'

describe('a Slack message for an updated field', () => {
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
    expect(message.text).toContain(' · Help text (en): differs in a part not shown')
  })

  test('shows the first twelve differences and counts the others', async () => {
    const changes = someChanges(13, 'a', 'b')
    const message = await renderSlackMessage(
      aDelivery({ enrichment: anEnrichment({ changes }) }),
      SENT_AT,
    )
    const text = readSlackText(JSON.stringify(message))
    expect(text).toContain('Setting S11: a → band 1 more')
    expect(text).not.toContain('S12')
    expect(message.text.match(/Setting S/g)).toHaveLength(3)
    // The fallback shows three only, so that the number of the message would be wrong there.
    expect(message.text).not.toContain('more')
    expect(message.blocks[1]).toEqual(richText(section(plain('and 1 more'))))
  })

  test('has a fallback in which a line without room bars no shorter one behind it', () => {
    const lines = ['x'.repeat(1000), 'y'.repeat(1500), 'short'].map((text) => ({
      text: [foreign(text)],
      brief: [],
      label: [],
      before: null,
      after: null,
    }))
    const parcel = { deliveries: [aDelivery()] as const, dashboard: null }
    const message = composeMessage(parcel, { words: en, now: SENT_AT })
    const { text } = layOutSlack(
      { ...message, groups: [{ heading: [], headlined: [], lines }] },
      en,
    )
    expect(text).toMatch(/ · x{1000} · short$/)
  })

  test.each([10, 11, 12])('shows of %i large differences as many as fit', async (length) => {
    const changes = someChanges(length, '&'.repeat(160), '<'.repeat(160))
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
    const message = await renderSlackMessage(
      aDelivery({
        domain: grown,
        event: anEvent({ field: aUserField({ fieldName: grown }) }),
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

describe('a Slack message for other messages', () => {
  test('names no portal when a test knows none', async () => {
    const delivery = aDelivery({ sequence: null, domain: null, memberId: '' })
    const message = await renderSlackMessage(delivery, SENT_AT)
    expect(message.text).toBe('Test message from bitrix24-event-relay')
    expect(message.blocks[1]).toEqual(context(mrkdwn(DATE)))
  })

  test('dates an event without a time by its receipt, in whole seconds', async () => {
    const delivery = aDelivery({ event: anEvent({ ts: null }), receivedAt: RECEIVED_AT })
    const date = '<!date^1790000001^{date_short_pretty} {time}|2026-09-21 14:13 UTC>'
    const { blocks } = await renderSlackMessage(delivery, SENT_AT)
    expect(blocks[1]).toEqual(context(mrkdwn(date), note('· acme.bitrix24.com')))
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
    context(mrkdwn(DATE), note('· acme.bitrix24.com')),
  ])
})

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

function mrkdwn(text: string) {
  return { type: 'mrkdwn', text }
}

function note(text: string) {
  return { type: 'plain_text', text, emoji: false }
}
