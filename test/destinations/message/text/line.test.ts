/** Lines and their spans: what is filled in, merged, and written. */
import { expect, test } from 'vitest'
import {
  fillSpans,
  foreign,
  mergeStyles,
  own,
  plainText,
  writeLine,
  writeUnstyled,
  type Line,
} from '../../../../src/destinations/message/text/line.ts'

const ANNA = [foreign('Anna', 'strong')]
const VALUES = { first: ANNA, last: [own('user 2', 'strong'), own('!')], none: [] }

test.each<readonly [string, Line]>([
  ['', []],
  ['alone', [own('alone')]],
  ['{first}', ANNA],
  ['{first} and {last}', [...ANNA, own(' and '), own('user 2', 'strong'), own('!')]],
  ['by {first}', [own('by '), ...ANNA]],
  ['{first}{first}', [...ANNA, ...ANNA]],
  ['a {none} b', [own('a '), own(' b')]],
  ['a {unknown} b', [own('a '), own('{unknown}'), own(' b')]],
  ['{ first } {first', [own('{ first } {first')]],
])('fillSpans() makes of %j its spans', (text, expected) => {
  expect(fillSpans(text, VALUES)).toEqual(expected)
})

test('fillSpans() fills nothing into what it has filled in', () => {
  expect(fillSpans('{first}', { first: [foreign('{last}')], last: ANNA })).toEqual([
    foreign('{last}'),
  ])
})

const LINE = [own('a&'), foreign('b&', 'code'), foreign('', 'strong'), own('c', 'faint')]

test('plainText() is the text of all spans', () => {
  expect(plainText(LINE)).toBe('a&b&c')
})

test('writeLine() writes each span, leaving out what is empty', () => {
  const text = writeLine(LINE, ({ text: part, style, isForeign }) => {
    return `<${style}>${isForeign ? part.replaceAll('&', '&amp;') : part}</>`
  })
  expect(text).toBe('<plain>a&</><code>b&amp;</><faint>c</>')
})

test('writeUnstyled() makes what is foreign inert, and nothing else', () => {
  expect(writeUnstyled(LINE, (part) => part.replaceAll('&', '＆'))).toBe('a&b＆c')
})

test.each<readonly [string, Line, Line]>([
  ['neighbours of one style are one span', [own('a'), foreign('b')], [own('ab')]],
  ['another style begins a span', [own('a'), own('b', 'code')], [own('a'), own('b', 'code')]],
  ['an empty span parts nothing', [own('a'), own('', 'code'), own('b')], [own('ab')]],
  ['nothing is left of empty spans', [own(''), foreign('', 'strong')], []],
])('mergeStyles(): %s', (_case, line, expected) => {
  expect(mergeStyles(line)).toEqual(expected)
})
