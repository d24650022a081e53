/** What no text of the CRM can do in Google Chat: the card read back with parse5, `text` with its own rules. */
import * as fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { parseFragment, type DefaultTreeAdapterTypes } from 'parse5'
import { describe, expect, test } from 'vitest'
import { findDroppedParts, findShapeError } from '../../../playground/receivers/googlechat-cards.ts'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import type { ReceiverTerms, Parcel } from '../../../src/destinations/receiver.ts'
import { layOutGoogleChat } from '../../../src/destinations/googlechat/layout.ts'
import { inertGoogleChat } from '../../../src/destinations/googlechat/text.ts'
import { googleChat } from '../../../src/destinations/googlechat/receiver.ts'
import { catalogueOf } from '../../../src/destinations/language/languages.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { type Message } from '../../../src/destinations/message/message.ts'
import { safeText } from '../../../src/destinations/message/safe-text.ts'
import { formatSpanUtc } from '../../../src/destinations/message/wording.ts'
import { hostileParcel, hostileText } from '../../support/hostile-parcels.ts'
import { plainText, type Line } from '../../../src/destinations/message/line.ts'
import { sampled } from '../../support/sampling.ts'

// Such a character is shown as any other; it has no meaning in HTML.
const HARMLESS: readonly string[] = ['noncharacter-in-input-stream']

const URL_TEXT = 'https://chat.googleapis.com/v1/spaces/AAAA/messages?key=abcdefgh&token=ijklmnop'
const words = catalogueOf('en')
// Bare hosts, too, and a top-level domain that the library's list lacks.
const linkify = new MarkdownIt().linkify.set({ fuzzyLink: true }).tlds('example', true)

describe('googlechat message with any text of the CRM', () => {
  test('its card shows every text as it is, and no element but our own', () => {
    fc.assert(
      fc.property(hostileParcel, ({ parcel, now }) => {
        const message = composeMessage(parcel, { words, now })
        const { widgets } = layOutGoogleChat(message).cardsV2?.[0].card.sections[0] ?? {}
        const paragraphs = (widgets ?? []).flatMap((widget) =>
          'textParagraph' in widget ? [readHtml(widget.textParagraph.text)] : [],
        )
        const buttons = (widgets ?? []).flatMap((widget) =>
          'buttonList' in widget ? widget.buttonList.buttons : [],
        )
        expect(paragraphs).toEqual(paragraphsOf(message))
        expect(buttons.map(({ onClick }) => onClick.openLink.url)).toEqual(linksOf(message))
      }),
      { numRuns: sampled(250) },
    )
  })

  test('its headline has no format but our own, no mention, no link and no emoji code', () => {
    fc.assert(
      fc.property(hostileParcel, ({ parcel, now }) => {
        const message = composeMessage(parcel, { words, now })
        const { text } = layOutGoogleChat(message)
        const strong = marked(message.summary, 'strong')
        const code = marked(message.summary, 'code')
        expect([...text.matchAll(/\*([^*]+)\*/g)].map(([, inner]) => inner)).toEqual(strong)
        expect([...text.matchAll(/`([^`]+)`/g)].map(([, inner]) => inner)).toEqual(code)
        expect(findFaults(text.replaceAll(/[*`]/g, ''))).toEqual([])
        expect(text.match(/[*`]/g)?.length ?? 0).toBe(2 * (strong.length + code.length))
      }),
      { numRuns: sampled(250) },
    )
  })

  test('fits, is well-formed, and Google Chat takes and shows all of it', async () => {
    await fc.assert(
      fc.asyncProperty(hostileParcel, async ({ parcel, now }) => {
        const body = await send(parcel, now)
        expect(new TextEncoder().encode(body).length).toBeLessThanOrEqual(30_000)
        expect(body.isWellFormed()).toBe(true)
        // Sound: a body is an object in JSON.
        const payload = JSON.parse(body) as Readonly<Record<string, unknown>>
        expect(String(payload['text']).length).toBeLessThanOrEqual(4000)
        expect(findShapeError(payload)).toBeNull()
        expect(findDroppedParts(payload)).toEqual([])
      }),
      { numRuns: sampled(150) },
    )
  })
})

describe('inertGoogleChat()', () => {
  test('leaves nothing that Chat reads, and the length', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(hostileText, fc.constantFrom('<users/all>', '<users/1>', '- x', '* x'))),
        (parts) => {
          const text = safeText(parts.join(''), 200)
          const inert = inertGoogleChat(text)
          expect(findFaults(inert)).toEqual([])
          expect(inert).not.toMatch(/[*`]/)
          expect(inert).toHaveLength(text.length)
        },
      ),
      { numRuns: sampled(2000) },
    )
  })

  test.each(['UF_CRM_TAX', 'UF_CRM_1_A-b', '12.5 % & more', '-5', 'C/D', '#1 (a) [b]'])(
    'leaves %s as it is',
    (text) => {
      expect(inertGoogleChat(text)).toBe(text)
    },
  )

  test('the reader of this test finds the faults that it is meant to find', () => {
    const faulty = [
      '<users/all>',
      '<https://evil.example|ok>',
      '~a~',
      'a _b_ c',
      ':tada:',
      'see evil.example',
      'https://localhost/x',
      'a@evil.example',
      '@all',
      '- item',
      '&lt;users/all&gt;',
    ]
    expect(faulty.filter((text) => findFaults(text).length === 0)).toEqual([])
  })
})

/** What Chat's own markup would make of a text; the marks `*` and `` ` `` are looked at elsewhere. */
function findFaults(text: string): readonly string[] {
  const rules: readonly (readonly [fault: string, found: boolean])[] = [
    ['mention or link', /[<>]/.test(text)],
    ['entity', /&(?:#\d+|#x[\da-f]+|\w+);/i.test(text)],
    ['strike', text.includes('~')],
    ['italics', /(?:^|[^A-Za-z0-9])_|_(?:[^A-Za-z0-9]|$)/.test(text)],
    ['emoji code', /:[\w+-]+:/.test(text)],
    ['at', text.includes('@')],
    ['address', /:\/\//.test(text) || linkify.test(text)],
    ['list', /^[-*] /.test(text)],
  ]
  return rules.filter(([, found]) => found).map(([fault]) => fault)
}

/** The text of a fragment, line breaks included; throws at an element that no layout of ours writes. */
function readHtml(html: string): string {
  const errors: string[] = []
  const fragment = parseFragment(html, {
    onParseError: ({ code }) => {
      if (!HARMLESS.includes(code)) errors.push(code)
    },
    sourceCodeLocationInfo: false,
  })
  expect(errors).toEqual([])
  return fragment.childNodes.map(readNode).join('')
}

function readNode(node: DefaultTreeAdapterTypes.ChildNode): string {
  if ('value' in node) return node.value
  if (!('tagName' in node)) throw new Error(`Node ${node.nodeName}`)
  if (node.tagName === 'br') return '\n'
  if (!['b', 'i'].includes(node.tagName) || node.attrs.length > 0) {
    throw new Error(`Element ${node.tagName}`)
  }
  return node.childNodes.map(readNode).join('')
}

function marked(line: Line, style: string): readonly string[] {
  return line.filter((span) => span.style === style).map(({ text }) => inertGoogleChat(text))
}

/** What a reader of the card has to see, widget by widget. */
function paragraphsOf(message: Message): readonly string[] {
  const { kind, lead, groups, more, portal, notes, firstAt, lastAt } = message
  const footer = [formatSpanUtc(firstAt, lastAt), portal, ...notes]
  return [
    kind === 'event' || kind === 'test' ? plainText(lead) : '',
    ...groups.map(({ heading, lines }) =>
      [
        ...(heading.length === 0 ? [] : [plainText(heading)]),
        ...lines.map(({ text }) => `• ${plainText(text)}`),
      ].join('\n'),
    ),
    more?.text ?? '',
    footer.filter((text) => text !== '').join(' · '),
  ].filter((text) => text !== '')
}

function linksOf({ link, more }: Message): readonly string[] {
  return [link, more?.link ?? null].flatMap((known) => (known === null ? [] : [known.url]))
}

async function send(parcel: Parcel, now: number): Promise<string> {
  const terms: ReceiverTerms = { policy: { allowLocal: false }, language: 'en', template: null }
  const created = googleChat.create({ url: URL_TEXT }, terms)
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return (await created.value.prepare(parcel, { now, memory: NO_MEMORY })).body
}
