/**
 * Whatever a CRM writes, Mattermost shows it as text: read back by CommonMark with every automatic link,
 * and searched for what Mattermost's clients and server make of text afterwards.
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isMattermostError,
  readMattermostPayload,
} from '../../../playground/receivers/mattermost-payload.ts'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import { catalogueOf, LANGUAGES } from '../../../src/destinations/language/languages.ts'
import {
  codeMattermost,
  inertMattermost,
  linkMattermost,
  writeMattermost,
} from '../../../src/destinations/mattermost/text.ts'
import { layOutMattermost } from '../../../src/destinations/mattermost/layout.ts'
import { mattermost } from '../../../src/destinations/mattermost/receiver.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { type Link, type Message } from '../../../src/destinations/message/message.ts'
import { safeText } from '../../../src/destinations/message/safe-text.ts'
import { hostileParcel, hostileText } from '../../support/hostile-parcels.ts'
import { mergePieces, piecesOf, readMarkdown, type Piece } from '../../support/read-markdown.ts'
import { foreign, type Line } from '../../../src/destinations/message/line.ts'
import { sampled } from '../../support/sampling.ts'

const NUM_RUNS = sampled(200)
const TIMEOUT_MS = 30_000

// What every look-alike stands for.
const MEANT: ReadonlyMap<string, string> = new Map([
  ['∗', '*'],
  ['ˍ', '_'],
  ['∼', '~'],
  ['ˋ', '`'],
  ['∶', ':'],
  ['；', ';'],
  ['＠', '@'],
  ['＃', '#'],
  ['․', '.'],
  ['＜', '<'],
  ['＞', '>'],
  ['［', '['],
  ['］', ']'],
  ['＼', '\\'],
  ['＄', '$'],
  ['＆', '&'],
  ['∣', '|'],
  ['‐', '-'],
  ['＋', '+'],
  ['＝', '='],
  ['）', ')'],
])

describe('mattermost with hostile texts', { timeout: TIMEOUT_MS }, () => {
  test('shows every text as it is meant, in exactly its own lines, styles and links', () => {
    fc.assert(
      fc.property(hostileParcel, fc.constantFrom(...LANGUAGES), ({ parcel, now }, language) => {
        const words = catalogueOf(language)
        const message = composeMessage(parcel, { words, now })
        const [{ text }] = layOutMattermost(message, words).attachments
        const read = readMarkdown(text)
        expect(read.map((line) => line.map(unfold))).toEqual(
          expectedLines(message).map((line) => line.map(unfold)),
        )
      }),
      { numRuns: NUM_RUNS },
    )
  })

  test('makes nothing of what Mattermost reads in text and in code', () => {
    fc.assert(
      fc.property(hostileParcel, fc.constantFrom(...LANGUAGES), ({ parcel, now }, language) => {
        const words = catalogueOf(language)
        const message = composeMessage(parcel, { words, now })
        const [{ text, fallback }] = layOutMattermost(message, words).attachments
        expect(findServerForms(text)).toEqual([])
        expect(findServerForms(fallback)).toEqual([])
        for (const line of readMarkdown(text)) expect(findClientForms(line)).toEqual([])
      }),
      { numRuns: NUM_RUNS },
    )
  })

  test('is taken by Mattermost however long it is', async () => {
    await fc.assert(
      fc.asyncProperty(hostileParcel, async ({ parcel, now }) => {
        const { body } = await open().prepare(parcel, { now, memory: NO_MEMORY })
        const read = readMattermostPayload(JSON.parse(body))
        expect(isMattermostError(read) ? read : null).toBeNull()
        expect(body.length).toBeLessThanOrEqual(14_000)
        expect(body.isWellFormed()).toBe(true)
        expect(read).toMatchObject({ attachments: [{ fallback: expect.stringMatching(/./) }] })
      }),
      { numRuns: NUM_RUNS },
    )
  })

  test('values of a template are inert wherever they stand', () => {
    fc.assert(
      fc.property(hostileText, (raw) => {
        const text = safeText(raw, 150)
        fc.pre(text !== '')
        const inert = inertMattermost(text)
        expect(unfoldText(inert)).toBe(unfoldText(text))
        expect(findServerForms(inert)).toEqual([])
        expect(findClientForms([plain(inert)])).toEqual([])
        expect(readMarkdown(inert).map((line) => line.map(unfold))).toEqual([[unfold(plain(text))]])
      }),
      { numRuns: NUM_RUNS },
    )
  })
})

describe('inertMattermost()', () => {
  test.each([
    'Tax number',
    'UF_CRM_TAX',
    'No. 5, v1 (old)',
    'R&D & more',
    'a - b + c = d',
    'Ж中 é',
  ])('leaves %j alone', (text) => {
    expect(inertMattermost(text)).toBe(text)
  })

  test.each([
    ['@here ~town #tag :tada:', '＠here ∼town ＃tag ∶tada∶'],
    ['https://evil.example/x', 'https∶//evil․example/x'],
    ['**a** _b_ `c` ~~d~~', '∗∗a∗∗ ˍbˍ ˋcˋ ∼∼d∼∼'],
    ['snake_case_', 'snake_caseˍ'],
    ['[a](b)', '［a］(b)'],
    ['<!here> <b> \\', '＜!here＞ ＜b＞ ＼'],
    ['&lt; &#64; &', '＆lt; ＆＃64; &'],
    ['$x$ a|b', '＄x＄ a∣b'],
    ['- a', '‐ a'],
    ['+ a', '＋ a'],
    ['=== a', '＝== a'],
    ['1. a', '1․ a'],
    ['12) a', '12） a'],
    ['a; b;', 'a; b；'],
    ['b;-', 'b；-'],
    [';) ;-) ; x-d X-D max-d', '；) ；-) ; x‐d X‐D max-d'],
  ])('makes of %j the inert %j', (text, expected) => {
    expect(inertMattermost(text)).toBe(expected)
  })
})

describe('codeMattermost()', () => {
  test.each([
    ['UF_CRM_TAX', 'UF_CRM_TAX'],
    ['*a* <b> [c](d) @e \\', '*a* <b> [c](d) @e \\'],
    ['a `b` c', 'a ˋbˋ c'],
    ['<!here> <@u1> <x', '＜!here> ＜@u1> <x'],
  ])('writes %j as %j', (text, expected) => {
    expect(codeMattermost(text)).toBe(expected)
    expect(writeMattermost([foreign(text, 'code')])).toBe(`\`${expected}\``)
  })
})

test('linkMattermost() keeps the address of a link in one piece', () => {
  const url = 'https://acme.bitrix24.com/a(b)c/?x=[1]&y=<2>\\`z` é_'
  expect(linkMattermost({ url, text: 'Open' })).toBe(
    '[Open](https://acme.bitrix24.com/a%28b%29c/?x=%5B1%5D&y=%3C2%3E%5C%60z%60%20é_)',
  )
})

function expectedLines(message: Message): readonly (readonly Piece[])[] {
  const { title, lead, groups, more, notes, link } = message
  const lines = [
    shownPieces(title),
    shownPieces(lead),
    ...groups.flatMap((group) => [
      shownPieces(group.heading),
      ...group.lines.map(({ text }) => [plain('• '), ...shownPieces(text)]),
    ]),
    more === null ? [] : [plain(more.text), ...(more.link ? [plain(' '), linked(more.link)] : [])],
    ...notes.map((note) => [plain(note)]),
    link === null ? [] : [linked(link)],
  ]
  return lines.map(mergePieces).filter((line) => line.length > 0)
}

function shownPieces(line: Line): readonly Piece[] {
  return piecesOf(line, (text, style) => ({ text, style }))
}

function plain(text: string): Piece {
  return { text, style: 'plain', link: null }
}

function linked({ url, text }: Link): Piece {
  return { text, style: 'plain', link: /\((.*)\)$/.exec(linkMattermost({ url, text }))?.[1] ?? '' }
}

function unfold(piece: Piece): Piece {
  return { ...piece, text: unfoldText(piece.text) }
}

function unfoldText(text: string): string {
  return Array.from(text, (character) => MEANT.get(character) ?? character).join('')
}

/** What the server replaces before anybody reads it, in code as well (incoming webhooks from Slack). */
function findServerForms(text: string): readonly string[] {
  return /<!(?:channel|here|all)>|<@[A-Za-z0-9]+>/.exec(text) ?? []
}

/** What clients make of a line outside code, on the strict side. */
function findClientForms(line: readonly Piece[]): readonly string[] {
  // Styles and code end every form, so that what stands on both sides of them is not put together.
  const text = line
    .filter(({ link }) => link === null)
    .map(({ text: inner, style }) => (style === 'code' ? '' : inner))
    .join('\u2205')
  const forms: readonly (readonly [name: string, form: RegExp])[] = [
    ['mention or e-mail', /@/],
    ['hashtag', /#/],
    ['channel', /~/],
    ['emoji code or emoticon', /:\S/],
    ['emoticon', /;-?\)|\bx-d\b/i],
    ['link', /\S\.[\p{L}\p{M}\p{N}_-]/u],
    ['latex', /\$/],
    ['markup', /[*`<>[\]\\|]/],
    ['entity', /&#?\w+;/],
  ]
  return forms.filter(([, form]) => form.test(text)).map(([name]) => name)
}

function open() {
  const created = mattermost.create(
    { url: 'https://chat.example.com/hooks/playgroundplaygroundplaygr' },
    { policy: { allowLocal: false }, language: 'en', template: null },
  )
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return created.value
}
