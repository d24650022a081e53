import { describe, expect, it } from 'vitest'
import { sha256Hex } from '../../../src/core/safety/sha256.ts'

describe('sha256Hex()', () => {
  // FIPS 180-2 appendix B for "abc"; the others by sha256sum of coreutils.
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['поле', '2a5d049b869df02891601234b7f3adb45c254a3116b91c26d0622d44c4bbdc50'],
  ])('gives the digest of the UTF-8 bytes of %j in lower case', async (text, expected) => {
    expect(await sha256Hex(text)).toBe(expected)
  })

  it('keeps the zero at the beginning of a byte', async () => {
    const digests = await Promise.all(Array.from({ length: 50 }, (_, n) => sha256Hex(String(n))))
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{64}$/u)
  })
})
