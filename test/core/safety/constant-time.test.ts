import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalInConstantTime } from '../../../src/core/safety/constant-time.ts'

describe('equalInConstantTime()', () => {
  it('agrees with === on any two texts', () => {
    const text = fc.string({ unit: fc.constantFrom('0', 'a', 'é', '\u0100'), maxLength: 4 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(equalInConstantTime(a, b)).toBe(a === b)
      }),
      { numRuns: 1000 },
    )
  })

  it('sees a difference at every place', () => {
    const hash = '0123456789abcdef'.repeat(4)
    expect(equalInConstantTime(hash, hash)).toBe(true)
    for (let index = 0; index < hash.length; index += 1) {
      const other = `${hash.slice(0, index)}x${hash.slice(index + 1)}`
      expect(equalInConstantTime(hash, other)).toBe(false)
    }
  })

  it('takes a beginning for no equal', () => {
    expect(equalInConstantTime('abc', 'ab')).toBe(false)
    expect(equalInConstantTime('ab', 'abc')).toBe(false)
    expect(equalInConstantTime('', 'a')).toBe(false)
  })
})
