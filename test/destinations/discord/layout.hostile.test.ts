/** Whatever a CRM writes, Discord shows it as text: read back by CommonMark and by Discord's own forms. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findMessageErrors } from '../../../playground/receivers/discord-embeds.ts'
import { isObject } from '../../../playground/receivers/json.ts'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import { escapeDiscord, linkDiscord, writeDiscord } from '../../../src/destinations/discord/text.ts'
import { layOutDiscord } from '../../../src/destinations/discord/layout.ts'
import { discord } from '../../../src/destinations/discord/receiver.ts'
import { catalogueOf, LANGUAGES } from '../../../src/destinations/language/languages.ts'
import { composeMessage } from '../../../src/destinations/message/compose.ts'
import { type Link, type Message } from '../../../src/destinations/message/message.ts'
import { safeText } from '../../../src/destinations/message/safe-text.ts'
import { hostileParcel, hostileText } from '../../support/hostile-parcels.ts'
import { mergePieces, piecesOf, readMarkdown, type Piece } from '../../support/read-markdown.ts'
import { foreign, type Line } from '../../../src/destinations/message/line.ts'
import { sampled } from '../../support/sampling.ts'

const URL_TEXT = 'https://discord.com/api/webhooks/1290000000000000001/ABCDEFGHijklmnop-_'
const NUM_RUNS = sampled(200)
const TIMEOUT_MS = 30_000

describe('discord with hostile texts', { timeout: TIMEOUT_MS }, () => {
  test('shows every text as it is, in exactly its own lines, styles and links', () => {
    fc.assert(
      fc.property(hostileParcel, fc.constantFrom(...LANGUAGES), ({ parcel, now }, language) => {
        const message = composeMessage(parcel, { words: catalogueOf(language), now })
        const { title, description } = layOutDiscord(message).embeds[0]
        const head = title === undefined ? [message.title] : []
        expect(readMarkdown(description)).toEqual(expectedLines(message, head))
        if (title === undefined) return
        expect(title.length).toBeLessThanOrEqual(256)
        // A title is bold as it is, so the style is left away there.
        const titlePieces = shownPieces(message.title).map(({ style, ...piece }): Piece => ({
          ...piece,
          style: style === 'strong' ? 'plain' : style,
        }))
        expect(readMarkdown(title)).toEqual([mergePieces(titlePieces)])
      }),
      { numRuns: NUM_RUNS },
    )
  })

  test('makes none of the forms that only Discord reads', () => {
    fc.assert(
      fc.property(hostileParcel, fc.constantFrom(...LANGUAGES), ({ parcel, now }, language) => {
        const message = composeMessage(parcel, { words: catalogueOf(language), now })
        const { title = '', description } = layOutDiscord(message).embeds[0]
        expect(findDiscordForms(title)).toEqual([])
        expect(findDiscordForms(withoutOwn(description, message))).toEqual([])
      }),
      { numRuns: NUM_RUNS },
    )
  })

  test('is taken by Discord however long it is', async () => {
    await fc.assert(
      fc.asyncProperty(hostileParcel, async ({ parcel, now }) => {
        const destination = open()
        const { body } = await destination.prepare(parcel, { now, memory: NO_MEMORY })
        const payload: unknown = JSON.parse(body)
        expect(isObject(payload) ? findMessageErrors(payload) : payload).toEqual([])
        expect(body.isWellFormed()).toBe(true)
        expect(payload).toMatchObject({ allowed_mentions: { parse: [] } })
        expect(payload).not.toHaveProperty('content')
      }),
      { numRuns: NUM_RUNS },
    )
  })

  test('values of a template are shown as they are', () => {
    fc.assert(
      fc.property(hostileText, (raw) => {
        const text = safeText(raw, 150)
        fc.pre(text !== '')
        expect(readMarkdown(escapeDiscord(text))).toEqual([
          mergePieces([{ text, style: 'plain', link: null }]),
        ])
        expect(findDiscordForms(escapeDiscord(text))).toEqual([])
      }),
      { numRuns: NUM_RUNS },
    )
  })
})

describe('writeDiscord()', () => {
  test.each([
    ['UF_CRM_TAX', '`UF_CRM_TAX`'],
    ['a\\', '`a\\`'],
    ['*a*', '`*a*`'],
    ['a`b_c', 'a\\`b\\_c'],
  ])('writes the code %j as %j', (text, expected) => {
    expect(writeDiscord([foreign(text, 'code')])).toBe(expected)
  })

  test('takes its meaning from every punctuation character that CommonMark lets be escaped', () => {
    const punctuation = Array.from('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~')
    expect(escapeDiscord(punctuation.join(''))).toBe(
      punctuation.map((character) => `\\${character}`).join(''),
    )
  })

  test('leaves letters, digits and blanks of every script alone', () => {
    expect(escapeDiscord('Tax 5 Ж中 é')).toBe('Tax 5 Ж中 é')
  })
})

test('linkDiscord() keeps the address of a link in one piece', () => {
  const url = 'https://acme.bitrix24.com/a(b)c/?x=[1]&y=<2>\\`z` é_'
  expect(linkDiscord({ url, text: 'Open [it]' })).toBe(
    '[Open \\[it\\]](https://acme.bitrix24.com/a%28b%29c/?x=%5B1%5D&y=%3C2%3E%5C%60z%60%20é_)',
  )
})

function expectedLines(message: Message, head: readonly Line[]): readonly (readonly Piece[])[] {
  const { lead, groups, more, link, firstAt, lastAt } = message
  const [first, last] = [Math.floor(firstAt / 1000), Math.floor(lastAt / 1000)]
  const lines = [
    ...head.map(shownPieces),
    shownPieces(lead),
    ...groups.flatMap((group) => [
      shownPieces(group.heading),
      ...group.lines.map(({ text }) =>
        mergePieces([{ text: '• ', style: 'plain', link: null }, ...shownPieces(text)]),
      ),
    ]),
    more === null ? [] : [plain(more.text), ...(more.link ? [plain(' '), linked(more.link)] : [])],
    link === null ? [] : [linked(link)],
    first === last ? [] : [plain(`<t:${first}:f> – <t:${last}:f>`)],
  ]
  return lines.map(mergePieces).filter((line) => line.length > 0)
}

/** Code cannot hold a backtick, so such a value is shown without the style. */
function shownPieces(line: Line): readonly Piece[] {
  return piecesOf(line, (text, style) => ({
    text,
    style: style === 'code' && text.includes('`') ? 'plain' : style,
  }))
}

function plain(text: string): Piece {
  return { text, style: 'plain', link: null }
}

function linked({ url, text }: Link): Piece {
  return { text, style: 'plain', link: /\((.*)\)$/.exec(linkDiscord({ url, text }))?.[1] ?? '' }
}

function withoutOwn(description: string, { more, link }: Message): string {
  const links = [more?.link ?? null, link].filter((own) => own !== null)
  const rest = links.reduce((text, own) => text.replace(linkDiscord(own), ''), description)
  return rest.replace(/<t:\d+:f> – <t:\d+:f>$/, '')
}

/** Discord's forms beside CommonMark's, looked for in what stands neither in code nor behind a backslash. */
function findDiscordForms(text: string): readonly string[] {
  const bare = text.replace(/\\[!-/:-@[-`{-~]|`[^`]*`/g, '\u2205')
  const forms: readonly (readonly [name: string, form: RegExp])[] = [
    ['mention, emoji or time', /[<>]/],
    ['everyone', /@/],
    ['emoji code', /:[\w~+-]+:/],
    ['spoiler', /\|/],
    ['underline', /__/],
    ['strike', /~~/],
    ['link', /:\/\/|\]\(|mailto:|tel:/],
    ['heading or small text', /^\s*(?:-\s+)?-?#/m],
    ['quote', /^\s*(?:-\s+)?>/m],
    ['list in a list', /^\s*- +(?:[*+-]|\d+\.)\s/m],
    ['code', /`/],
    ['backslash', /\\/],
  ]
  return forms.filter(([, form]) => form.test(bare)).map(([name]) => name)
}

function open() {
  const created = discord.create(
    { url: URL_TEXT },
    { policy: { allowLocal: false }, language: 'en', template: null },
  )
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return created.value
}
