import { expect, test } from 'vitest'
import { foreign, own, type Line } from '../../../src/destinations/message/message.ts'
import { fillSpans } from '../../../src/destinations/message/span-text.ts'

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
