import { describe, expect, it } from 'vitest'
import { REMOVED, removeTokens, secretsOf } from '../../../src/bitrix24/wire/remove-tokens.ts'

const ACCESS = '9049b16a0043d4ca0042213e000000010000077261ef50fc26f1357adbd86a052c9e48'

describe('secretsOf()', () => {
  it('lists the tokens of an event and of the frame page, cut to 32 characters', () => {
    const payload = {
      auth: {
        access_token: ACCESS,
        refresh_token: 'refresh-refresh',
        application_token: 'application-token',
        domain: 'acme.bitrix24.com',
      },
      AUTH_ID: 'frame-access',
      REFRESH_ID: 'frame-refresh',
      APPLICATION_TOKEN: 'frame-application',
    }
    expect(secretsOf(payload)).toEqual([
      ACCESS.slice(0, 32),
      'refresh-refresh',
      'application-token',
      'frame-access',
      'frame-refresh',
      'frame-application',
    ])
  })

  it('leaves out what cannot be a token', () => {
    const auth = {
      access_token: 'short12',
      refresh_token: ['12345678'],
      application_token: 12345678,
    }
    expect(secretsOf({ auth, AUTH_ID: 'a b c d e f' })).toEqual([])
    expect(secretsOf({ auth: 'text' })).toEqual([])
  })
})

describe('removeTokens()', () => {
  it.each([
    'access_token',
    'ACCESS_TOKEN',
    'accessToken',
    'Access-Token',
    'refresh_token',
    'application_token',
    'client_secret',
    'AUTH_ID',
    'auth_id',
    'REFRESH_ID',
    'AUTH_TOKEN',
    'authToken',
    'auth[access_token]',
    'b24_access_token',
  ])('takes off the value of a member %s, whatever it is', (key) => {
    const value = { keep: 1, list: [{ [key]: { nested: 'x' } }], [key]: 'anything' }
    expect(removeTokens(value, [])).toEqual({ keep: 1, list: [{ [key]: REMOVED }], [key]: REMOVED })
  })

  it.each([
    'token',
    'access',
    'access_token_expires',
    'auth',
    'ID',
    'my_auth_id_number_of_many_letters',
  ])('keeps a member %s, which only sounds like a token', (key) => {
    expect(removeTokens({ [key]: 'x' }, [])).toEqual({ [key]: 'x' })
  })

  it('replaces every text that contains a secret, keys included', () => {
    const value = {
      equal: ACCESS,
      inside: `Bearer ${ACCESS}.`,
      [`key-${ACCESS}`]: 1,
      list: ['clean', ACCESS.toUpperCase(), null, 5, false],
    }
    expect(removeTokens(value, [ACCESS])).toEqual({
      equal: REMOVED,
      inside: REMOVED,
      [REMOVED]: 1,
      list: ['clean', REMOVED, null, 5, false],
    })
  })

  it('replaces texts of which only the JSON contains a secret', () => {
    expect(
      removeTokens(['\nabc-secret', '\u0011v5ky', 'abc\n'], ['nabc-secret', '11v5ky']),
    ).toEqual([REMOVED, REMOVED, 'abc\n'])
  })

  it.each([null, true, 7, 'text'])('keeps the scalar %j', (value) => {
    expect(removeTokens(value, [ACCESS])).toBe(value)
  })

  it('replaces a text that is the whole value', () => {
    expect(removeTokens(ACCESS, [ACCESS])).toBe(REMOVED)
  })

  it('does not change its argument', () => {
    const value = Object.freeze({ access_token: 'x' })
    expect(removeTokens(value, [])).not.toBe(value)
    expect(value).toEqual({ access_token: 'x' })
  })

  it('takes off a block "auth", and a token of that name', () => {
    const value = { deep: [{ auth: { member_id: 'a', x: ['y'] }, AUTH: ACCESS }], auth: null }
    expect(removeTokens(value, [])).toEqual({
      deep: [{ auth: REMOVED, AUTH: REMOVED }],
      auth: null,
    })
  })

  it('replaces a token of the data also where it stands a second time', () => {
    const other = ACCESS.replaceAll('0', '7')
    const value = { note: `see ${other.toUpperCase()}`, deep: { auth: { access_token: other } } }
    expect(removeTokens(value, [])).toEqual({ note: REMOVED, deep: { auth: REMOVED } })
    // A value that is no token by its form is not searched for.
    expect(removeTokens({ note: 'a yes', AUTH_ID: 'yes' }, [])).toEqual({
      note: 'a yes',
      AUTH_ID: REMOVED,
    })
  })

  it('reads JSON in a text like the event itself, also JSON in JSON', () => {
    const inner = JSON.stringify({ auth: { x: 'y' }, keep: 1 })
    const text = JSON.stringify([{ 'acc\u0065ss_token': 'abc', inner, big: 'x' }])
    const cleaned = removeTokens(text, [])
    expect(JSON.parse(String(cleaned))).toEqual([
      { access_token: REMOVED, inner: JSON.stringify({ auth: REMOVED, keep: 1 }), big: 'x' },
    ])
    const other = '{ "a" : 12345678901234567890 }'
    expect(removeTokens(other, [])).toBe(other)
  })

  it.each([
    ['re-cased', ACCESS.toUpperCase()],
    ['percent-encoded', Array.from(ACCESS, (c) => `%${c.charCodeAt(0).toString(16)}`).join('')],
    [
      'percent-encoded twice',
      Array.from(ACCESS, (c) => `%25${c.charCodeAt(0).toString(16)}`).join(''),
    ],
    ['in base64', btoa(`x${ACCESS}`)],
    ['in base64 at another place', btoa(`xyz:${ACCESS}`)],
    [
      'in base64 for addresses',
      btoa(`\u00ff\u00fe${ACCESS}?>`).replaceAll('+', '-').replaceAll('/', '_'),
    ],
    [
      'in hex',
      Array.from(ACCESS, (c) => c.charCodeAt(0).toString(16))
        .join('')
        .toUpperCase(),
    ],
    ['in JSON', Array.from(ACCESS, (c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')],
    ['in HTML', Array.from(ACCESS, (c) => `&#${c.charCodeAt(0)};`).join('')],
  ])("replaces a text with the request's own token %s", (_how, text) => {
    const secrets = secretsOf({ auth: { access_token: ACCESS } })
    expect(removeTokens([`see ${text}!`], secrets)).toEqual([REMOVED])
  })

  it('takes the tokens off that a text or a key names', () => {
    const address = 'https://a.bitrix24.com/rest/crm.lead.get?auth='
    const value = { text: `${address}abc`, [`${address}abc`]: [`${address}abc&id=1`] }
    const cleaned = `${address}${REMOVED}`
    expect(removeTokens(value, [])).toEqual({ text: cleaned, [cleaned]: [`${cleaned}&id=1`] })
  })

  it('takes no longer for a long text than for its parts', () => {
    const texts = [
      'auth',
      'auth="',
      'access_token" ',
      'rest/',
      '%25',
      '\\',
      '&#1;',
      'auth_id;s:1',
    ].map((unit) => unit.repeat(60_000 / unit.length))
    for (const text of texts) expect(typeof removeTokens(text, [ACCESS])).toBe('string')
  })
})
