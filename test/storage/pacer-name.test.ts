import { describe, expect, it, vi } from 'vitest'
import { createPacerNames } from '../../src/storage/pacer-name.ts'
import { createSealer } from '../../src/storage/seal.ts'
import type { TokenKey } from '../../src/storage/token-keys.ts'

const URL = 'https://hooks.slack.com/services/T000/B000/slackcanary000000'

function aKey(id: string, fill: number): TokenKey {
  return { id, key: new Uint8Array(32).fill(fill) }
}

describe('createPacerNames()', () => {
  it('gives the HMAC-SHA256 under a key that HKDF derives from the newest key', async () => {
    const { namePacer } = createSealer([aKey('k2', 2), aKey('k1', 1)])
    // Made with OpenSSL: HKDF-SHA256 (no salt, info bitrix24-event-relay/pacer-names/v1) of k2, then
    // HMAC-SHA256 of `pace|<url>`.
    const expected = 'f520ae2dc22004240fe07246473f99f6303a82edd670f357484d960a87f0c369'
    expect(await namePacer(URL)).toBe(expected)
    expect(await namePacer(URL)).toBe(expected)
  })

  it('gives a hash of a domain of its own without a key', async () => {
    // From `printf %s 'bitrix24-event-relay/pacer-names/v1|pace|<url>' | sha256sum`.
    const expected = '23edd4365be99343342e11139495633f6509b753b184adc7550c374d832817d9'
    expect(await createSealer([]).namePacer(URL)).toBe(expected)
  })

  it('differs by key and by URL, and shows nothing of the URL', async () => {
    const names: string[] = []
    for (const key of [null, aKey('k1', 1).key, aKey('k1', 2).key]) {
      const namePacer = createPacerNames(key)
      names.push(await namePacer(URL), await namePacer(`${URL}1`), await namePacer(''))
    }
    expect(new Set(names).size).toBe(9)
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{64}$/)
  })

  it('computes the name of a URL once, and of the last 256 of them', async () => {
    const sign = vi.spyOn(crypto.subtle, 'sign')
    const namePacer = createPacerNames(aKey('k1', 1).key)
    for (let count = 0; count < 256; count += 1) await namePacer(`${URL}${count}`)
    for (let count = 0; count < 256; count += 1) await namePacer(`${URL}${count}`)
    expect(sign).toHaveBeenCalledTimes(256)
    await namePacer(`${URL}256`)
    await namePacer(`${URL}1`)
    expect(sign).toHaveBeenCalledTimes(257)
    await namePacer(`${URL}0`)
    expect(sign).toHaveBeenCalledTimes(258)
    sign.mockRestore()
  })
})
