/** What every receiver for people does alike: language, template, digests, and what is left out. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FieldAction } from '../../src/core/log/event.ts'
import { NO_MEMORY, type ReceiverMemory } from '../../src/core/lanes/receiver-memory.ts'
import { err, ok } from '../../src/core/result.ts'
import { createChatType, type ChatKind } from '../../src/destinations/chat.ts'
import type { ChatEndpoint } from '../../src/destinations/chat-endpoint.ts'
import type { Delivery, ReceiverTerms, Parcel } from '../../src/destinations/receiver.ts'
import { SLACK } from '../../src/destinations/slack/profile.ts'
import { measureSlack } from '../../src/destinations/slack/layout.ts'
import { slack } from '../../src/destinations/slack/receiver.ts'
import { telegram } from '../../src/destinations/telegram/receiver.ts'
import { anAnswer } from '../support/an-answer.ts'
import { RECEIVED_AT, SENT_AT, aDelivery, anEnrichment, anEvent } from '../support/a-delivery.ts'
import { findSlackFaults } from '../support/slack-grammar.ts'
import { OPEN_TERMS, SLACK_URL, renderSlackBody } from '../support/slack-render.ts'
import { plainText } from '../../src/destinations/message/line.ts'

const DASHBOARD = 'https://relay.example.com/dashboard/acme'
const SHOW_ALL = { type: 'link', url: DASHBOARD, text: 'Show all' }
const EDIT = aDelivery({ enrichment: anEnrichment() })

describe('a chat receiver', () => {
  test('writes in the language of its destination', async () => {
    expect(await sent({ language: 'ru' })).toMatch(/Tax no\. → Tax number/)
    expect(await sent({ language: 'ru' })).not.toContain('Label')
    expect(await sent({})).toContain('Label (en): Tax no. → Tax number')
  })

  test('posts JSON to its endpoint', async () => {
    const request = await open().prepare({ deliveries: [EDIT], dashboard: null }, TERMS)
    expect(request).toEqual({
      url: 'https://chat.example.com/hook',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'bitrix24-event-relay',
      },
      body: request.body,
    })
    expect(JSON.parse(request.body)).toMatchObject({ to: null })
  })

  test('hands its memory to the layout', async () => {
    const memory: ReceiverMemory = { ...NO_MEMORY, movedTo: '-100' }
    const { body } = await open().prepare(
      { deliveries: [EDIT], dashboard: null },
      { now: SENT_AT, memory },
    )
    expect(JSON.parse(body)).toMatchObject({ to: '-100' })
  })

  test('leaves out lines until its own limit is kept', async () => {
    const changes = Array.from({ length: 5 }, (_, index) => ({
      attribute: `SETTINGS.S${index}`,
      before: 'a',
      after: 'b',
    }))
    const delivery = aDelivery({ enrichment: anEnrichment({ changes }) })
    const { body } = await open({}, { maxLines: 2 }).prepare(
      { deliveries: [delivery], dashboard: null },
      TERMS,
    )
    expect(JSON.parse(body)).toMatchObject({
      lines: ['Setting S0: a → b', 'Setting S1: a → b'],
      more: 'and 3 more',
    })
  })

  test('judges by its profile, and looks for a move first', () => {
    const answer = anAnswer({ status: 200, body: 'ok' })
    expect(open().judge(answer, SENT_AT)).toMatchObject({ kind: 'delivered', status: 200 })
    expect(open({}, { movedTo: '-100' }).judge(answer, SENT_AT)).toEqual({
      kind: 'moved',
      to: '-100',
    })
    expect(open({}, { movedTo: null }).judge(answer, SENT_AT)).toMatchObject({ kind: 'delivered' })
  })

  test('keeps the pace of its profile and the secrets of its endpoint', () => {
    const destination = open()
    expect(destination).toMatchObject({
      secrets: ['hook'],
      paceKey: 'https://chat.example.com/hook',
      carefulMs: SLACK.carefulMs,
      handshake: null,
    })
    expect(destination.pace(NO_MEMORY)).toEqual(SLACK.pace)
  })

  test('lists what is wrong with its address and its template together', () => {
    const created = createChatType(aKind({ isOpen: false })).create(
      {},
      { ...OPEN_TERMS, template: '{{wrong}}' },
    )
    expect(created.ok ? [] : created.error.map(({ setting }) => setting)).toEqual([
      'url',
      'template',
    ])
  })
})

describe('the template of a chat receiver', () => {
  test('replaces the words of a message, with its values escaped', async () => {
    const delivery = aDelivery({
      enrichment: anEnrichment({ field: { label: '<!channel> *Tax*' } }),
    })
    const template = '*{{label}}* by {{user}}'
    expect(await slackText({ template }, { deliveries: [delivery], dashboard: null })).toBe(
      '*&lt;!channel&gt; ∗Tax∗* by Anna Petrova',
    )
  })

  test('leaves a test message as it is', async () => {
    const parcel: Parcel = { deliveries: [aDelivery({ sequence: null })], dashboard: null }
    expect(await renderSlackBody(parcel, SENT_AT, { template: '{{title}}' })).toBe(
      await renderSlackBody(parcel, SENT_AT),
    )
  })

  test('is used for a digest only where it has words for one', async () => {
    const parcel: Parcel = { deliveries: [EDIT, EDIT], dashboard: null }
    expect(await renderSlackBody(parcel, SENT_AT, { template: '{{title}} {{lead}}' })).toBe(
      await renderSlackBody(parcel, SENT_AT),
    )
    const template = '{{count}}:{{#fields}} {{heading}}{{/fields}}'
    expect(await slackText({ template }, parcel)).toBe(
      '2: Tax number UF_CRM_TAX: settings changed by Anna Petrova (2 edits)',
    )
  })

  test('shows fewer lines where all of them are too long', async () => {
    const changes = Array.from({ length: 12 }, (_, index) => ({
      attribute: `SETTINGS.S${index}`,
      before: 'a'.repeat(150),
      after: 'b'.repeat(150),
    }))
    const parcel: Parcel = {
      deliveries: [aDelivery({ enrichment: anEnrichment({ changes }) })],
      dashboard: null,
    }
    const template = '{{#changes}}{{text}}\n{{/changes}}{{more}}'
    const text = await slackText({ template }, parcel)
    expect(text.match(/Setting/g)).toHaveLength(9)
    expect(text).toMatch(/\nand 3 more$/)
    expect(Array.from(text).length).toBeLessThanOrEqual(3000)
  })

  test('falls back to the own words of the relay where it gives nothing for an event', async () => {
    const parcel: Parcel = { deliveries: [aDelivery()], dashboard: null }
    expect(await renderSlackBody(parcel, SENT_AT, { template: '{{label}}' })).toBe(
      await renderSlackBody(parcel, SENT_AT),
    )
  })

  test('falls back to the own words of the relay where it is too long whatever is left out', async () => {
    const template = `${'x'.repeat(2990)}{{label}}`
    const labelled = (label: string): Parcel => ({
      deliveries: [aDelivery({ enrichment: anEnrichment({ field: { label } }) })],
      dashboard: null,
    })
    expect(await slackText({ template }, labelled('Tax number'))).toHaveLength(3000)
    const parcel = labelled('Tax numbers')
    expect(await renderSlackBody(parcel, SENT_AT, { template })).toBe(
      await renderSlackBody(parcel, SENT_AT),
    )
  })

  test('falls back to the own words of the relay where the receiver takes no text of it', async () => {
    const body = await sent({ template: '{{title}}' }, { takesText: false })
    expect(body).toContain('Label (en): Tax no. → Tax number')
    expect(JSON.parse(await sent({ template: '{{title}}' }))).toEqual({
      own: 'Tax number UF_CRM_TAX',
    })
  })

  test('is refused when it gives nothing for the sample', () => {
    expect(createSlack('{{#digest}}x{{/digest}}')).toEqual({
      ok: false,
      error: [{ setting: 'template', problem: 'Must give some text for a sample event' }],
    })
  })

  test('is refused when it gives more characters for the sample than the receiver takes', () => {
    // The code of the sample has 17 characters.
    const start = '\u{1F4B6}'.repeat(2983)
    expect(createSlack(`${start}{{code}}`).ok).toBe(true)
    expect(createSlack(`${start}x{{code}}`)).toEqual({
      ok: false,
      error: [
        {
          setting: 'template',
          problem: 'Must give at most 3000 characters for a sample event: it gives 3001',
        },
      ],
    })
  })
})

describe('a digest in Slack', () => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom(...Array.from('<>&*_~`:@#!|.^{}"\\/\n\0 -0aZжשم')),
        fc.constantFrom(
          '<!channel>',
          'https://evil.example/x',
          ':tada:',
          '&lt;',
          '\u202E',
          '\u200B',
        ),
        fc.nat({ max: 400 }).map((count) => '&'.repeat(count)),
        fc.nat({ max: 200 }).map((count) => '\u{1F4B6}'.repeat(count)),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join(''))
  const delivery = fc
    .record({
      id: fc.nat({ max: 60 }),
      action: fc.constantFrom<FieldAction>('added', 'updated', 'deleted', 'enum_values_set'),
      isField: fc.boolean(),
      texts: fc.tuple(hostile, hostile, hostile, hostile),
      changes: fc.option(
        fc.array(
          fc.record({ attribute: hostile, before: fc.option(hostile), after: fc.option(hostile) }),
          { maxLength: 6 },
        ),
      ),
      origin: fc.constantFrom<Delivery['origin']>('event', 'reconciled'),
      replayed: fc.boolean(),
    })
    .map(({ id, action, isField, texts: [name, code, label, user], changes, ...given }) =>
      aDelivery({
        ...given,
        domain: name,
        event: anEvent({
          name,
          field: isField
            ? { family: 'requisite', action, id, entityId: 'CRM_REQUISITE', fieldName: code }
            : null,
        }),
        enrichment: anEnrichment({ userName: user, field: { label }, changes }),
      }),
    )

  test('of 50 hostile events is inert and within the limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(delivery, { minLength: 50, maxLength: 50 }),
        fc.integer({ min: 0, max: 1e9 }),
        async ([first = aDelivery(), ...others], delay) => {
          const parcel: Parcel = { deliveries: [first, ...others], dashboard: DASHBOARD }
          const body = await renderSlackBody(parcel, RECEIVED_AT + delay)
          expect(measureSlack(body)).toBeLessThanOrEqual(12_000)
          expect(findSlackFaults(withoutOwn(body))).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  }, 60_000)

  test('says how many lines had no room, with a link to the dashboard, and loses none', async () => {
    const grown = '&'.repeat(400)
    const deliveries = Array.from({ length: 50 }, (_, id) => aFieldEdit(id, grown))
    const body = await renderSlackBody(aParcel(deliveries), SENT_AT)
    expect(measureSlack(body)).toBeLessThanOrEqual(12_000)
    const shown = body.match(/"rich_text_list"/g)?.length ?? 0
    expect(shown).toBeGreaterThan(0)
    expect(JSON.parse(body)).toMatchObject({
      text: expect.stringMatching(/^50 changes of settings in 50 fields in acme\.bitrix24\.com; /),
      blocks: [
        {},
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                { type: 'text', text: `and ${50 - shown} more` },
                { type: 'text', text: ' ' },
                SHOW_ALL,
              ],
            },
          ],
        },
        { type: 'context' },
      ],
    })
    // One field more would not have fitted: there is less room than one takes on average.
    expect(measureSlack(body)).toBeGreaterThan(12_000 - measureSlack(body) / shown)
  })

  test('shows no link where nothing is left out or the dashboard is not known', async () => {
    const few = [aFieldEdit(1, 'a'), aFieldEdit(2, 'b')]
    expect(await renderSlackBody(aParcel(few), SENT_AT)).not.toContain('"link"')
    const many = Array.from({ length: 50 }, (_, id) => aFieldEdit(id, '&'.repeat(400)))
    const body = await renderSlackBody({ ...aParcel(many), dashboard: null }, SENT_AT)
    expect(body).toMatch(/and \d+ more/)
    expect(body).not.toContain('"link"')
  })

  test('tells its first and its last time, and each field under a heading of its own', async () => {
    const last = aFieldEdit(2, 'b')
    const parcel = aParcel([
      aFieldEdit(1, 'a'),
      { ...last, event: { ...last.event, ts: (last.event.ts ?? 0) + 120 } },
    ])
    const time = (at: number, text: string): string =>
      `<!date^${at}^{date_short_pretty} {time}|2026-09-21 ${text} UTC>`
    expect(JSON.parse(await renderSlackBody(parcel, SENT_AT))).toEqual({
      text:
        '2 changes of settings in 2 fields in acme.bitrix24.com; ' +
        'a UF_CRM_TAX: settings changed by Anna Petrova; ' +
        'b UF_CRM_TAX: settings changed by Anna Petrova',
      mrkdwn: false,
      blocks: [
        {
          type: 'rich_text',
          elements: [
            section({ text: '2 changes of settings in 2 fields', style: { bold: true } }),
            ...fieldElements('a'),
            ...fieldElements('b'),
          ],
        },
        {
          type: 'context',
          elements: [
            {
              type: 'mrkdwn',
              text: `${time(1_790_000_000, '14:13')} – ${time(1_790_000_120, '14:15')}`,
            },
            { type: 'plain_text', text: 'acme.bitrix24.com', emoji: false },
          ],
        },
      ],
    })
  })
})

const TERMS = { now: SENT_AT, memory: NO_MEMORY }

interface KindTerms {
  readonly isOpen?: boolean
  readonly maxLines?: number
  readonly takesText?: boolean
  /** Absent: the kind knows no orders to move. */
  readonly movedTo?: string | null
}

/** A receiver that shows everything that it is given. */
function aKind({
  isOpen = true,
  maxLines = 100,
  takesText = true,
  movedTo,
}: KindTerms): ChatKind<ChatEndpoint, Readonly<Record<string, unknown>>> {
  const url = 'https://chat.example.com/hook'
  return {
    type: 'chat',
    profile: SLACK,
    open: (_settings, policy) =>
      isOpen
        ? ok({ url, paceKey: url, secrets: ['hook'], policy })
        : err([{ setting: 'url', problem: 'Must be set to a URL' }]),
    layOut: ({ title, groups, more }, { memory }) => ({
      to: memory.movedTo,
      title: plainText(title),
      lines: groups.flatMap(({ lines }) => lines.map(({ text }) => plainText(text))),
      more: more?.text ?? null,
    }),
    layOutText: (text) => ({ own: text }),
    escape: (text) => text,
    fits: (body) => {
      const { lines } = body
      return Array.isArray(lines) ? lines.length <= maxLines : takesText
    },
    ...(movedTo !== undefined && { findMove: () => movedTo }),
  }
}

function open(terms: Partial<ReceiverTerms> = {}, kind: KindTerms = {}) {
  const created = createChatType(aKind(kind)).create({}, { ...OPEN_TERMS, ...terms })
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return created.value
}

async function sent(terms: Partial<ReceiverTerms>, kind: KindTerms = {}): Promise<string> {
  const { body } = await open(terms, kind).prepare({ deliveries: [EDIT], dashboard: null }, TERMS)
  return body
}

function createSlack(template: string) {
  return slack.create({ url: SLACK_URL }, { ...OPEN_TERMS, template })
}

/** The text that a template gave; fails where the relay's own words were used. */
async function slackText(terms: Partial<ReceiverTerms>, parcel: Parcel): Promise<string> {
  const message: unknown = JSON.parse(await renderSlackBody(parcel, SENT_AT, terms))
  expect(message).toMatchObject({
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: expect.any(String) } }],
  })
  // Sound: asserted above.
  return (message as { blocks: [{ text: { text: string } }] }).blocks[0].text.text
}

function aFieldEdit(id: number, text: string): Delivery {
  const event = anEvent()
  return aDelivery({
    event: { ...event, field: event.field && { ...event.field, id } },
    enrichment: anEnrichment({
      field: { label: text },
      changes: [{ attribute: 'XML_ID', before: text, after: `${text}.` }],
    }),
  })
}

function aParcel([first = aDelivery(), ...others]: readonly Delivery[]): Parcel {
  return { deliveries: [first, ...others], dashboard: DASHBOARD }
}

/**
 * The reader of Slack messages knows one event's: the words of the relay that stand only in a digest (its
 * number in front, the range of time, the link to the dashboard) are checked and taken out here.
 */
function withoutOwn(body: string): string {
  expect(body).toMatch(/^\{"text":"50 (?:changes of settings in \d+ fields?|events)/)
  return body
    .replace('{"text":"50 ', '{"text":"')
    .replace('> – <!date', '><!date')
    .replace(`,{"type":"text","text":" "},${JSON.stringify(SHOW_ALL)}`, '')
}

function fieldElements(label: string): readonly object[] {
  return [
    section(
      { text: '\n' },
      { text: label, style: { bold: true } },
      { text: ' ' },
      { text: 'UF_CRM_TAX', style: { code: true } },
      { text: ': settings changed by ' },
      { text: 'Anna Petrova', style: { bold: true } },
    ),
    {
      type: 'rich_text_list',
      style: 'bullet',
      elements: [
        section(
          { text: 'External code: ' },
          { text: label, style: { code: true } },
          { text: ' → ' },
          { text: `${label}.`, style: { code: true } },
        ),
      ],
    },
  ]
}

function section(...texts: readonly object[]): object {
  return {
    type: 'rich_text_section',
    elements: texts.map((text) => ({ type: 'text', ...text })),
  }
}

test('a template whose markup breaks in a section that the sample does not reach keeps the own wording', async () => {
  const template =
    '<b>{{label}}{{#notes}}</b>{{/notes}}{{^notes}}</b>{{/notes}}{{#more}}<i>{{/more}}'
  const created = telegram.create(
    { token: `123456789:${'A'.repeat(35)}`, chat: '-100123' },
    { policy: { allowLocal: false }, language: 'en', template },
  )
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  const changes = Array.from({ length: 20 }, (_, index) => ({
    attribute: `X.${index}`,
    before: 'a',
    after: 'b',
  }))
  const delivery = aDelivery({ enrichment: anEnrichment({ changes }) })
  const request = await created.value.prepare(
    { deliveries: [delivery], dashboard: null },
    { now: delivery.receivedAt, memory: NO_MEMORY },
  )
  expect(request.body).toContain('and 8 more')
})
