import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createSealer, type Sealer } from '../../src/storage/seal.ts'
import type { TokenKey } from '../../src/storage/token-keys.ts'
import { MEMBER_ID } from '../support/identity.ts'

const HERE = { memberId: MEMBER_ID, field: 'refreshToken' }
const PLAIN = 'canary-4c84be6600779a71006ac9d900000001f0f107'

function aKey(id: string, fill: number): TokenKey {
  return { id, key: new Uint8Array(32).fill(fill) }
}

async function sealed(sealer: Sealer, plain = PLAIN, context = HERE): Promise<string> {
  const result = await sealer.seal(plain, context)
  if (!result.ok) throw new Error('expected a record')
  return result.value
}

describe('createSealer()', () => {
  const old = aKey('k1', 1)
  const newest = aKey('k2', 2)
  const sealer = createSealer([old])

  it('opens what it sealed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (plain) => {
        const text = plain.toWellFormed()
        expect(await sealer.open(await sealed(sealer, text), HERE)).toEqual({
          ok: true,
          value: text,
        })
      }),
    )
    const marked = '\ufefftoken'
    expect(await sealer.open(await sealed(sealer, marked), HERE)).toEqual({
      ok: true,
      value: marked,
    })
  })

  it('opens a record that another implementation made of the same key and place', async () => {
    // Made with OpenSSL: HKDF-SHA256 (salt member_id, info bitrix24-event-relay/tokens/v1), then
    // AES-256-GCM with the iv 00 01 … 0b and the additional data `member_id|refreshToken`.
    const record =
      'v1.k1.AAECAwQFBgcICQoL.3oAi0VHNsRtPKcscDoODvVzZhtMkFocuR-Dv1riCjAVrn1WSQ_252mKpl8fpoyQ4U8tBXC0-qj5g3tOgbQ'
    expect(await sealer.open(record, HERE)).toEqual({ ok: true, value: PLAIN })
    expect(await sealed(sealer)).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]{82}$/)
  })

  it.each([
    ['another portal', { ...HERE, memberId: 'b223c6b3710f85df22e9377d6c4f7553' }],
    ['another field', { ...HERE, field: 'accessToken' }],
    ['a shifted border of the two', { memberId: `${HERE.memberId}|refresh`, field: 'Token' }],
  ])('does not open a record as of %s', async (_place, context) => {
    expect(await sealer.open(await sealed(sealer), context)).toEqual({
      ok: false,
      error: 'damaged',
    })
  })

  it('does not open a record with any byte of iv, ciphertext or tag changed', async () => {
    const [version, keyId, iv = '', body = ''] = (await sealed(sealer, 'short')).split('.')
    for (const [part, bytes] of [iv, body]
      .map((text) => Buffer.from(text, 'base64url'))
      .entries()) {
      for (const at of bytes.keys()) {
        const changed = Buffer.from(bytes)
        changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
        const text = changed.toString('base64url')
        const record = [version, keyId, ...(part === 0 ? [text, body] : [iv, text])].join('.')
        expect(await sealer.open(record, HERE)).toEqual({ ok: false, error: 'damaged' })
      }
    }
  })

  it('does not open a record under the name of another known key', async () => {
    const both = createSealer([newest, old])
    const record = (await sealed(sealer)).replace('v1.k1.', 'v1.k2.')
    expect(await both.open(record, HERE)).toEqual({ ok: false, error: 'damaged' })
  })

  it('says when the key of a record is not configured any more', async () => {
    const record = await sealed(sealer)
    const later = createSealer([newest])
    expect(await later.open(record, HERE)).toEqual({ ok: false, error: 'unknown_key' })
    expect(await createSealer([]).open(record, HERE)).toEqual({ ok: false, error: 'unknown_key' })
  })

  it('calls a record damaged when the bytes of its key have been exchanged', async () => {
    const record = await sealed(sealer)
    const other = createSealer([aKey('k1', 9)])
    expect(await other.open(record, HERE)).toEqual({ ok: false, error: 'damaged' })
  })

  it.each([
    '',
    'token',
    'v1.k1',
    'v1.k1..',
    'v1.k1.AAAAAAAAAAAAAAAA.AAAA',
    `v1.k1.AAAAAAAAAAAAAAA.${'A'.repeat(22)}`,
    `v1.k1.AAAAAAAAAAAAAAAA.${'A'.repeat(25)}`,
    `v1.k1.AAAAAAAAAAAAAAAA.${'A'.repeat(22)}.x`,
    `v1.k1.AAAAAAAAAAAAAAAA.${'A'.repeat(22)}\n`,
    `v2.k1.AAAAAAAAAAAAAAAA.${'A'.repeat(22)}`,
    `v1.k 1.AAAAAAAAAAAAAAAA.${'A'.repeat(22)}`,
  ])('calls %j damaged', async (record) => {
    expect(await sealer.open(record, HERE)).toEqual({ ok: false, error: 'damaged' })
  })

  it('seals under the newest key and still opens older records after a rotation', async () => {
    const before = await sealed(sealer)
    const rotated = createSealer([newest, old])
    const after = await sealed(rotated)
    expect(after.startsWith('v1.k2.')).toBe(true)
    expect(await rotated.open(before, HERE)).toEqual({ ok: true, value: PLAIN })
    expect(await rotated.open(after, HERE)).toEqual({ ok: true, value: PLAIN })
    expect([before, after].map((record) => rotated.isStale(record))).toEqual([true, false])
    expect(sealer.isStale(before)).toBe(false)
    expect(rotated.isStale('not a record')).toBe(true)
  })

  it('opens records under the shortest and the longest key id', async () => {
    for (const id of ['k', 'k'.repeat(32)]) {
      const named = createSealer([aKey(id, 1)])
      expect(await named.open(await sealed(named), HERE)).toEqual({ ok: true, value: PLAIN })
    }
    const record = (await sealed(sealer)).replace('k1', 'k'.repeat(33))
    expect(await sealer.open(record, HERE)).toEqual({ ok: false, error: 'damaged' })
  })

  it('tells whether the key of a record is configured', async () => {
    const record = await sealed(sealer)
    expect(createSealer([newest, old]).canOpen(record)).toBe(true)
    expect(createSealer([newest]).canOpen(record)).toBe(false)
    expect(createSealer([]).canOpen(record)).toBe(false)
    expect(sealer.canOpen('not a record')).toBe(false)
  })

  it('seals nothing without a key', async () => {
    const none = createSealer([])
    expect(await none.seal(PLAIN, HERE)).toEqual({ ok: false, error: 'no_key' })
    expect(none.isStale(await sealed(sealer))).toBe(false)
  })

  it('never uses an iv twice in 1,000 records', async () => {
    const records = await Promise.all(Array.from({ length: 1000 }, () => sealed(sealer)))
    expect(new Set(records.map((record) => record.split('.')[2])).size).toBe(1000)
  })

  it('shows nothing of the text, in no encoding', async () => {
    for (const record of [await sealed(sealer), await sealed(sealer)]) {
      const shown = [record, ...record.split('.').map((part) => Buffer.from(part, 'base64url'))]
      for (const view of shown) {
        expect(view.includes('canary')).toBe(false)
        expect(view.includes(PLAIN.slice(7, 15))).toBe(false)
      }
    }
  })

  it('gives each portal a key of its own, also beyond the cached number', async () => {
    const contexts = Array.from({ length: 300 }, (_, index) => ({ ...HERE, memberId: `m${index}` }))
    const records = await Promise.all(contexts.map((context) => sealed(sealer, PLAIN, context)))
    for (const [index, context] of contexts.entries()) {
      const record = records[index] ?? ''
      expect(await sealer.open(record, context)).toEqual({ ok: true, value: PLAIN })
    }
    expect(await sealer.open(records[0] ?? '', contexts[1] ?? HERE)).toEqual({
      ok: false,
      error: 'damaged',
    })
  })

  it('tells under which key a record was sealed, configured or not', async () => {
    const record = await sealed(sealer)
    const later = createSealer([newest])
    expect(later.keyIds).toEqual(['k2'])
    expect(later.keyIdOf(record)).toBe('k1')
    expect(later.keyIdOf(`${record} and more`)).toBeNull()
  })

  it('derives a key once per portal and key id, and keeps at most 256', async () => {
    const derive = vi.spyOn(crypto.subtle, 'deriveKey')
    try {
      const fresh = createSealer([newest, old])
      const record = await sealed(sealer, PLAIN, { ...HERE, memberId: 'm0' })
      derive.mockClear()
      for (let index = 0; index < 256; index += 1) {
        const context = { ...HERE, memberId: `m${index}` }
        await fresh.seal(PLAIN, context)
        await fresh.seal(PLAIN, context)
      }
      expect(derive).toHaveBeenCalledTimes(256)
      // The older key of m0 is the 257th and pushes out the oldest one, which is m0 under k2.
      await fresh.open(record, { ...HERE, memberId: 'm0' })
      await fresh.seal(PLAIN, { ...HERE, memberId: 'm1' })
      expect(derive).toHaveBeenCalledTimes(257)
      await fresh.seal(PLAIN, { ...HERE, memberId: 'm0' })
      expect(derive).toHaveBeenCalledTimes(258)
    } finally {
      derive.mockRestore()
    }
  })
})
