import { expect, test } from 'vitest'
import { formatBytes, formatListValue, formatValue } from '../../../src/dashboard/words/values.ts'

test.each([
  ['a text', 'a text'],
  ['', '(empty)'],
  [null, '(empty)'],
  [false, 'false'],
  [{ a: [1] }, '{"a":[1]}'],
])('%j is written as %s', (value, text) => {
  expect(formatValue(value)).toBe(text)
})

test('a long value is cut in a list', () => {
  expect(formatListValue('x'.repeat(500))).toBe(`${'x'.repeat(120)}…`)
  expect(formatListValue('short')).toBe('short')
})

test.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1024, '1 KiB'],
  [2 ** 30, '1 GiB'],
  [2 ** 43, '8192 GiB'],
])('%i bytes', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})
