/** Mattermost's Markdown: what gets a look-alike, and how a line is written. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  codeMattermost,
  inertMattermost,
  linkMattermost,
  writeMattermost,
} from '../../../src/destinations/mattermost/text.ts'
import { foreign } from '../../../src/destinations/message/text/line.ts'
import { safeText } from '../../../src/destinations/message/text/safe-text.ts'
import { hostileTexts } from '../../support/messages/hostile-parcels.ts'
import {
  findClientForms,
  findServerForms,
  unfold,
  unfoldText,
} from '../../support/messages/mattermost-forms.ts'
import { readMarkdown } from '../../support/messages/read-markdown.ts'
import { sampled } from '../../support/sampling.ts'

describe('inertMattermost()', () => {
  test('makes every text inert, and leaves it readable', () => {
    fc.assert(
      fc.property(hostileTexts(), (raw) => {
        const text = safeText(raw, 150)
        fc.pre(text !== '')
        const inert = inertMattermost(text)
        expect(unfoldText(inert)).toBe(unfoldText(text))
        expect(findServerForms(inert)).toEqual([])
        expect(findClientForms([{ text: inert, style: 'plain', link: null }])).toEqual([])
        expect(readMarkdown(inert).map((line) => line.map(unfold))).toEqual([
          [unfold({ text, style: 'plain', link: null })],
        ])
      }),
      { numRuns: sampled(200) },
    )
  })

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
