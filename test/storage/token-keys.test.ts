import { describe, expect, it } from 'vitest'
import { parseTokenKeys, type TokenKey } from '../../src/storage/token-keys.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function aKey(id: string, fill: number): TokenKey {
  return { id, key: new Uint8Array(32).fill(fill) }
}

function base64Key(fill: number): string {
  return Buffer.alloc(32, fill).toString('base64')
}

describe('parseTokenKeys()', () => {
  const one = base64Key(1)
  const two = base64Key(2)

  it('reads keys in the order of the text, newest first', () => {
    expect(parseTokenKeys(`{"k2": "${two}", "k1": "${one}"}`)).toEqual({
      ok: true,
      value: [aKey('k2', 2), aKey('k1', 1)],
    })
    expect(parseTokenKeys({ k2: two, k1: one })).toEqual({
      ok: true,
      value: [aKey('k2', 2), aKey('k1', 1)],
    })
  })

  it('keeps the order of ids that look like integers, which objects do not', () => {
    const text = ` {\n"9":"${two}" ,\t"1":"${one}"\n} `
    expect(parseTokenKeys(text)).toEqual({ ok: true, value: [aKey('9', 2), aKey('1', 1)] })
    expect(parseTokenKeys({ 9: two, 1: one })).toEqual({
      ok: false,
      error:
        'Must name each key with at least one letter, as numbers alone do not keep their order',
    })
    expect(parseTokenKeys({ k2: two, 1: one }).ok).toBe(false)
    expect(parseTokenKeys({ 9: two })).toEqual({ ok: true, value: [aKey('9', 2)] })
  })

  it('reads both base64 alphabets, padded or not', () => {
    const key = Uint8Array.from({ length: 32 }, (_, index) => 255 - index * 3)
    const standard = Buffer.from(key).toString('base64')
    expect(standard).toMatch(/[+/]/)
    for (const text of [
      standard,
      standard.replace('=', ''),
      Buffer.from(key).toString('base64url'),
      `${Buffer.from(key).toString('base64url')}=`,
    ]) {
      expect(parseTokenKeys({ k1: text })).toEqual({ ok: true, value: [{ id: 'k1', key }] })
    }
  })

  it('takes keys that share some bytes for different ones', () => {
    const near = Buffer.alloc(32, 1)
    near.writeUInt8(2, 31)
    expect(parseTokenKeys({ k2: near.toString('base64'), k1: one }).ok).toBe(true)
  })

  it('reads ids of 1 to 32 letters, digits, _ and -, also escaped ones', () => {
    const id = ALPHABET.slice(0, 32)
    expect(parseTokenKeys({ [id]: one })).toEqual({ ok: true, value: [aKey(id, 1)] })
    expect(parseTokenKeys(`{"\\u006b1":"${one.replaceAll('/', '\\/')}"}`)).toEqual({
      ok: true,
      value: [aKey('k1', 1)],
    })
    expect(parseTokenKeys(`{"__proto__":"${one}"}`)).toEqual({
      ok: true,
      value: [aKey('__proto__', 1)],
    })
  })

  it('takes one bare key, in either alphabet, under an id that stays', () => {
    for (const text of [one, one.replace('=', '')]) {
      expect(parseTokenKeys(text)).toEqual({ ok: true, value: [aKey('bare', 1)] })
    }
    expect(parseTokenKeys(`{"k2":"${two}","bare":"${one}"}`)).toEqual({
      ok: true,
      value: [aKey('k2', 2), aKey('bare', 1)],
    })
  })

  const notAnObject =
    'Must be base64 of 32 bytes, or a JSON object of key id to base64 of 32 bytes, newest first'
  const noText = 'Must hold a base64 text for every key id'
  const badId = 'Key 1 of 1 must have an id of 1 to 32 letters, digits, _ or -'
  const badKey = 'Key 1 of 1 must be base64 of 32 bytes'

  it.each([
    ['', notAnObject],
    ['hunter2-hunter2', notAnObject],
    [one.slice(4), notAnObject],
    [`${one}${one}`, notAnObject],
    ['01'.repeat(32), notAnObject],
    [`${one},${two}`, notAnObject],
    [`"${one}"`, notAnObject],
    [`["${one}"]`, notAnObject],
    ['null', notAnObject],
    [`{"k1":"${one}",}`, notAnObject],
    ['{}', 'Must hold at least one key'],
    [' { } ', 'Must hold at least one key'],
    [{}, 'Must hold at least one key'],
    ['{"k1":7}', noText],
    [`{"k1":"${one}","k2":null}`, noText],
    [`{"k2":["${two}"],"k1":"${one}"}`, noText],
    [`{"k1":{"k2":"${one}"}}`, noText],
    [{ k1: 7 }, badKey],
    [{ k1: null }, badKey],
    [{ k1: '' }, badKey],
    [{ k1: Buffer.alloc(31, 1).toString('base64') }, badKey],
    [{ k1: Buffer.alloc(33, 1).toString('base64') }, badKey],
    [{ k1: `${one} ` }, badKey],
    [{ k1: one.replace('B', '*') }, badKey],
    [{ k1: '01'.repeat(32) }, badKey],
    [{ '': one }, badId],
    [{ 'k.1': one }, badId],
    [{ [ALPHABET.slice(0, 33)]: one }, badId],
    [{ [two]: one }, badId],
    [`{"k1":"${one}","k1":"${two}"}`, 'Key 2 of 2 must not repeat an id'],
    [`{"k1":"${one}","\\u006b1":"${two}"}`, 'Key 2 of 2 must not repeat an id'],
    [{ k2: one, k1: one }, 'Key 2 of 2 must not repeat the bytes of another key'],
  ])('refuses %j and names neither id nor value', (source, problem) => {
    expect(parseTokenKeys(source)).toEqual({ ok: false, error: problem })
  })
})
