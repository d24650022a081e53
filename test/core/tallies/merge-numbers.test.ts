/** Structures of numbers are merged place by place. */
import { expect, it } from 'vitest'
import {
  highestNumbers,
  mergeNumbers,
  sumNumbers,
} from '../../../src/core/tallies/merge-numbers.ts'

const ONE: Numbers = { a: 1, list: [1, 2], words: { x: 5 } }
const OTHER: Numbers = { a: 3, list: [1, 1, 7], words: { y: 2 } }

interface Numbers {
  readonly a: number
  readonly list: readonly number[]
  readonly words: Readonly<Record<string, number>>
}

it('sumNumbers() adds what both have, and keeps what one of them has', () => {
  expect(sumNumbers(ONE, OTHER)).toEqual({ a: 4, list: [2, 3, 7], words: { x: 5, y: 2 } })
  expect(sumNumbers(OTHER, ONE)).toEqual({ a: 4, list: [2, 3, 7], words: { x: 5, y: 2 } })
})

it('highestNumbers() takes the larger number of each place', () => {
  expect(highestNumbers(ONE, OTHER)).toEqual({ a: 3, list: [1, 2, 7], words: { x: 5, y: 2 } })
})

it('mergeNumbers() changes neither, and takes the name of a prototype for a name', () => {
  const hostile = JSON.parse('{"a":1,"list":[],"words":{"__proto__":4}}') as Numbers
  const merged = mergeNumbers(hostile, ONE, Math.min)
  expect(Object.entries(merged.words)).toEqual([
    ['__proto__', 4],
    ['x', 5],
  ])
  expect(ONE).toEqual({ a: 1, list: [1, 2], words: { x: 5 } })
})
