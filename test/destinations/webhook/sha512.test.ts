import { expect, test } from 'vitest'
import { sha512 } from '../../../src/destinations/webhook/sha512.ts'

// 111 and 112 bytes are the two sides of a block's end, 240 of the next one's.
test.each([0, 1, 3, 32, 111, 112, 127, 128, 129, 239, 240, 1000])(
  'the hash of %i bytes is that of WebCrypto',
  async (length) => {
    const message = Uint8Array.from({ length }, (_byte, index) => (index * 7) % 256)
    const expected = new Uint8Array(await crypto.subtle.digest('SHA-512', message))
    expect(sha512(message)).toEqual(expected)
  },
)
