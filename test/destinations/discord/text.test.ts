/** Discord's Markdown: what is escaped, and how a line is written. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { escapeDiscord, linkDiscord, writeDiscord } from '../../../src/destinations/discord/text.ts'
import { foreign } from '../../../src/destinations/message/text/line.ts'
import { safeText } from '../../../src/destinations/message/text/safe-text.ts'
import { findDiscordForms } from '../../support/messages/discord-forms.ts'
import { hostileTexts } from '../../support/messages/hostile-parcels.ts'
import { mergePieces, readMarkdown } from '../../support/messages/read-markdown.ts'
import { sampled } from '../../support/sampling.ts'

describe('escapeDiscord()', () => {
  test('lets every text be shown as it is', () => {
    fc.assert(
      fc.property(hostileTexts(), (raw) => {
        const text = safeText(raw, 150)
        fc.pre(text !== '')
        expect(readMarkdown(escapeDiscord(text))).toEqual([
          mergePieces([{ text, style: 'plain', link: null }]),
        ])
        expect(findDiscordForms(escapeDiscord(text))).toEqual([])
      }),
      { numRuns: sampled(200) },
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
