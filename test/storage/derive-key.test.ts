import { describe, expect, it } from 'vitest'
import { deriveKey, encodeUtf8, type KeyPurpose } from '../../src/storage/derive-key.ts'

const MASTER = new Uint8Array(32).fill(7)
const SIGNING: KeyPurpose = {
  info: 'purpose/v1',
  salt: '',
  algorithm: { name: 'HMAC', hash: 'SHA-256', length: 256 },
  usages: ['sign'],
}

/** A fingerprint of the key that cannot be exported: its signature of a text. */
async function signatureOf(purpose: KeyPurpose, master = MASTER): Promise<string> {
  const key = await deriveKey(master, purpose)
  const signature = await crypto.subtle.sign('HMAC', key, encodeUtf8('text'))
  return Buffer.from(signature).toString('hex')
}

describe('deriveKey()', () => {
  it('derives one key for one purpose, and another one for any other', async () => {
    const own = await signatureOf(SIGNING)
    expect(await signatureOf({ ...SIGNING })).toBe(own)
    const others = [
      await signatureOf({ ...SIGNING, info: 'purpose/v2' }),
      await signatureOf({ ...SIGNING, salt: 'portal' }),
      await signatureOf(SIGNING, new Uint8Array(32).fill(8)),
    ]
    expect(new Set([own, ...others]).size).toBe(4)
  })

  it('derives a key that serves its purpose only, and cannot be exported', async () => {
    const key = await deriveKey(MASTER, {
      ...SIGNING,
      algorithm: { name: 'AES-GCM', length: 256 },
      usages: ['encrypt', 'decrypt'],
    })
    expect({ usages: key.usages.toSorted(), extractable: key.extractable }).toEqual({
      usages: ['decrypt', 'encrypt'],
      extractable: false,
    })
  })
})
