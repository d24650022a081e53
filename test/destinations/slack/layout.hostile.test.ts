/** What no text of the CRM can do in Slack, and that the reader which tells so is not blind. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FieldAction, FieldFamily, ThinReason } from '../../../src/core/log/event.ts'
import type { Delivery } from '../../../src/destinations/receiver.ts'
import { RECEIVED_AT, SENT_AT, aDelivery, anEnrichment, anEvent } from '../../support/a-delivery.ts'
import { findSlackFaults, readSlackText } from '../../support/slack-grammar.ts'
import { renderSlackMessage } from '../../support/slack-render.ts'
import { sampled } from '../../support/sampling.ts'

const LINK = 'https://acme.bitrix24.com/crm/configs/fields/CRM_DEAL/edit/UF_CRM_TAX/'

describe('a Slack message with any text of the CRM', () => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom(...Array.from('<>&*_~`:@#!|.^{}"\\/\n\r\t\0 -0aZж中')),
        fc.constantFrom(
          '<!channel>',
          '<@U123>',
          '<https://evil.example|ok>',
          'https://evil.example/x',
          'evil.example',
          ':tada:',
          '*bold*',
          '&lt;!here&gt;',
          '&amp',
          '>quote',
          '\u202E',
          '\u2068',
          '\u2069',
          '\u200B',
          '\uFEFF',
          '\u{E0041}',
          'שלום',
          'مرحبا',
          '\u{1F469}\u200D\u{1F4BB}',
          '<!date^1^{date}|x>',
        ),
        fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)),
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.nat({ max: 400 }).map((count) => '&'.repeat(count)),
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(''))
  const json = fc.oneof(
    hostile,
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.dictionary(hostile, hostile, { maxKeys: 3 }),
  )
  const deliveries = fc
    .record({
      text: fc.array(hostile, { minLength: 5, maxLength: 5 }),
      name: fc.oneof(fc.constant('ONCRMDEALUPDATE'), hostile),
      ts: fc.option(fc.nat({ max: 4e9 })),
      action: fc.constantFrom<FieldAction>('added', 'updated', 'deleted', 'enum_values_set'),
      family: fc.constantFrom<FieldFamily>('requisite', 'type'),
      isField: fc.boolean(),
      data: json,
      changes: fc.option(
        fc.array(
          fc.record({
            attribute: fc.oneof(
              hostile,
              hostile.map((tail) => `EDIT_FORM_LABEL.${tail}`),
              hostile.map((id) => `LIST.${id}.VALUE`),
              fc.constant('MANDATORY'),
            ),
            before: json,
            after: json,
          }),
          { maxLength: 20 },
        ),
      ),
      userId: fc.option(fc.nat()),
      users: fc.array(fc.record({ id: fc.nat({ max: 9 }), name: fc.option(hostile) }), {
        maxLength: 5,
      }),
      group: fc.record({
        toldBy: fc.option(fc.nat()),
        covers: fc.array(fc.nat(), { maxLength: 3 }),
        completes: fc.array(fc.nat(), { maxLength: 2 }),
      }),
      origin: fc.constantFrom<Delivery['origin']>('event', 'reconciled'),
      link: fc.option(fc.constant(LINK)),
      reason: fc.constantFrom<ThinReason>('timeout', 'not_found'),
      replayed: fc.boolean(),
      delayMs: fc.integer({ min: -1e9, max: 1e10 }),
    })
    .map(({ text, isField, ...given }) => ({
      now: RECEIVED_AT + given.delayMs,
      delivery: aDelivery({
        domain: text[0] ?? null,
        replayed: given.replayed,
        origin: given.origin,
        link: given.link,
        event: anEvent({
          name: given.name,
          ts: given.ts,
          userId: given.userId,
          data: given.data,
          field: isField
            ? {
                family: given.family,
                action: given.action,
                id: 1,
                entityId: text[1] ?? '',
                fieldName: text[2] ?? '',
              }
            : null,
        }),
        enrichment: anEnrichment({
          changes: given.changes,
          field: { label: text[3] ?? '' },
          userName: text[4] ?? null,
          status: given.changes === null ? 'unavailable' : 'complete',
          reason: given.changes === null ? given.reason : null,
          users: given.users,
          ...given.group,
        }),
      }),
    }))

  test('makes no mention, link, format, emoji, invalid JSON or oversized block', async () => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ delivery, now }) => {
        const json = JSON.stringify(await renderSlackMessage(delivery, now))
        expect(findSlackFaults(json, delivery.link)).toEqual([])
        expect(json.split('"link"')).toHaveLength(delivery.link === null ? 1 : 2)
      }),
      { numRuns: sampled(1000) },
    )
  }, 60_000)

  test('keeps the text readable: what is literal is shown as it is', async () => {
    const label = '<!channel> *Tax* & :tada: https://example.com'
    const message = await renderSlackMessage(
      aDelivery({ enrichment: anEnrichment({ field: { label }, changes: [] }) }),
      SENT_AT,
    )
    expect(readSlackText(JSON.stringify(message))).toContain(label)
  })

  test('cuts long text on code points', async () => {
    const label = '\u{1F4B6}'.repeat(200)
    const message = await renderSlackMessage(
      aDelivery({ enrichment: anEnrichment({ field: { label } }) }),
      SENT_AT,
    )
    expect(readSlackText(JSON.stringify(message))).toContain(`${'\u{1F4B6}'.repeat(149)}… `)
  })

  test('the reader of this test finds the faults that it is meant to find', async () => {
    const message = await renderSlackMessage(aDelivery(), SENT_AT)
    const broken: readonly [string, object][] = [
      ['control sequence', { text: '<!channel>' }],
      ['broken entity', { text: 'a &am; b' }],
      ['format character in the fallback', { text: 'a *b* c' }],
      ['italics in the fallback', { text: 'a _b_ c' }],
      ['emoji code in the fallback', { text: 'a :tada: c' }],
      ['mention in the fallback', { text: 'a @here c' }],
      ['link in the fallback', { text: 'see evil.example' }],
      ['fallback begins with markup', { text: '&gt; quote' }],
      ['lone surrogate', { text: 'a \uD800 b' }],
      ['invisible character', { text: 'a \u202E b' }],
      ['open isolate', { text: 'a \u2068 b' }],
      ['mrkdwn is on', { mrkdwn: true }],
      ['sequence <!here>', { blocks: [context(mrkdwn('<!here>'))] }],
      ['mrkdwn text x', { blocks: [context(mrkdwn('x'))] }],
      ['control sequence', { blocks: [context(note('<@U1>'))] }],
      ['text of 0 characters', { blocks: [richText(section(plain('')))] }],
      ['text of 3001 characters', { blocks: [richText(section(plain('x'.repeat(3001))))] }],
      ['piece link', { blocks: [richText(section({ type: 'link', url: 'x', text: 'x' }))] }],
    ]
    for (const [fault, change] of broken) {
      expect(findSlackFaults(JSON.stringify({ ...message, ...change }), LINK)).toContain(fault)
    }
  })
})

function richText(...elements: object[]) {
  return { type: 'rich_text', elements }
}

function section(...elements: object[]) {
  return { type: 'rich_text_section', elements }
}

function context(...elements: object[]) {
  return { type: 'context', elements }
}

function plain(text: string) {
  return { type: 'text', text }
}

function mrkdwn(text: string) {
  return { type: 'mrkdwn', text }
}

function note(text: string) {
  return { type: 'plain_text', text, emoji: false }
}
