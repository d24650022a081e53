/** What no text of the CRM can do in Teams, read back with Microsoft's library and with markdown-it. */
import * as fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { describe, expect, test } from 'vitest'
import { findCardProblems } from '../../../playground/receivers/teams-cards.ts'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import type { ReceiverTerms, Parcel } from '../../../src/destinations/receiver.ts'
import { catalogueOf } from '../../../src/destinations/language/languages.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { type Message } from '../../../src/destinations/message/message.ts'
import { safeText } from '../../../src/destinations/message/safe-text.ts'
import { layOutTeams } from '../../../src/destinations/teams/layout.ts'
import { inertTeams, splitTeams } from '../../../src/destinations/teams/text.ts'
import { teams } from '../../../src/destinations/teams/receiver.ts'
import { aDelivery, anEnrichment, anEvent, RECEIVED_AT } from '../../support/a-delivery.ts'
import { hostileParcel, hostileText } from '../../support/hostile-parcels.ts'
import { readTeamsCard } from '../../support/node/teams-reader.ts'
import { plainText } from '../../../src/destinations/message/line.ts'
import { sampled } from '../../support/sampling.ts'

const URL_TEXT =
  'https://prod-12.westeurope.logic.azure.com/workflows/x/triggers/manual?sig=abcdefgh'
const MAX_BYTES = 20_480
const MACRO = String.raw`\{\{DATE\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, SHORT\)\}\} \{\{TIME\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)\}\}`
const TIME = new RegExp(`^${MACRO}(?: – ${MACRO})?$`)
const words = catalogueOf('en')

// What only Teams and its workflows read.
const hostileTexts = fc
  .array(
    fc.oneof(
      hostileText,
      fc.constantFrom(
        '<at>Anna</at>',
        '</AT>',
        '{{DATE(2026-09-21T14:13:20Z, SHORT)}}',
        '{{TIME(2026-09-21T14:13:20Z)}}',
        '{{',
        '//localhost/x',
        '[a]: //evil.example',
      ),
      fc
        .tuple(fc.constantFrom('<at', '{{D', '"', '&', '\u{1F4B6}'), fc.nat({ max: 200 }))
        .map(([text, count]) => text.repeat(count)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

const hostileParcels = fc.oneof(
  hostileParcel,
  fc
    .tuple(hostileTexts, hostileTexts, hostileTexts, hostileTexts, fc.boolean())
    .map(([label, userName, fieldName, domain, isDigest]) => {
      const { field } = anEvent()
      const delivery = aDelivery({
        domain,
        event: anEvent({ field: field === null ? null : { ...field, fieldName } }),
        enrichment: anEnrichment({
          field: { label },
          userName,
          changes: [{ attribute: 'XML_ID', before: userName, after: label }],
        }),
      })
      const deliveries: Parcel['deliveries'] = isDigest ? [delivery, delivery] : [delivery]
      return { parcel: { deliveries, dashboard: null }, now: RECEIVED_AT }
    }),
)

describe('teams card with any text of the CRM', () => {
  test('shows every text as it is, and the only Markdown is the time', () => {
    fc.assert(
      fc.property(hostileParcels, ({ parcel, now }) => {
        const message = composeMessage(parcel, { words, now })
        const { content } = layOutTeams(message).attachments[0]
        const { shown, actions, faults } = readTeamsCard(content)
        expect(faults).toEqual([])
        expect(actions).toEqual(linksOf(message))
        const blocks = content.body.flatMap((block) => (block.type === 'TextBlock' ? [block] : []))
        expect(blocks).toHaveLength(1)
        expect(blocks[0]?.text).toMatch(TIME)
        const literal = shown.filter(({ type }) => type === 'RichTextBlock')
        expect(shown).toHaveLength(literal.length + 1)
        expect(literal.map(({ text }) => text)).toEqual(paragraphsOf(message))
      }),
      { numRuns: sampled(250) },
    )
  })

  test('fits, well-formed, without a mention, and Teams would show all of it', async () => {
    await fc.assert(
      fc.asyncProperty(hostileParcels, async ({ parcel, now }) => {
        const body = await send(parcel, now)
        expect(new TextEncoder().encode(body).length).toBeLessThanOrEqual(MAX_BYTES)
        expect(body.isWellFormed()).toBe(true)
        expect(body).not.toMatch(/<\/?at/i)
        expect(findCardProblems(cardOf(body))).toEqual([])
      }),
      { numRuns: sampled(150) },
    )
  })

  test('in pieces a text is the same text', () => {
    fc.assert(
      fc.property(hostileTexts, (text) => {
        const pieces = splitTeams(text)
        expect(pieces.join('')).toBe(text)
        for (const piece of pieces) expect(piece).not.toMatch(/\{\{[dt]|<\/?at/i)
      }),
    )
  })
})

describe('inertTeams()', () => {
  const markdown = new MarkdownIt({ html: true, linkify: true })
  // Bare hosts, too, and a top-level domain that the library's list lacks.
  markdown.linkify.set({ fuzzyLink: true }).tlds('example', true)
  const contexts: readonly (readonly [before: string, after: string])[] = [
    ['', ''],
    ['', ' rest'],
    ['', ' [link](https://relay.example.com/)'],
    ['', '[link](https://relay.example.com/)'],
    ['**Label** ', ' (x)'],
    ['** ', ' **'],
    ['- ', ''],
    ['see https://relay.example.com/ and ', ' or `code`'],
    ['{', '}'],
    ['(', ')'],
    ['a < ', ' > b'],
    ['_', '_'],
    ['*', '*'],
    ['~~', '~~'],
  ]

  test('makes any text plain text of Markdown, wherever it stands in a line', () => {
    fc.assert(
      fc.property(fc.constantFrom(...contexts), hostileTexts, ([before, after], text) => {
        const inert = inertTeams(safeText(text, 80))
        fc.pre(inert !== '')
        expect(read(before + inert + after)).toEqual(expected({ before, inert, after }))
      }),
      { numRuns: sampled(2500) },
    )
  })

  const traps = Array.from('*_~`[]<>{}\\|@#!/-+=.)(:&').flatMap((mark) => [
    mark,
    `${mark}${mark}${mark}`,
    `${mark} a`,
    `a${mark}`,
    `${mark}a${mark}`,
    `a ${mark}b${mark} c`,
    `a ${mark}b`,
    `a${mark} b`,
  ])
  const links = [
    '1.',
    '1. a',
    '12) a',
    '# a',
    '[a](b)',
    '<b>',
    '//localhost/x',
    'evil.example',
    'a@b.example',
  ]

  test.each([...traps, ...links])('makes %s plain text of Markdown', (text) => {
    const inert = inertTeams(text)
    for (const [before, after] of contexts) {
      expect(read(before + inert + after)).toEqual(expected({ before, inert, after }))
    }
  })

  test('leaves no macro, mention or address, and keeps the length and every letter', () => {
    fc.assert(
      fc.property(hostileTexts, (raw) => {
        const text = safeText(raw, 200)
        const inert = inertTeams(text)
        expect(inert).not.toMatch(/[{}<>@]|:\/\//)
        expect(markdown.linkify.test(inert)).toBe(false)
        expect(inert).toHaveLength(text.length)
        // What is no letter in the text may have become a look-alike.
        const kept = Array.from(inert).map((character, index) =>
          /[\p{L}\p{N} ,;:]/u.test(Array.from(text)[index] ?? '') ? character : '?',
        )
        expect(kept.join('')).toBe(text.replace(/[^\p{L}\p{N} ,;:]/gu, '?'))
      }),
      { numRuns: sampled(1000) },
    )
  })

  test.each(['UF_CRM_TAX', 'UF_CRM_1_A-b', '12.5 % & more', "it's (a) note!?", '-5', 'C/D'])(
    'leaves %s as it is',
    (text) => {
      expect(inertTeams(text)).toBe(text)
    },
  )

  /** What the line is with a harmless word instead of the text, and the text where that word stands. */
  function expected({
    before,
    inert,
    after,
  }: Readonly<Record<'before' | 'inert' | 'after', string>>) {
    const { types, text } = read(`${before}Q${after}`)
    return { types, text: text.replace('Q', () => inert) }
  }

  function read(line: string): { types: readonly string[]; text: string } {
    const tokens = markdown.parse(line, {})
    const inner = tokens.flatMap((token) => [token, ...(token.children ?? [])])
    // Whether text is one token or several says nothing.
    const types = inner.map(({ type }) => type)
    return {
      types: types.filter((type, index) => type !== 'text' || types[index - 1] !== 'text'),
      text: inner
        .filter(({ type }) => type === 'text' || type === 'code_inline')
        .map(({ content }) => content)
        .join('|')
        .replaceAll('|', ''),
    }
  }
})

/** What a reader of the message has to see, paragraph by paragraph. */
function paragraphsOf({ title, lead, groups, more, portal, notes }: Message): readonly string[] {
  const footer = [portal, ...notes].filter((text) => text !== '').join(' · ')
  return [
    plainText(title),
    plainText(lead),
    ...groups.flatMap(({ heading, lines }) => [
      plainText(heading),
      ...lines.map(({ text }) => `•\u00A0${plainText(text)}`),
    ]),
    more?.text ?? '',
    footer,
  ].filter((text) => text !== '')
}

function linksOf({ link, more }: Message): readonly object[] {
  return [link, more?.link ?? null].flatMap((known) =>
    known === null ? [] : [{ title: known.text, url: known.url }],
  )
}

async function send(parcel: Parcel, now: number): Promise<string> {
  const terms: ReceiverTerms = { policy: { allowLocal: false }, language: 'en', template: null }
  const created = teams.create({ url: URL_TEXT }, terms)
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return (await created.value.prepare(parcel, { now, memory: NO_MEMORY })).body
}

function cardOf(body: string): unknown {
  // Sound: the golden tests show that every message has this form.
  const message = JSON.parse(body) as { attachments: { content: unknown }[] }
  return message.attachments[0]?.content
}
