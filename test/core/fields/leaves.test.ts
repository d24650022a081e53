import { describe, expect, test } from 'vitest'
import { MAX_LEAVES, everyLeaf } from '../../../src/core/fields/leaves.ts'
import type { Json } from '../../../src/core/log/event.ts'

describe('everyLeaf() of a hostile definition', () => {
  test('leaves out what is nested deeper than eight levels', () => {
    const nest = (depth: number): Json => (depth === 0 ? 'x' : { a: nest(depth - 1) })
    expect(everyLeaf({ R: nest(7) }).size).toBe(1)
    expect(everyLeaf({ R: nest(8) }).size).toBe(0)
    expect(everyLeaf({ R: JSON.parse(`${'['.repeat(30_000)}${']'.repeat(30_000)}`) }).size).toBe(0)
  })

  test('leaves out names of more than 120 characters', () => {
    expect(everyLeaf({ ['a'.repeat(120)]: 1 }).size).toBe(1)
    expect(everyLeaf({ ['a'.repeat(121)]: 1 }).size).toBe(0)
    expect(everyLeaf({ ['a'.repeat(60)]: { ['b'.repeat(60)]: 1 } }).size).toBe(0)
  })

  test('compares the first leaves only, in the order in which they came', () => {
    const many = Array.from({ length: MAX_LEAVES + 10 }, (_, index) => index)
    const leaves = everyLeaf({ R: many, S: 1 })
    expect(leaves.size).toBe(MAX_LEAVES)
    expect([...leaves.keys()].at(-1)).toBe(`R.${MAX_LEAVES - 1}`)
  })
})
