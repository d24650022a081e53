/** What people see in Slack: one golden message of each kind, and what no text of the CRM can do. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FieldAction, FieldFamily } from '../../src/core/event.ts'
import type { Delivery } from '../../src/destinations/destination.ts'
import { measure, renderSlackMessage } from '../../src/destinations/slack-blocks.ts'
import { RECEIVED_AT, aDelivery, anEnrichment, anEvent } from '../support/a-delivery.ts'
import { findSlackFaults, readSlackText } from '../support/slack-grammar.ts'

const NOW = RECEIVED_AT + 500
// Differences of 160 escaped characters on both sides that fit into 12,000 characters.
const FIT = 5
const DATE = '<!date^1790000000^{date_short_pretty} {time}|2026-09-21 14:13 UTC>'

describe('renderSlackMessage() for an updated field', () => {
  test('tells label, code, user and every difference', () => {
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
    expect(renderSlackMessage(delivery, NOW)).toEqual({
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

  test('says without enrichment what is known and no more', () => {
    expect(renderSlackMessage(aDelivery(), NOW)).toEqual({
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

  test('says why the details are not known', () => {
    const enrichment = anEnrichment({ status: 'unavailable', reason: 'timeout', changes: null })
    expect(contextOf(aDelivery({ enrichment }))).toEqual(
      context(
        mrkdwn(DATE),
        note('acme.bitrix24.com'),
        note('Details are not known: the portal did not answer in time'),
      ),
    )
  })

  test('does not claim a difference between values that are cut alike', () => {
    const [start, end] = ['a'.repeat(500), 'z'.repeat(500)]
    const changes = [
      { attribute: 'HELP_MESSAGE.en', before: `${start}1${end}`, after: `${start}2${end}` },
    ]
    const message = renderSlackMessage(aDelivery({ enrichment: anEnrichment({ changes }) }), NOW)
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

  test('shows the first twelve differences and counts the others', () => {
    const changes = Array.from({ length: 13 }, (_, index) => ({
      attribute: `SETTINGS.S${index + 1}`,
      before: 'a',
      after: 'b',
    }))
    const message = renderSlackMessage(aDelivery({ enrichment: anEnrichment({ changes }) }), NOW)
    const text = readSlackText(JSON.stringify(message))
    expect(text).toContain('Setting S12: a → band 1 more')
    expect(text).not.toContain('S13')
    expect(message.text.match(/Setting/g)).toHaveLength(3)
  })

  test.each([10, 11, 12])('shows of %i large differences as many as fit', (length) => {
    const changes = Array.from({ length }, (_, index) => ({
      attribute: `SETTINGS.S${index + 1}`,
      before: '&'.repeat(160),
      after: '<'.repeat(160),
    }))
    const message = renderSlackMessage(aDelivery({ enrichment: anEnrichment({ changes }) }), NOW)
    expect(measure(message)).toBeLessThanOrEqual(12_000)
    const shown = readSlackText(JSON.stringify(message)).match(/Setting S/g)?.length ?? 0
    expect(shown).toBe(FIT)
    expect(readSlackText(JSON.stringify(message))).toMatch(new RegExp(`and ${length - FIT} more$`))
  })
})

describe('renderSlackMessage() for texts that grow by escaping', () => {
  test('shows one change in any case', () => {
    const grown = '&'.repeat(400)
    const event = anEvent()
    const field = event.field === null ? null : { ...event.field, fieldName: grown }
    const message = renderSlackMessage(
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
      NOW,
    )
    expect(measure(message)).toBeLessThanOrEqual(12_000)
    expect(readSlackText(JSON.stringify(message))).toMatch(/ → &{80}…&{78}\.and [1-9] more$/)
  })
})

describe('renderSlackMessage() for other changes of a field', () => {
  test.each(['added', 'deleted'] as const)(
    'shows six settings of a field that was %s',
    (action) => {
      const changes = Array.from({ length: 8 }, (_, index) => ({
        attribute: `SETTINGS.S${index + 1}`,
        before: action === 'added' ? null : 'a',
        after: action === 'added' ? 'a' : null,
      }))
      const delivery = aDelivery({
        event: fieldEvent(action),
        enrichment: anEnrichment({ changes }),
      })
      const text = readSlackText(JSON.stringify(renderSlackMessage(delivery, NOW)))
      expect(text).toContain('Setting S6: aand 2 more')
    },
  )

  test('tells the settings of a created field', () => {
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
    expect(renderSlackMessage(delivery, NOW)).toEqual({
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

  test('tells the last settings of a deleted field', () => {
    const delivery = aDelivery({
      event: { ...fieldEvent('deleted'), userId: null },
      domain: null,
      enrichment: anEnrichment({
        userName: null,
        changes: [{ attribute: 'USER_TYPE_ID', before: 'string', after: null }],
      }),
    })
    expect(renderSlackMessage(delivery, NOW)).toEqual({
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

  test('tells which list values came, went and changed', () => {
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
    expect(renderSlackMessage(delivery, NOW)).toEqual({
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

describe('renderSlackMessage() for other messages', () => {
  test('tells name and ids of an event that is not about user fields', () => {
    const delivery = aDelivery({
      event: anEvent({
        name: 'ONCRMDYNAMICITEMUPDATE',
        field: null,
        data: { FIELDS: { ID: '12', TITLE: 'Confidential', ENTITY_TYPE_ID: 130 } },
      }),
    })
    expect(renderSlackMessage(delivery, NOW)).toEqual({
      text: 'Bitrix24 event onCrmDynamicItemUpdate caused by user 1 in acme.bitrix24.com',
      mrkdwn: false,
      blocks: [
        richText(
          section(
            bold('onCrmDynamicItemUpdate'),
            plain('\nBitrix24 event caused by '),
            bold('user 1'),
            plain('\nID: '),
            code('12'),
            plain(', ENTITY_TYPE_ID: '),
            code('130'),
          ),
        ),
        context(mrkdwn(DATE), note('acme.bitrix24.com')),
      ],
    })
  })

  test('says that a test is a test', () => {
    const delivery = aDelivery({ id: 'test-1', sequence: null, previousSequence: null })
    expect(renderSlackMessage(delivery, NOW + 3_600_000)).toEqual({
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

  test('names no portal when a test knows none', () => {
    const delivery = aDelivery({ sequence: null, domain: null, memberId: '' })
    const message = renderSlackMessage(delivery, NOW)
    expect(message.text).toBe('Test message of bitrix24-event-relay')
    expect(message.blocks[1]).toEqual(context(mrkdwn(DATE)))
  })

  test('dates an event without a time by its receipt, in whole seconds', () => {
    const delivery = aDelivery({ event: anEvent({ ts: null }), receivedAt: RECEIVED_AT })
    const date = '<!date^1790000001^{date_short_pretty} {time}|2026-09-21 14:13 UTC>'
    expect(contextOf(delivery)).toEqual(context(mrkdwn(date), note('acme.bitrix24.com')))
  })

  test('says that it is late, in the message and in the fallback', () => {
    const late = RECEIVED_AT + 2 * 3_600_000 + 40 * 60_000
    expect(contextOf(aDelivery(), late)).toEqual(
      context(mrkdwn(DATE), note('acme.bitrix24.com'), note('Delivered 2 h late')),
    )
    expect(renderSlackMessage(aDelivery(), late).text).toMatch(/; Delivered 2 h late$/)
  })

  test('says that it was sent again', () => {
    const delivery = aDelivery({ replayed: true })
    const words = "Sent again at an operator's request, 3 d after the event"
    expect(contextOf(delivery, RECEIVED_AT + 3 * 86_400_000)).toEqual(
      context(mrkdwn(DATE), note('acme.bitrix24.com'), note(words)),
    )
  })
})

describe('renderSlackMessage() with any text of the CRM', () => {
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
      text: fc.array(hostile, { minLength: 6, maxLength: 6 }),
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
      replayed: fc.boolean(),
      delayMs: fc.integer({ min: -1e9, max: 1e10 }),
    })
    .map(({ text, isField, ...given }) => ({
      now: RECEIVED_AT + given.delayMs,
      delivery: aDelivery({
        domain: text[0] ?? null,
        replayed: given.replayed,
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
          reason: text[5] ?? null,
        }),
      }),
    }))

  test('makes no mention, link, format, emoji, invalid JSON or oversized block', () => {
    fc.assert(
      fc.property(deliveries, ({ delivery, now }) => {
        expect(findSlackFaults(JSON.stringify(renderSlackMessage(delivery, now)))).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  test('keeps the text readable: what is literal is shown as it is', () => {
    const label = '<!channel> *Tax* & :tada: https://example.com'
    const message = renderSlackMessage(
      aDelivery({ enrichment: anEnrichment({ field: { label }, changes: [] }) }),
      NOW,
    )
    expect(readSlackText(JSON.stringify(message))).toContain(label)
  })

  test('cuts long text on code points', () => {
    const label = '\u{1F4B6}'.repeat(200)
    const message = renderSlackMessage(
      aDelivery({ enrichment: anEnrichment({ field: { label } }) }),
      NOW,
    )
    expect(readSlackText(JSON.stringify(message))).toContain(`${'\u{1F4B6}'.repeat(149)}… `)
  })

  test('the reader of this test finds the faults that it is meant to find', () => {
    const message = renderSlackMessage(aDelivery(), NOW)
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
      expect(findSlackFaults(JSON.stringify({ ...message, ...change }))).toContain(fault)
    }
  })
})

function fieldEvent(action: FieldAction) {
  const event = anEvent()
  return { ...event, field: event.field === null ? null : { ...event.field, action } }
}

function contextOf(delivery: Delivery, now = NOW): unknown {
  return renderSlackMessage(delivery, now).blocks[1]
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
