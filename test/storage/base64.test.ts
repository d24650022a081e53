import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64, encodeBase64Url } from '../../src/storage/base64.ts'

describe('encodeBase64Url()', () => {
  it('writes what Node writes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(encodeBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
      }),
    )
  })
})

describe('decodeBase64()', () => {
  it('reads both alphabets, padded or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const padded = Buffer.from(bytes).toString('base64')
        for (const text of [padded, padded.replaceAll('=', ''), encodeBase64Url(bytes)]) {
          expect(decodeBase64(text)).toEqual(bytes)
        }
      }),
    )
  })

  it.each(['', '=', 'A', 'AAAAA', 'AA AA', 'AAA*', 'AA=A', 'AA==='])('reads no %j', (text) => {
    expect(decodeBase64(text)).toBeNull()
  })
})
