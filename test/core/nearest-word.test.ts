import { expect, test } from 'vitest'
import { nearestWord } from '../../src/core/nearest-word.ts'

const SETTINGS = ['url', 'secret', 'events', 'fields', 'portals', 'timeoutMs', 'retryHours']

test.each([
  ['ulr', 'url'],
  ['URL', 'url'],
  ['secrets', 'secret'],
  ['secert', 'secret'],
  ['timeout_ms', 'timeoutMs'],
  ['retryhour', 'retryHours'],
  ['event', 'events'],
])('nearestWord() proposes for %s the word %s', (word, expected) => {
  expect(nearestWord(word, SETTINGS)).toBe(expected)
})

test.each(['', 'x', 'channel', 'colour', 'portalfilter', 'ulrx', 'firmes', 'secretkey'])(
  'nearestWord() proposes nothing for %j as no word is near',
  (word) => {
    expect(nearestWord(word, SETTINGS)).toBeNull()
  },
)

test('nearestWord() takes the nearer of two near words, and the first of equally near ones', () => {
  expect(nearestWord('fieldt', ['fielder', 'fields'])).toBe('fields')
  expect(nearestWord('slacc', ['slack', 'slace'])).toBe('slack')
})

test('nearestWord() counts two swapped letters as one mistake', () => {
  expect(nearestWord('abdc', ['abcd'])).toBe('abcd')
})

test('nearestWord() proposes nothing when there are no words', () => {
  expect(nearestWord('url', [])).toBeNull()
})
