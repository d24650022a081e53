/// <reference types="vite/types/importMeta.d.ts" />
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseForm } from '../../../src/bitrix24/wire/form.ts'

interface Oracle {
  readonly pairs: readonly { readonly body: string; readonly php: unknown }[]
  readonly differences: readonly {
    readonly id: string
    readonly reason: string
    readonly cases: readonly {
      readonly body: string
      readonly php: unknown
      readonly relay: unknown
    }[]
  }[]
}

// As text: a bundler that turns JSON into source would turn a key `__proto__` into a prototype.
const FILES = import.meta.glob<string>('../../fixtures/php-forms.json', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const ORACLE: Oracle = JSON.parse(Object.values(FILES)[0] ?? '')

/** The value as plain JSON would carry it, so that prototypes do not count. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

describe('parseForm()', () => {
  it('reads every body of the oracle file as PHP does', () => {
    const wrong = ORACLE.pairs
      .map(({ body, php }) => ({ body, php, ours: plain(parseForm(body)) }))
      .filter(({ php, ours }) => JSON.stringify(ours) !== JSON.stringify({ ok: true, value: php }))
    expect(wrong).toEqual([])
  })

  it('is compared with at least 500 different bodies', () => {
    expect(new Set(ORACLE.pairs.map(({ body }) => body)).size).toBeGreaterThanOrEqual(500)
  })

  it('differs from PHP only where the oracle file says so', () => {
    expect(ORACLE.differences.map(({ id }) => id)).toEqual([
      'too_many_parameters',
      'too_deep',
      'proto_left_out',
      'raw_nul',
      'keys_equal_after_replacement',
    ])
  })

  const cases = ORACLE.differences.flatMap(({ id, cases: list }) =>
    list.map((one) => ({ id, shown: JSON.stringify(one.body.slice(0, 40)), ...one })),
  )
  it.each(cases)('differs from PHP by $id for $shown', ({ body, php, relay }) => {
    const ours = plain(parseForm(body))
    expect(ours).toEqual(relay)
    expect(ours).not.toEqual({ ok: true, value: php })
  })

  it('accepts 1,000 parameters and refuses 1,001, empty ones not counted', () => {
    expect(parseForm('&&'.repeat(5000) + 'a=1&'.repeat(1000))).toEqual({
      ok: true,
      value: { a: '1' },
    })
    expect(parseForm('a=1&'.repeat(1001))).toEqual({ ok: false, error: 'too_many_parameters' })
  })

  it('counts parameters that it leaves out', () => {
    const error = { ok: false, error: 'too_many_parameters' }
    expect(parseForm('__proto__=1&'.repeat(1001))).toEqual(error)
    expect(parseForm('=1&'.repeat(1001))).toEqual(error)
  })

  it('accepts names of 8 parts and refuses 9', () => {
    const nested = { a: { b: { c: { d: { e: { f: { g: { h: '1' } } } } } } } }
    expect(parseForm('a[b][c][d][e][f][g][h]=1')).toEqual({ ok: true, value: nested })
    expect(parseForm('a[b][c][d][e][f][g][h][i]=1')).toEqual({ ok: false, error: 'too_deep' })
  })

  it('makes objects without prototype at every depth', () => {
    const result = parseForm('a[b][c]=1')
    if (!result.ok) throw new Error(result.error)
    const { a } = result.value
    expect(Object.getPrototypeOf(result.value)).toBeNull()
    expect(Object.getPrototypeOf(a)).toBeNull()
    expect(Object.getPrototypeOf(Object(a).b)).toBeNull()
  })

  it('makes real arrays of lists and keeps maps with gaps as objects', () => {
    const result = parseForm('a[]=x&a[]=y&b[1]=x&b[0]=y')
    if (!result.ok) throw new Error(result.error)
    expect(Array.isArray(result.value['a'])).toBe(true)
    expect(Array.isArray(result.value['b'])).toBe(false)
  })

  it('replaces a lone surrogate, which only a broken caller can pass', () => {
    expect(parseForm('a=\ud800&b=%41\udc00')).toEqual({
      ok: true,
      value: { a: '\ufffd', b: 'A\ufffd' },
    })
  })

  it('returns what URLSearchParams wrote for any flat strings', () => {
    const key = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/[[\0. ]/.test(text))
    const map = fc.dictionary(key, fc.string({ unit: 'grapheme' }), {
      maxKeys: 20,
      noNullPrototype: true,
    })
    fc.assert(
      fc.property(map, (object) => {
        delete object['__proto__']
        const body = new URLSearchParams(Object.entries(object)).toString()
        expect(parseForm(body)).toEqual({ ok: true, value: object })
      }),
    )
  })

  it('never throws and never pollutes, whatever the body', () => {
    const scrap = fc.constantFrom(
      'a',
      '[',
      ']',
      '%5B',
      '%5D',
      '&',
      '=',
      '%',
      '%00',
      '\0',
      '+',
      '.',
      '__proto__',
      '0',
      '-1',
      '\ud800',
      'é',
    )
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(scrap, { maxLength: 60 }).map((scraps) => scraps.join('')),
    )
    fc.assert(
      fc.property(body, (text) => {
        const result = parseForm(text)
        expect(plain(result)).toHaveProperty('ok')
        expect(Object.keys(Object.prototype)).toEqual([])
        expect(JSON.stringify(result)).not.toContain('"__proto__":')
      }),
    )
  })
})
