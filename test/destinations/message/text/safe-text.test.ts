import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safeText, safeValue } from '../../../../src/destinations/message/text/safe-text.ts'

describe('safeText()', () => {
  test.each([
    ['Tax number', 'Tax number'],
    ['  two\n\nlines\tand\u00A0\u3000blanks\u0000 ', 'two lines and blanks'],
    ['line\u2028separator\u2029end', 'line separator end'],
    ['gnp.\u202Eexe', 'gnp.exe'],
    ['\u2066a\u2069\u200Eb\u200Fc\u061Cd', 'abcd'],
    ['ze\u200Bro\u200C\u200D\u2060\uFEFF\u00ADwidth', 'zerowidth'],
    ['tags\u{E0041}\u{E007F}\u{E0100}', 'tags'],
    ['fill\u3164\uFFA0\u115F\u2800er', 'filler'],
    ['\uFE0F\u200B', ''],
    ['lone \uD800 and \uDC00', 'lone \uFFFD and \uFFFD'],
    ['\u{1F4B6} Налог 税号', '\u{1F4B6} Налог 税号'],
    ['<!channel> & *x*', '<!channel> & *x*'],
  ])('makes of %j the line %j', (text, expected) => {
    expect(safeText(text, 100)).toBe(expected)
  })

  test.each<readonly [string, string]>([
    [`Z${'\u0301'.repeat(500)}a`, `Z${'\u0301'.repeat(6)}a`],
    [`Z${'\u0301\u20DD\u200D'.repeat(50)}`, `Z${'\u0301\u20DD'.repeat(3)}`],
    ['\u0316'.repeat(50), '\u0316'.repeat(6)],
    // Burmese, Hebrew with points, Vietnamese in parts, Devanagari.
    ...['လျှို့ဝှက်', 'e\u0302\u0323', 'क्ष्म्य'].map((word) => [word, word] as const),
    ['בְּרֵאשִׁ֖ית', '\u2068בְּרֵאשִׁ֖ית\u2069'],
  ])('leaves at most six marks on a letter: %j becomes %j', (text, expected) => {
    expect(safeText(text, 1000)).toBe(expected)
    expect(safeValue(text, 1000)).toBe(expected)
  })

  test('cuts at the end, on code points and without a trailing blank', () => {
    expect(safeText('abcde', 5)).toBe('abcde')
    expect(safeText('abcdef', 5)).toBe('abcd…')
    expect(safeText('abc def', 5)).toBe('abc…')
    expect(safeText('\u{1F4B6}'.repeat(5), 5)).toBe('\u{1F4B6}'.repeat(5))
    expect(safeText('\u{1F4B6}'.repeat(6), 5)).toBe(`${'\u{1F4B6}'.repeat(4)}…`)
  })

  test.each(['שלום', 'مرحبا', 'a שלום b', 'ߊ', '𞤀'])(
    'isolates %s, which is read from right to left',
    (text) => {
      expect(safeText(text, 100)).toBe(`\u2068${text}\u2069`)
    },
  )

  test('closes the isolate also after a cut', () => {
    expect(safeText('שלום שלום', 5)).toBe('\u2068שלום…\u2069')
  })
})

describe('safeValue()', () => {
  test('cuts in the middle, on code points', () => {
    expect(safeValue('abcdefg', 7)).toBe('abcdefg')
    expect(safeValue('abcdefgh', 7)).toBe('abc…fgh')
    expect(safeValue('abcdefgh', 6)).toBe('abc…gh')
    expect(safeValue(`${'\u{1F4B6}'.repeat(4)}${'\u{1F4B7}'.repeat(4)}`, 5)).toBe(
      '\u{1F4B6}\u{1F4B6}…\u{1F4B7}\u{1F4B7}',
    )
  })

  test('never gives more than was allowed, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 20 }), (text, max) => {
        for (const shown of [safeText(text, max), safeValue(text, max)]) {
          expect(Array.from(shown.replace(/[\u2068\u2069]/g, '')).length).toBeLessThanOrEqual(max)
          expect(shown.isWellFormed()).toBe(true)
        }
      }),
    )
  }, 60_000)
})
