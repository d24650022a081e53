import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskedPartsOfHeaders, readHeaders } from '../../../src/destinations/webhook/headers.ts'

const KEPT = 'Must not be set, as the relay and its platform keep this name for themselves'
const VALUE = 'Must hold printable ASCII characters only, on one line, without blanks at its ends'
const NAME = 'must have a name of letters, digits and -'

describe('readHeaders()', () => {
  test('gives names in lower case, with their values', () => {
    const headers = { Authorization: 'Bearer abc', 'X-Api-Key': 'k\t1 ~!', "!#$%&'*+.^_`|~": '0' }
    expect(readHeaders(headers)).toEqual({
      ok: true,
      value: { authorization: 'Bearer abc', 'x-api-key': 'k\t1 ~!', "!#$%&'*+.^_`|~": '0' },
    })
    expect(readHeaders(undefined)).toEqual({ ok: true, value: {} })
    expect(readHeaders({})).toEqual({ ok: true, value: {} })
  })

  test.each([null, 'x-api-key: 1', 5, [], [['x', 'y']]])('refuses %j as a table', (setting) => {
    expect(readHeaders(setting)).toEqual({
      ok: false,
      error: [{ setting: 'headers', problem: 'Must be a table of names and texts' }],
    })
  })

  test('takes 20 headers and refuses 21', () => {
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'value']))
    expect(readHeaders(many(20)).ok).toBe(true)
    expect(readHeaders(many(21))).toEqual({
      ok: false,
      error: [{ setting: 'headers', problem: 'Must hold at most 20 headers' }],
    })
  })

  const kept =
    'content-type Content-Type content-encoding content-length user-agent host connection keep-alive ' +
    'transfer-encoding te trailer upgrade expect accept-encoding via cookie cookie2 cdn-loop ' +
    'webhook-id Webhook-Signature webhook-x cf-connecting-ip proxy-authorization sec-fetch-mode __proto__'
  test.each(kept.split(' '))('keeps the name %s for the relay and its platform', (name) => {
    expect(readHeaders({ [name]: 'value' })).toEqual({
      ok: false,
      error: [{ setting: `headers.${name}`, problem: KEPT }],
    })
  })

  test.each(['webhooks', 'x-webhook-id', 'x-cf-id', 'x-host', 'hosts', 'accept'])(
    'leaves the name %s free',
    (name) => {
      expect(readHeaders({ [name]: 'value' })).toEqual({ ok: true, value: { [name]: 'value' } })
    },
  )

  test.each(['', 'x y', 'x:y', 'x\r\ny', 'é', 'x"', 'x(y)', 'a/b', 'x'.repeat(101)])(
    'refuses the name %j and does not repeat it',
    (name) => {
      expect(readHeaders({ 'x-one': '1', [name]: 'value' })).toEqual({
        ok: false,
        error: [{ setting: 'headers', problem: `Entry 2 ${NAME}` }],
      })
    },
  )

  test.each([
    ['a number', 5, 'Must be a text'],
    ['a list', ['a'], 'Must be a text'],
    ['nothing', '', 'Must be a text'],
    ['null', null, 'Must be a text'],
    ['a line end', 'canary\nx-evil: 1', VALUE],
    ['a carriage return', 'canary\r', VALUE],
    ['NUL', 'canary\0', VALUE],
    ['another control character', 'can\u0007ary', VALUE],
    ['DEL', 'can\u007fary', VALUE],
    ['Latin-1, which Node and workerd send differently', 'canary\u00e9', VALUE],
    ['what is outside Latin-1', 'canary\u20ac', VALUE],
    ['a blank before', ' canary', VALUE],
    ['a blank behind', 'canary\t', VALUE],
    ['4097 characters', 'canary'.repeat(683).slice(1), 'Must be at most 4096 characters long'],
  ])('refuses %s as a value and does not repeat it', (_what, value, problem) => {
    const read = readHeaders({ 'X-Key': value })
    expect(read).toEqual({ ok: false, error: [{ setting: 'headers.X-Key', problem }] })
    expect(JSON.stringify(read)).not.toContain('canary')
  })

  test('takes 4096 characters', () => {
    expect(readHeaders({ 'x-key': 'k'.repeat(4096) }).ok).toBe(true)
  })

  test('refuses a name twice in different cases', () => {
    expect(readHeaders({ 'x-key': '1', 'X-Key': '2' })).toEqual({
      ok: false,
      error: [
        {
          setting: 'headers.X-Key',
          problem: 'Must not be set twice, as case does not matter in names of headers',
        },
      ],
    })
  })

  test('tells all wrong headers at once', () => {
    expect(readHeaders({ host: 'x', 'x-key': 5, 'x-ok': 'ok', 'a b': 'x' })).toEqual({
      ok: false,
      error: [
        { setting: 'headers.host', problem: KEPT },
        { setting: 'headers.x-key', problem: 'Must be a text' },
        { setting: 'headers', problem: `Entry 4 ${NAME}` },
      ],
    })
  })

  test('what it accepts is a request header to the platform, unchanged', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[\w-]+$/))
    let accepted = 0
    fc.assert(
      fc.property(text, text, (name, value) => {
        const read = readHeaders({ [name]: value })
        if (!read.ok) return
        accepted += 1
        expect([...new Headers(read.value)]).toEqual([[name.toLowerCase(), value]])
      }),
      { numRuns: 2000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})

test('values are masked, a credential also without its scheme, and short words are not', () => {
  expect(
    maskedPartsOfHeaders({
      authorization: 'Bearer tokens-and-more',
      'x-key': 'abcdef',
      'x-short': 'abcde',
      'x-two': 'to abc',
    }),
  ).toEqual(['Bearer tokens-and-more', 'tokens-and-more', 'abcdef', 'abcdef', 'to abc'])
})
