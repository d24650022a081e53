/** No text from elsewhere can move the cursor, write over lines, or run backwards. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainJson, plainText } from '../../../cli/terminal/plain-text.ts'

const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u

describe('plainText()', () => {
  it.each([
    ['a colour', '\u001b[31mred\u001b[0m', String.raw`\x1b[31mred\x1b[0m`],
    ['a title', '\u001b]0;title\u0007', String.raw`\x1b]0;title\x07`],
    ['a control of C1', '\u009b31m', String.raw`\x9b31m`],
    ['a line over another', 'safe\rgone\nnext\t.', String.raw`safe\x0dgone\nnext\t.`],
    ['a text that runs backwards', 'abc\u202egnp', String.raw`abc\u{202e}gnp`],
    ['a sign of no width', 'a\u200bb', String.raw`a\u{200b}b`],
    ['a tag', 'a\u{e0041}', String.raw`a\u{e0041}`],
    ['half a character', 'a\ud800', String.raw`a\u{d800}`],
  ])('writes %s as numbers', (_case, text, expected) => {
    expect(plainText(text)).toBe(expected)
  })

  it('leaves letters of all scripts and emojis as they are', () => {
    const text = 'Анна Petrová 北京 🔄 → "x" \\n'
    expect(plainText(text)).toBe(text)
  })

  it('leaves nothing that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(OBEYED.test(plainText(text))).toBe(false)
      }),
      { numRuns: 50 },
    )
  })
})

describe('plainJson()', () => {
  it('keeps the value, and leaves nothing that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (json) => {
        const value: unknown = JSON.parse(json)
        const text = plainJson(JSON.stringify(value, null, 2))
        expect(JSON.parse(text)).toEqual(value)
        expect(OBEYED.test(text.replaceAll('\n', ''))).toBe(false)
      }),
      { numRuns: 50 },
    )
  })
})
