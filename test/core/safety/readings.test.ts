import { describe, expect, it } from 'vitest'
import { decodeText, readingsOf } from '../../../src/core/safety/readings.ts'

describe('decodeText()', () => {
  it.each([
    ['%41%C3%A9', 'Aé'],
    ['%2541', '%41'],
    ['%u0041', 'A'],
    [String.raw`\u0041\u{41}\x41`, 'AAA'],
    [String.raw`\"\/\\`, String.raw`"/\\`.slice(0, 3)],
    [String.raw`\101\102\103\104`, 'ABCD'],
    [String.raw`C:\101\no`, String.raw`C:\101 o`],
    ['a=\r\nb=\nc', 'abc'],
    ['&shy;&UnderBar;&lcub;&rsqb;&nbsp;', '\u00ad_{] '],
    ['=41=42=43=44', 'ABCD'],
    ['a=41&b=42', 'a=41&b=42'],
    ['&#65;&#x41;&#0065 &amp;&lt;&EQUALS;', 'AAA &<='],
    ['&unknown; &', '&unknown; &'],
    ['100 %', '100 %'],
  ])('of %s is %s', (text, expected) => {
    expect(decodeText(text)).toBe(expected)
  })
})

describe('readingsOf()', () => {
  it.each([
    ['plain text', ['plain text']],
    ['', ['']],
    ['%252541', ['%252541', '%2541', '%41', 'A']],
    ['ＡＢＣ\u200b', ['ＡＢＣ\u200b', 'ABC']],
    [btoa('a text in base64'), [btoa('a text in base64'), 'a text in base64']],
    // Four letters in front move the groups of base64 by none, and five by one.
    [
      `x: ${btoa('%61 text in base64')}`,
      [`x: ${btoa('%61 text in base64')}`, '%61 text in base64', 'a text in base64'],
    ],
    ['A'.repeat(19), ['A'.repeat(19)]],
  ])('of %s are %j', (text, expected) => {
    expect(readingsOf(text)).toEqual(expected)
  })

  it('reads base64 whose groups are moved by what stands before it', () => {
    const hidden = 'a text in base64'
    for (const before of ['/', 'a/', 'ab/', 'abc/']) {
      expect(readingsOf(before + btoa(hidden)).join()).toContain(hidden)
    }
  })

  it('reads only the changed part of a long text, with what stands around it', () => {
    const words = 'words of a text '.repeat(1000)
    const [, second, third] = readingsOf(`${words}%2561uth=${words}`)
    expect(second).toMatch(/^.{290,300}%61uth=.{290,310}$/)
    expect(third).toContain('text auth=words')
  })

  it('reads a text without its markup', () => {
    expect(readingsOf('a<b class="x">u</b>t[url=https:]h[/url] [removed] 1 < 2')).toContain(
      'auth [removed] 1 < 2',
    )
  })

  it('reads lines of base64 as one text', () => {
    const hidden = 'a longer text that stands in several lines of base64'
    expect(readingsOf(btoa(hidden).replace(/.{16}/g, '$&\r\n'))).toContain(hidden)
  })

  it('gives at most 24 readings, together at most three times as long as a long text', () => {
    const layers = `%${'25'.repeat(40)}41`
    expect(readingsOf(layers).length).toBeGreaterThan(8)
    expect(readingsOf(layers).length).toBeLessThanOrEqual(24)
    for (const text of [layers + 'x '.repeat(3000), `${layers} ${btoa(layers).repeat(90)}`]) {
      const readings = readingsOf(text)
      const read = readings.slice(1).reduce((sum, { length }) => sum + length, 0)
      expect(readings.length).toBeGreaterThan(3)
      expect(read).toBeLessThanOrEqual(3 * text.length)
    }
  })
})
