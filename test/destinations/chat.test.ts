/** The steps that all receivers for people share: language, template, and lines that have no room. */
import { describe, expect, test } from 'vitest'
import { NO_MEMORY, type ReceiverMemory } from '../../src/core/lanes/state/receiver-memory.ts'
import { err, ok } from '../../src/core/result.ts'
import { createChatType, type ChatKind } from '../../src/destinations/chat.ts'
import type { ChatEndpoint } from '../../src/destinations/chat-endpoint.ts'
import type { ReceiverTerms, Parcel } from '../../src/destinations/receiver.ts'
import { SLACK } from '../../src/destinations/slack/profile.ts'
import { slack } from '../../src/destinations/slack/receiver.ts'
import { telegram } from '../../src/destinations/telegram/receiver.ts'
import { anAnswer } from '../support/builders/an-answer.ts'
import {
  SENT_AT,
  aDelivery,
  anEnrichment,
  anEvent,
  someChanges,
} from '../support/builders/a-delivery.ts'
import { aParcel, opened, problemsOf, requestOf } from '../support/messages/opened-receiver.ts'
import { renderSlackBody } from '../support/messages/slack-render.ts'
import { plainText } from '../../src/destinations/message/text/line.ts'
import { WORKING_SETTINGS } from '../support/builders/working-settings.ts'

const EDIT = aDelivery({ enrichment: anEnrichment() })

describe('a chat receiver', () => {
  test('writes in the language of its destination', async () => {
    expect(await sent({ language: 'ru' })).toMatch(/Tax no\. → Tax number/)
    expect(await sent({ language: 'ru' })).not.toContain('Label')
    expect(await sent({})).toContain('label (en) Tax no. → Tax number')
  })

  test('posts JSON to its endpoint', async () => {
    const request = await requestOf(open(), aParcel(EDIT))
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
    const { body } = await open().prepare(aParcel(EDIT), { now: SENT_AT, memory })
    expect(JSON.parse(body)).toMatchObject({ to: '-100' })
  })

  test('leaves out lines until its own limit is kept', async () => {
    const changes = someChanges(5, 'a', 'b')
    const delivery = aDelivery({ enrichment: anEnrichment({ changes }) })
    const { body } = await requestOf(open({}, { maxLines: 2 }), aParcel(delivery))
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
    const type = createChatType(aKind({ isOpen: false }))
    expect(problemsOf(type, {}, { template: '{{wrong}}' })).toEqual([
      'url: Must be set to a URL',
      expect.stringMatching(/^template: Must use known variables/),
    ])
  })
})

describe('the template of a chat receiver', () => {
  test('replaces the words of a message, with its values escaped', async () => {
    const delivery = aDelivery({
      enrichment: anEnrichment({ field: { label: '<!channel> *Tax*' } }),
    })
    const template = '*{{label}}* by {{user}}'
    expect(await slackText({ template }, aParcel(delivery))).toBe(
      '*&lt;!channel&gt; ∗Tax∗* by Anna Petrova',
    )
  })

  test('is used for a test message, unless nothing is left of it then', async () => {
    const parcel = aParcel(aDelivery({ sequence: null, event: anEvent({ field: null }) }))
    expect(await slackText({ template: 'Ours: {{title}}' }, parcel)).toMatch(/^Ours: /)
    const template = '{{#changes}}{{text}}{{/changes}}'
    expect(await renderSlackBody(parcel, SENT_AT, { template })).toBe(
      await renderSlackBody(parcel, SENT_AT),
    )
  })

  test('is used for a digest only where it has words for one', async () => {
    const parcel = aParcel([EDIT, EDIT])
    expect(await renderSlackBody(parcel, SENT_AT, { template: '{{title}} {{lead}}' })).toBe(
      await renderSlackBody(parcel, SENT_AT),
    )
    const template = '{{count}}:{{#fields}} {{heading}}{{/fields}}'
    expect(await slackText({ template }, parcel)).toBe(
      '2: 🔄 Tax number: label (en) Tax no. → Tax number — Anna Petrova · Company details field UF_CRM_TAX · 2 edits',
    )
  })

  test('shows fewer lines where all of them are too long', async () => {
    const changes = someChanges(12, 'a'.repeat(150), 'b'.repeat(150))
    const parcel = aParcel(aDelivery({ enrichment: anEnrichment({ changes }) }))
    const template = '{{#changes}}{{text}}\n{{/changes}}{{more}}'
    const text = await slackText({ template }, parcel)
    expect(text.match(/Setting/g)).toHaveLength(9)
    expect(text).toMatch(/\nand 3 more$/)
    expect(Array.from(text).length).toBeLessThanOrEqual(3000)
  })

  test('falls back to the own words of the relay where it gives nothing for an event', async () => {
    const parcel = aParcel()
    expect(await renderSlackBody(parcel, SENT_AT, { template: '{{label}}' })).toBe(
      await renderSlackBody(parcel, SENT_AT),
    )
  })

  test('falls back to the own words of the relay where it is too long whatever is left out', async () => {
    const template = `${'x'.repeat(2990)}{{label}}`
    const labelled = (label: string): Parcel =>
      aParcel(aDelivery({ enrichment: anEnrichment({ field: { label } }) }))
    expect(await slackText({ template }, labelled('Tax number'))).toHaveLength(3000)
    const parcel = labelled('Tax numbers')
    expect(await renderSlackBody(parcel, SENT_AT, { template })).toBe(
      await renderSlackBody(parcel, SENT_AT),
    )
  })

  test('falls back to the own words of the relay where the receiver takes no text of it', async () => {
    const body = await sent({ template: '{{title}}' }, { takesText: false })
    expect(body).toContain('label (en) Tax no. → Tax number')
    expect(JSON.parse(await sent({ template: '{{title}}' }))).toEqual({
      own: '🔄 Tax number: label (en) Tax no. → Tax number — Anna Petrova',
    })
  })

  test('is refused when it gives nothing for the sample', () => {
    expect(problemsOfTemplate('{{#digest}}x{{/digest}}')).toEqual([
      'template: Must give some text for a sample event',
    ])
  })

  test('is refused when it gives more characters for the sample than the receiver takes', () => {
    // The code of the sample has 17 characters.
    const start = '\u{1F4B6}'.repeat(2983)
    expect(problemsOfTemplate(`${start}{{code}}`)).toEqual([])
    expect(problemsOfTemplate(`${start}x{{code}}`)).toEqual([
      'template: Must give at most 3000 characters for a sample event: it gives 3001',
    ])
  })

  test('keeps the own wording where its markup breaks in a section that the sample does not reach', async () => {
    const template =
      '<b>{{label}}{{#notes}}</b>{{/notes}}{{^notes}}</b>{{/notes}}{{#more}}<i>{{/more}}'
    const changes = someChanges(20, 'a', 'b')
    const delivery = aDelivery({ enrichment: anEnrichment({ changes }) })
    const receiver = opened(telegram, WORKING_SETTINGS.telegram, { template })
    const { body } = await requestOf(receiver, aParcel(delivery))
    expect(body).toContain('and 8 more')
  })
})

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
  return opened(createChatType(aKind(kind)), {}, terms)
}

async function sent(terms: Partial<ReceiverTerms>, kind: KindTerms = {}): Promise<string> {
  return (await requestOf(open(terms, kind), aParcel(EDIT))).body
}

function problemsOfTemplate(template: string): readonly string[] {
  return problemsOf(slack, WORKING_SETTINGS.slack, { template })
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
