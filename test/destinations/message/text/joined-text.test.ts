/** Texts that are put together, and the one sentence of notifications. */
import { describe, expect, test } from 'vitest'
import { en } from '../../../../src/destinations/language/en.ts'
import {
  joinTexts,
  joinWithin,
  writeRest,
  writeOneLine,
  writeTimes,
} from '../../../../src/destinations/message/text/joined-text.ts'
import {
  foreign,
  own,
  writeUnstyled,
  type Line,
} from '../../../../src/destinations/message/text/line.ts'
import { MEMBER_ID } from '../../../support/identity.ts'

const LINK = { url: 'https://relay.example.com/', text: 'Show all' }
const inert = (text: string): string => text.replaceAll('*', '∗').replaceAll('.', '․')

test.each([
  [[], ''],
  [['', ''], ''],
  [['a'], 'a'],
  [['', 'a', '', 'b', ''], 'a; b'],
])('joinTexts() of %j is %j', (texts, expected) => {
  expect(joinTexts(texts, '; ')).toBe(expected)
})

test.each([
  [['bb', 'cc'], 100, 'a; bb; cc; z'],
  [['bb', 'cc'], 12, 'a; bb; cc; z'],
  [['bb', 'cc'], 11, 'a; bb; z'],
  [['a long one', 'cc'], 11, 'a; cc; z'],
  [['bb'], 3, 'a; z'],
  [[], 0, 'a; z'],
])('joinWithin() of %j in %i units is %s', (texts, max, expected) => {
  expect(joinWithin(texts, { before: ['a'], after: ['z'], max, separator: '; ' })).toBe(expected)
})

describe('writeRest()', () => {
  const writeLink = ({ url }: typeof LINK): string => `<${url}>`

  test.each([
    [null, ''],
    [{ text: 'and 2 more', count: 2, link: null }, 'and 2 more'],
    [{ text: 'and 2 more', count: 2, link: LINK }, 'and 2 more <https://relay.example.com/>'],
  ])('of %j is %j', (more, expected) => {
    expect(writeRest({ more }, { writeLink })).toBe(expected)
  })

  test('escapes the words where the receiver needs it', () => {
    const more = { text: 'and *', count: 2, link: LINK }
    expect(writeRest({ more }, { writeLink, escape: inert })).toBe(
      'and ∗ <https://relay.example.com/>',
    )
  })
})

test.each([
  [60_000, 60_000, '60000'],
  [60_000, 119_999, '60000'],
  [59_999, 60_000, '59999 – 60000'],
])('writeTimes() from %i to %i is %s, as no seconds are told', (firstAt, lastAt, expected) => {
  expect(writeTimes({ firstAt, lastAt }, String)).toBe(expected)
})

describe('writeOneLine()', () => {
  const TERMS = { write: (line: Line) => writeUnstyled(line, inert), inert }
  const summary = [own('Deal field '), foreign('*UF*', 'code'), own(': deleted.')]

  test.each(['acme.bitrix24.com', 'crm.example.com:8443', MEMBER_ID, 'localhost'])(
    'leaves the host %s as it is',
    (portal) => {
      expect(writeOneLine({ summary, portal }, en, TERMS)).toBe(
        `Deal field ∗UF∗: deleted. (${portal})`,
      )
    },
  )

  test.each(['a b.c', 'x.y/z', '*.example.com', 'a..b'])('makes %s inert', (portal) => {
    expect(writeOneLine({ summary, portal }, en, TERMS)).toBe(
      `Deal field ∗UF∗: deleted. (${inert(portal)})`,
    )
  })

  test('names no place where none is known', () => {
    expect(writeOneLine({ summary, portal: '' }, en, TERMS)).toBe('Deal field ∗UF∗: deleted.')
  })
})
