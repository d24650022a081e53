import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeError, maskSecrets, redactText } from '../../../src/core/safety/redact.ts'

const SECRET = 'Pa/ss+w0rd é"x'

describe('redactText()', () => {
  it('keeps a harmless text as it is', () => {
    expect(redactText('channel_not_found', ['hidden-secret'])).toBe('channel_not_found')
    expect(redactText('Вебхук отключён 😀', [])).toBe('Вебхук отключён 😀')
    expect(redactText('', ['hidden-secret'])).toBe('')
  })

  it.each([
    ['plain', SECRET],
    ['in lower case', SECRET.toLowerCase()],
    ['in upper case', SECRET.toUpperCase()],
    ['as a percent-encoded component', encodeURIComponent(SECRET)],
    ['with lower-case percent escapes', encodeURIComponent(SECRET).toLowerCase()],
    ['as a percent-encoded URL', encodeURI(SECRET)],
    ['form-encoded', encodeURIComponent(SECRET).replaceAll('%20', '+')],
    ['JSON-escaped', JSON.stringify(SECRET).slice(1, -1)],
    ['JSON-escaped by PHP', 'Pa\\/ss+w0rd \\u00e9\\"x'],
    ['with blanks and invisible characters', 'Pa/ss\u200b+w0rd\u0000\n é\u202e"x'],
  ])('masks a secret %s', (_form, written) => {
    expect(redactText(`no: ${written}, sorry`, [SECRET])).toBe('no: ***, sorry')
  })

  it.each([
    ['', '<***Q==>'],
    ['a', '<YX***E=>'],
    ['ab', '<YWJ***>'],
    ['abc', '<YWJj***Q==>'],
  ])('masks what base64 shows of a secret behind %j', (before, kept) => {
    expect(redactText(`<${btoa(`${before}s3cr3t!`)}>`, ['s3cr3t!'])).toBe(kept)
  })

  it('masks base64 in the alphabet for URLs', () => {
    expect(redactText('<fn5+Pz8/> <fn5-Pz8_>', ['~~~???'])).toBe('<***> <***>')
  })

  it.each([
    ["it's (here)!", 'it%27s%20%28here%29%21'],
    ["it's (here)!", 'it%27s+%28here%29%21'],
    ['abcdef', '%61%62%63%64%65%66'],
    ['abc\ndef', '%61%62%63%0A%64%65%66'],
  ])('masks %j written as %j', (secret, written) => {
    expect(redactText(`no: ${written}.`, [secret])).toBe('no: ***.')
  })

  it.each([
    ['half percent-encoded', 'pass%77ord'],
    ['percent-encoded twice', '%2570assword'],
    ['with single JSON escapes', 'p\\u0061ssword'],
    ['with HTML entities', 'p&#97;ss&#x77;ord'],
    ['with named HTML entities', 'left&LT;right'],
    ['JSON-escaped twice', 'quo\\\\\\"ted'],
    ['with some pluses for blanks', 'my+pass word'],
    ['in mixed case beyond ASCII', 'äÖÜÄöü'],
  ])('keeps nothing when a secret is readable %s', (_form, written) => {
    const secrets = ['password', 'left<right', 'quo"ted', 'my pass word', 'ÄÖÜäöü']
    expect(redactText(`it was ${written} then`, secrets)).toBe('***')
  })

  it('takes secrets and texts that are no proper Unicode or HTML', () => {
    expect(redactText('a &#x110000; b %ff \ud800', ['abc\ud800def'])).toBe('a &#x110000; b %ff')
    expect(redactText('<abc\ud800def>', ['abc\ud800def'])).toBe('<***>')
  })

  it('keeps nothing when removing a secret makes another one', () => {
    expect(redactText('ab secret-1 cd', ['secret-1', 'ab *** cd'])).toBe('***')
  })

  it('masks a secret with blanks around it', () => {
    expect(redactText('<  a bcd  >', [' a bcd ', '  hidden  '])).toBe('<***>')
    expect(redactText('(hidden)', ['  hidden  '])).toBe('(***)')
  })

  it('masks overlapping secrets without leaving a rest', () => {
    expect(redactText('<abcdefghij>', ['abcdefg', 'defghij'])).toBe('<***>')
    expect(redactText('<ababababab>', ['ababab'])).toBe('<***>')
    expect(redactText('aaaaaaa', ['aaaaaa'])).toBe('***')
    expect(redactText('abcdef,abcdef', ['abcdef'])).toBe('***,***')
  })

  it('ignores secrets under 6 characters', () => {
    expect(redactText('a bcdef g', ['', 'a', 'bcdef'])).toBe('a bcdef g')
    expect(redactText('a bcdefg g', ['bcdefg'])).toBe('a *** g')
  })

  it.each([
    ['see https://acme.com/rest/1/x/?auth=1 now', 'see https://acme.com/*** now'],
    ['"https:\\/\\/acme.com\\/rest"', '"https://acme.com/***"'],
    ['https://user:pass@acme.com/x', 'https://acme.com/***'],
    ['https://acme.com?x', 'https://acme.com/***'],
    ['https://acme.com#x', 'https://acme.com/***'],
    ['https://acme.com/', 'https://acme.com/'],
    [
      '<https://acme.com/a>, <https://a:b@c@acme.com/#b>',
      '<https://acme.com/***>, <https://acme.com/***>',
    ],
    ['xhttp+unix://acme.com/a', 'xhttp+unix://acme.com/***'],
    [`${'x'.repeat(15)} ${'y'.repeat(19)}https://a.b/c`, `${'x'.repeat(15)} ***://a.b/***`],
    ['POST /rest?auth=abc failed', 'POST /rest?*** failed'],
    ['POST /rest?? what', 'POST /rest?? what'],
  ])('strips paths and queries of %j', (text, kept) => {
    expect(redactText(text, [])).toBe(kept)
  })

  it.each(['a', '9', '_', '+', '/', '=', '-'])('masks runs of 20 with %j but not of 19', (mark) => {
    const run = `${mark}${'b'.repeat(18)}`
    expect(redactText(`<${run}>`, [])).toBe(`<${run}>`)
    expect(redactText(`<${run}c>`, [])).toBe('<***>')
  })

  it('writes one line without invisible characters', () => {
    const text = '\ufeff a\r\n\tb\u0000c\u202ed\u2066\u200be\u2028f\u0085g\ud800 \u00a0'
    expect(redactText(text, [])).toBe('a b cde f g')
  })

  it('cuts on code points', () => {
    expect(redactText('😀😀😀😀', [], 4)).toBe('😀😀😀😀')
    expect(redactText('😀😀😀😀😀', [], 4)).toBe('😀😀😀…')
    expect(Array.from(redactText('ab '.repeat(200), []))).toHaveLength(200)
    expect(redactText('abc', [], 1)).toBe('…')
    expect(redactText('abc', [], 0)).toBe('')
    expect(redactText('secret', ['secret'], 2)).toBe('*…')
  })

  it('stays fast on texts that would slow a careless expression down', () => {
    const longs = ['?', 'a.', 'x://', '%41', '&#', '\\u00', '"'].map((unit) => unit.repeat(100_000))
    for (const text of longs) {
      expect(redactText(text, ['secret-value']).length).toBeLessThanOrEqual(200)
    }
  }, 5_000)
})

const units = fc.constantFrom('grapheme', 'binary', 'binary-ascii')
const secrets = fc.array(
  units.chain((unit) => fc.string({ unit, minLength: 6, maxLength: 24 })),
  { minLength: 1, maxLength: 3 },
)
const writers: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => secret.toLowerCase(),
  (secret) => secret.toUpperCase(),
  (secret) => encodeURIComponent(secret.toWellFormed()),
  (secret) => new URLSearchParams([['k', secret]]).toString(),
  (secret) => JSON.stringify(secret),
  (secret) => JSON.stringify(JSON.stringify(secret)),
  (secret) => Array.from(secret).join('\u200b'),
]
const pieces = fc.array(
  fc.tuple(fc.nat(), fc.constantFrom(...writers), fc.string({ unit: 'binary', maxLength: 6 })),
  { minLength: 1, maxLength: 6 },
)

describe('redactText() on any input', () => {
  it('lets no secret survive, in any case', () => {
    fc.assert(
      fc.property(secrets, pieces, fc.integer({ min: 0, max: 300 }), (list, parts, maxLength) => {
        const text = parts
          .map(([index, write, noise]) => `${noise}${write(list[index % list.length] ?? '')}`)
          .join('')
        const kept = redactText(text, list, maxLength)
        expect(Array.from(kept).length).toBeLessThanOrEqual(maxLength)
        expect(kept).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u)
        for (const secret of list) {
          expect(kept.includes(secret)).toBe(false)
          expect(kept.toLowerCase().includes(secret.toLowerCase())).toBe(false)
          expect(kept.includes(encodeURIComponent(secret.toWellFormed()))).toBe(false)
          expect(kept.includes(JSON.stringify(secret).slice(1, -1))).toBe(false)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('lets no secret survive base64 of anything around it', () => {
    const bytes = fc.string({ unit: 'binary-ascii', maxLength: 5 })
    const secret = fc.string({ unit: 'binary-ascii', minLength: 6, maxLength: 12 })
    fc.assert(
      fc.property(bytes, secret, bytes, (before, hidden, after) => {
        const kept = redactText(`(${btoa(before + hidden + after)})`, [hidden])
        const runs = kept.match(/[A-Za-z0-9+/]{4,}/g) ?? []
        for (const run of runs) {
          expect(atob(run.slice(0, run.length - (run.length % 4))).includes(hidden)).toBe(false)
        }
        expect(kept).toContain('***')
      }),
      { numRuns: 1000 },
    )
  })
})

describe('describeError()', () => {
  it('names the error, its message and one level of cause', () => {
    const root = new Error('the root')
    const cause = new RangeError('too far', { cause: root })
    expect(describeError(new TypeError('fetch failed', { cause }))).toBe(
      'TypeError: fetch failed (caused by RangeError: too far)',
    )
    expect(describeError(new Error('alone'))).toBe('Error: alone')
    expect(describeError(new Error(''))).toBe('Error')
    expect(describeError(new Error('x', { cause: 'a text' }))).toBe('Error: x (caused by a text)')
    expect(describeError(new DOMException('gone', 'AbortError'))).toBe('AbortError: gone')
  })

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['a text', 'a text'],
    [7, '7'],
    [7n, '7'],
    [Symbol('s'), 'Symbol(s)'],
    [() => 'secret', 'Thrown function'],
    [{}, 'Thrown object'],
    [['secret'], 'Thrown object'],
    [{ name: 'Remote', message: 'lost' }, 'Remote: lost'],
    [{ name: 1, message: { secret: true } }, 'Thrown object'],
    [Object.create(null), 'Thrown object'],
  ])('formats the thrown value %o', (value, text) => {
    expect(describeError(value)).toBe(text)
  })

  it('leaves out what cannot be read', () => {
    const getters = {
      name: 'Half',
      get message(): string {
        throw new Error('no')
      },
      get cause(): unknown {
        throw new Error('no')
      },
    }
    expect(describeError(getters)).toBe('Half')
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(describeError(proxy)).toBe('Thrown object')
    expect(describeError(new Error('x', { cause: proxy }))).toBe(
      'Error: x (caused by Thrown object)',
    )
  })

  it('ends on an error that is its own cause', () => {
    const error = new Error('round')
    error.cause = error
    expect(describeError(error)).toBe('Error: round (caused by Error: round)')
  })

  it('keeps 500 code points, and room for the cause', () => {
    const message = '😀 '.repeat(2_000)
    expect(Array.from(describeError(new Error(message)))).toHaveLength(500)
    const cause = new Error(`cause ${message}`)
    const text = describeError(new Error(message, { cause }))
    expect(Array.from(text).length).toBeLessThanOrEqual(500)
    expect(text).toContain('(caused by Error: cause 😀')
  })

  it('keeps neither tokens nor URL paths', () => {
    const message = 'GET https://acme.com/rest/1/abc?auth=x 00112233445566778899aabbccddeeff'
    expect(describeError(new Error(message, { cause: new Error(message) }))).toBe(
      'Error: GET https://acme.com/*** *** (caused by Error: GET https://acme.com/*** ***)',
    )
  })

  it('never throws and never exceeds 500 code points', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) => {
        expect(Array.from(describeError(value)).length).toBeLessThanOrEqual(500)
        expect(typeof describeError(new Error('x', { cause: value }))).toBe('string')
      }),
    )
  })
})

describe('maskSecrets()', () => {
  it('takes secrets out of a text of any length, and leaves addresses and line ends', () => {
    const text = `https://acme.bitrix24.com/crm/deal/7/?a=1\n${'x'.repeat(500)} SECRET-word`
    const masked = maskSecrets(text, ['secret-WORD'])
    expect(masked).toContain('https://acme.bitrix24.com/crm/deal/7/?a=1\n')
    expect(masked).toContain('x'.repeat(500))
    expect(masked.toLowerCase()).not.toContain('secret-word')
  })
})
