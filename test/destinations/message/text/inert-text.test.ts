/** The means by which foreign text becomes inert; HTML is read back with parse5. */
import * as fc from 'fast-check'
import { parseFragment } from 'parse5'
import { describe, expect, test } from 'vitest'
import {
  escapeHtml,
  HOST_POINT,
  linkAddress,
  lookAlike,
  OUTER_UNDERSCORE,
  withLookAlikes,
} from '../../../../src/destinations/message/text/inert-text.ts'
import { safeText } from '../../../../src/destinations/message/text/safe-text.ts'
import { hostileTexts } from '../../../support/messages/hostile-parcels.ts'

describe('lookAlike()', () => {
  test.each(Array.from('*_~`:;@#$.<>[]{})\\/|&-+=!\u3002\uFF0E\uFF61'))(
    'gives for %s one character that no markup knows',
    (character) => {
      const other = lookAlike(character)
      expect(other).toHaveLength(1)
      expect(other).toMatch(/[^\0-\x7F\u3002\uFF0E\uFF61]/)
    },
  )

  test.each(['a', '5', ' ', 'Ж', '(', "'", ''])('leaves %j as it is', (character) => {
    expect(lookAlike(character)).toBe(character)
  })
})

describe('withLookAlikes()', () => {
  test('replaces what each pattern finds, one after the other', () => {
    expect(withLookAlikes('- *a* b_ c.d', /^-/, /[*]/g, OUTER_UNDERSCORE, HOST_POINT)).toBe(
      '− ∗a∗ bˍ c․d',
    )
  })

  test.each(['UF_CRM_TAX', '1.5', 'Ende. x', 'v1.'])('leaves %s copyable', (text) => {
    expect(withLookAlikes(text, OUTER_UNDERSCORE, HOST_POINT)).toBe(text)
  })
})

describe('escapeHtml()', () => {
  test('writes every character that HTML reads as an entity, once', () => {
    expect(escapeHtml(`<a href="x">it's & &lt;</a>`)).toBe(
      '&lt;a href=&quot;x&quot;&gt;it&#39;s &amp; &amp;lt;&lt;/a&gt;',
    )
  })

  test('makes any text literal HTML, also inside of an attribute', () => {
    fc.assert(
      fc.property(hostileTexts(), (raw) => {
        const text = safeText(raw, 200)
        const html = escapeHtml(text)
        const [shown] = parseFragment(`<p>${html}</p>`).childNodes
        const inner = shown !== undefined && 'childNodes' in shown ? shown.childNodes : []
        expect(inner.map((node) => ('value' in node ? node.value : node.nodeName))).toEqual(
          text === '' ? [] : [text],
        )
        for (const quote of ['"', "'"]) {
          const [node] = parseFragment(`<i title=${quote}${html}${quote}></i>`).childNodes
          expect(node !== undefined && 'attrs' in node ? node.attrs : []).toEqual([
            { name: 'title', value: text },
          ])
        }
      }),
      { numRuns: 1000 },
    )
  })
})

test('linkAddress() keeps the address of a Markdown link in one piece', () => {
  expect(linkAddress('https://acme.bitrix24.com/a(b)c/?x=[1]&y=<2>\\`z` é_')).toBe(
    'https://acme.bitrix24.com/a%28b%29c/?x=%5B1%5D&y=%3C2%3E%5C%60z%60%20é_',
  )
})
