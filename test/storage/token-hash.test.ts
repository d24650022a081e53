import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equalInConstantTime, hashToken } from '../../src/storage/token-hash.ts'

describe('hashToken()', () => {
  // Expected values from `printf %s … | sha256sum`.
  it('is hex SHA-256 of member_id, a bar and the token', async () => {
    expect(await hashToken('a223', '51856fefc120afa4b628cc82d3935cce')).toBe(
      '67241836599dd6df743e9fe95a75973e33150a8f8e6630f5d41fac66e318fc26',
    )
  })

  it('hashes text beyond ASCII as UTF-8', async () => {
    expect(await hashToken('a223', 'ключ😀')).toBe(
      '4b19168a836da49ba0702b69eb2ea146918aaa9db61f3dd54b3269236a56cabf',
    )
  })

  it('differs for another portal and for another token', async () => {
    const hashes = [
      await hashToken('a223', 'token'),
      await hashToken('b223', 'token'),
      await hashToken('a223', 'tokem'),
    ]
    expect(new Set(hashes).size).toBe(3)
  })
})

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
