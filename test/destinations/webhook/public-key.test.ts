import { describe, expect, test } from 'vitest'
import { publicKeyOf } from '../../../src/destinations/webhook/public-key.ts'

describe('publicKeyOf()', () => {
  // RFC 8032, section 7.1, tests 1, 2 and 3.
  test.each([
    [
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    ],
    [
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    ],
    [
      'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
      'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    ],
  ])("gives for the seed %s the public key of RFC 8032's example", (seed, expected) => {
    expect(hexOf(publicKeyOf(bytesOf(seed)))).toBe(expected)
  })

  test('gives for random seeds the public key that WebCrypto gives', async () => {
    for (let round = 0; round < 20; round += 1) {
      const seed = crypto.getRandomValues(new Uint8Array(32))
      expect(base64Url(publicKeyOf(seed))).toBe(await publicKeyByWebCrypto(seed))
    }
  })
})

async function publicKeyByWebCrypto(seed: Uint8Array): Promise<string> {
  const pkcs8 = Uint8Array.of(...bytesOf('302e020100300506032b657004220420'), ...seed)
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, true, ['sign'])
  const exported = await crypto.subtle.exportKey('jwk', key)
  return exported.x ?? ''
}

function base64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
