import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isJsonObject, parseJson } from '../../../src/bitrix24/wire/json.ts'

function list(count: number): string {
  return `[${Array.from({ length: count }, () => '1').join(',')}]`
}

describe('parseJson()', () => {
  it('returns what the body says, objects without prototype', () => {
    const result = parseJson('{"a":[1,-2.5,"x",null,true,{"b":{}}]}')
    expect(result).toEqual({ ok: true, value: { a: [1, -2.5, 'x', null, true, { b: {} }] } })
    if (!result.ok || !isJsonObject(result.value)) throw new Error('unexpected')
    expect(Object.getPrototypeOf(result.value)).toBeNull()
    const items = result.value['a']
    expect(Array.isArray(items) && Object.getPrototypeOf(items[5])).toBeNull()
  })

  it.each([
    '',
    '{',
    '{"a":1',
    '[1,]',
    '{a:1}',
    "{'a':1}",
    '1 2',
    '\ufeff1',
    'undefined',
    'NaN',
    '"',
  ])('refuses %j, which is no JSON', (body) => {
    expect(parseJson(body)).toEqual({ ok: false, error: 'invalid_json' })
  })

  it('accepts 8 levels and refuses 9', () => {
    expect(parseJson(`${'['.repeat(8)}1${']'.repeat(8)}`).ok).toBe(true)
    expect(parseJson(`${'['.repeat(9)}1${']'.repeat(9)}`)).toEqual({ ok: false, error: 'too_deep' })
    expect(parseJson(`${'{"a":'.repeat(9)}1${'}'.repeat(9)}`)).toEqual({
      ok: false,
      error: 'too_deep',
    })
  })

  it('counts levels, not brackets side by side', () => {
    expect(parseJson(`[${Array.from({ length: 100 }, () => '[[{}]]').join(',')}]`).ok).toBe(true)
  })

  it('accepts 1,000 values and refuses 1,001', () => {
    expect(parseJson(list(1000)).ok).toBe(true)
    expect(parseJson(list(1001))).toEqual({ ok: false, error: 'too_many_values' })
    expect(parseJson(`{"a":${list(500)},"b":${list(499)}}`)).toEqual({
      ok: false,
      error: 'too_many_values',
    })
    expect(parseJson(`{"a":${list(500)},"b":${list(498)}}`).ok).toBe(true)
  })

  it('does not count what stands in texts', () => {
    const text = `${'[{,'.repeat(2000)}\\"${'[{,'.repeat(2000)}\\\\`
    expect(parseJson(`["${text}"]`)).toEqual({
      ok: true,
      value: [`${'[{,'.repeat(2000)}"${'[{,'.repeat(2000)}\\`],
    })
  })

  it('drops members __proto__ at any depth and keeps constructor as an ordinary one', () => {
    const result = parseJson(
      '{"__proto__":{"x":1},"a":{"__proto__":1,"constructor":{"prototype":2}}}',
    )
    expect(JSON.stringify(result)).toBe('{"ok":true,"value":{"a":{"constructor":{"prototype":2}}}}')
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('takes the last of repeated keys', () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual({ ok: true, value: { a: 2 } })
  })

  it('replaces lone surrogates in texts and keys', () => {
    expect(parseJson(String.raw`{"\ud800":"\udfffx","ok":"\ud83d\ude00"}`)).toEqual({
      ok: true,
      value: { '\ufffd': '\ufffdx', ok: '😀' },
    })
  })

  it.each(['1e400', '[-1e400]', '{"a":{"b":[1e999]}}', '9'.repeat(400)])(
    'refuses %s, a number that is no finite double',
    (body) => {
      expect(parseJson(body)).toEqual({ ok: false, error: 'number_out_of_range' })
    },
  )

  it('returns every small JSON value unchanged', () => {
    const value = fc.jsonValue({ maxDepth: 4, noUnicodeString: false })
    fc.assert(
      fc.property(value, (any) => {
        const body = JSON.stringify(any)
        fc.pre(!body.includes('__proto__') && body.split(/[[{,]/).length < 900)
        expect(JSON.stringify(parseJson(body))).toBe(`{"ok":true,"value":${body}}`)
      }),
    )
  })
})
