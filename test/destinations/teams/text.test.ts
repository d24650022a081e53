/** Text that is made inert for Teams; its Markdown is read back by markdown-it. */
import * as fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { describe, expect, test } from 'vitest'
import { safeText } from '../../../src/destinations/message/text/safe-text.ts'
import { inertTeams, splitTeams } from '../../../src/destinations/teams/text.ts'
import { hostileTexts } from '../../support/messages/hostile-parcels.ts'
import { TEAMS_TRAPS } from '../../support/messages/teams-reader.ts'
import { sampled } from '../../support/sampling.ts'

const texts = hostileTexts(TEAMS_TRAPS)

test('splitTeams() parts a text into pieces that are the same text', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const pieces = splitTeams(text)
      expect(pieces.join('')).toBe(text)
      for (const piece of pieces) expect(piece).not.toMatch(/\{\{[dt]|<\/?at/i)
    }),
  )
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
      fc.property(fc.constantFrom(...contexts), texts, ([before, after], text) => {
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
      fc.property(texts, (raw) => {
        const text = safeText(raw, 200)
        const inert = inertTeams(text)
        expect(inert).not.toMatch(/[{}<>@]|:\/\//)
        expect(markdown.linkify.test(inert)).toBe(false)
        expect(inert).toHaveLength(text.length)
        // A character that is no letter may have become a look-alike.
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

  /** The line as it is read with a harmless word instead of the text, and then the text in place of the word. */
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
