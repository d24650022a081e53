import { describe, expect, it } from 'vitest'
import { oneTo } from '../../support/builders/a-lane.ts'
import { REMOVED, removeTokens, secretsOf } from '../../../src/bitrix24/wire/remove-tokens.ts'

const ACCESS = '9049b16a0043d4ca0042213e000000010000077261ef50fc26f1357adbd86a052c9e48'

/** A token that is not the request's own. */
const OTHER = 'ab12cd34ef56ab78cd90ef12ab34cd56'

const hexOf = (text: string) => text.replace(/./gsu, (c) => c.charCodeAt(0).toString(16))
const percentOf = (text: string) => text.replace(/./g, (c) => `%${hexOf(c)}`)

function repeated(encode: (text: string) => string, text: string, times: number): string {
  return oneTo(times).reduce((encoded) => encode(encoded), text)
}

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

  it('lists tokens of any form, under any name of a token', () => {
    const auth = { access_token: 'j'.repeat(2000), clientSecret: 'client secret with blanks' }
    const robot = { auth, auth_id: 'in-lower-case', event_token: '65f2|secret-of-workflow' }
    expect(secretsOf(robot)).toEqual([
      'j'.repeat(32),
      'client secret with blanks',
      'in-lower-case',
      '65f2|secret-of-workflow',
    ])
    const many = oneTo(30).map((n): [string, string] => [`access_token${n}`, `token-of-${n}`])
    expect(secretsOf(Object.fromEntries(many))).toHaveLength(12)
  })

  it('leaves out what cannot be a token', () => {
    const auth = {
      access_token: 'short12',
      refresh_token: ['12345678'],
      application_token: 12345678,
      scope: 'crm,user,entity',
    }
    expect(secretsOf({ auth, member_id: 'a'.repeat(32) })).toEqual([])
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
    'access.token',
    'access token',
    'access_token2',
    'access_token[]',
    'accessTokens',
    'client_secrets',
    'event_token',
    'auth[access_token][0]',
    'access%5Ftoken',
    'access\\u005ftoken',
    'access&#95;token',
    'ａｃｃｅｓｓ＿ｔｏｋｅｎ',
    'access\u200b_token',
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
    'externalAuthId',
    'EXTERNAL_AUTH_ID',
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
    ['in HTML without ends', Array.from(ACCESS, (c) => `&#000${c.charCodeAt(0)}`).join('')],
    ['percent-encoded five times', repeated(encodeURIComponent, percentOf(ACCESS), 4)],
    ['percent-encoded as by Microsoft', ACCESS.replace(/./g, (c) => `%u00${hexOf(c)}`)],
    ['in base64 three times', repeated(btoa, ACCESS, 3)],
    ['in base64 of upper case', btoa(ACCESS.toUpperCase())],
    ['in base64 of percent bytes', btoa(percentOf(ACCESS))],
    ['in base64 with line ends', btoa(`xx${ACCESS}`).replace(/.{20}/g, '$&\r\n')],
    ['in base64 of UTF-16', btoa(ACCESS.replace(/./g, '$&\0'))],
    ['in hex twice', hexOf(hexOf(ACCESS))],
    ['in hex with colons', ACCESS.replace(/./g, (c) => `${hexOf(c)}:`)],
    ['in escapes of JavaScript', ACCESS.replace(/./g, (c) => `\\x${hexOf(c)}`)],
    ['in octal', ACCESS.replace(/./g, (c) => `\\${c.charCodeAt(0).toString(8)}`)],
    ['quoted-printable', ACCESS.replace(/./g, (c) => `=${hexOf(c).toUpperCase()}`)],
    ['with blanks, a line end and dashes', ACCESS.replace(/.{8}/g, '$& \n-')],
    ['with what nobody sees', ACCESS.replace(/./g, '$&\u200b')],
    ['between tags of HTML', ACCESS.replace(/.{8}/g, '$&<b></b>')],
    ['between line ends of HTML', ACCESS.replace(/.{16}/g, '$&<br />')],
    ["between tags of the portal's markup", ACCESS.replace(/.{16}/g, '$&[b][/b][color=#fff]')],
    ['between escaped line ends', ACCESS.replace(/.{16}/g, '$&\\n')],
    ['between names of HTML', ACCESS.replace(/.{4}/g, '$&&shy;&ZeroWidthSpace;')],
    ['in lines of quoted-printable', ACCESS.replace(/.{16}/g, '$&=\r\n')],
    ['in hex of UTF-16', hexOf(ACCESS).replace(/../g, '$&00')],
    ['in hex of UTF-16 the other way', hexOf(ACCESS).replace(/../g, '00$&')],
    ['in base64 of UTF-16 the other way', btoa(ACCESS.replace(/./g, '\0$&'))],
    ['as a list of numbers', ACCESS.replace(/./g, (c) => `${c.charCodeAt(0)}, `)],
    ['as a list of octal numbers', ACCESS.replace(/./g, (c) => `0${c.charCodeAt(0).toString(8)} `)],
    [
      'as a list of binary numbers',
      ACCESS.replace(/./g, (c) => `0${c.charCodeAt(0).toString(2)} `),
    ],
    ['as a list of hex numbers', ACCESS.replace(/./g, (c) => `0x${hexOf(c)},`)],
    ['as a list of code points', ACCESS.replace(/./g, (c) => `U+00${hexOf(c)} `)],
    ['in escapes of Python', ACCESS.replace(/./g, (c) => `\\U000000${hexOf(c)}`)],
    ['in escapes of CSS', ACCESS.replace(/./g, (c) => `\\0000${hexOf(c)}`)],
    ['deep in a long text', 'words of a text '.repeat(2000) + repeated(btoa, ACCESS, 4)],
    ['in full width', ACCESS.replace(/./g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0))],
  ])("replaces a text with the request's own token %s", (_how, text) => {
    const secrets = secretsOf({ auth: { access_token: ACCESS } })
    expect(removeTokens([`see ${text}!`], secrets)).toEqual([REMOVED])
  })

  const NO_TOKENS = {
    TYPE: 'auth',
    LINK: 'https://acme.bitrix24.com/crm/12/',
    FIELD_NAME: 'UF_CRM_AUTHENTICATION',
  }
  const JSON_TEXT = JSON.stringify({ access_token: OTHER })
  const BLOCK_TEXT = JSON.stringify({ auth: { anything: OTHER } })

  it.each([
    ['an address, percent-encoded', repeated(encodeURIComponent, `https://a/?auth=${OTHER}`, 4)],
    ['an address whose parameter is encoded', `https://a/?%61uth=${OTHER}`],
    ['an address whose value is encoded', `https://a/?auth=${percentOf(OTHER)}`],
    ['an address in HTML', `https://a/?au&#x74;h=${OTHER}`],
    ['a name and its value in HTML', `access_token&equals;${OTHER}`],
    ['JSON, percent-encoded', encodeURIComponent(BLOCK_TEXT)],
    ['JSON in JSON in JSON', repeated(JSON.stringify, JSON_TEXT, 5)],
    ['JSON whose names are escaped', `{"\\u0061ccess_token":"${OTHER}"} and more`],
    ['JSON in base64', btoa(JSON_TEXT)],
    ['JSON in base64 in an address', `https://a/path/${btoa(JSON_TEXT)}?x`],
    ['JSON in base64 twice', btoa(btoa(BLOCK_TEXT))],
    ['JSON in hex', hexOf(JSON_TEXT)],
    [
      'the address of a webhook',
      'https:\\u002f\\u002fa\\u002frest\\u002f1\\u002f5xu10rcaz5ldtqiy\\u002f',
    ],
    ['JSON in base64 behind a name', `session_${btoa(JSON_TEXT)}`],
    ['JSON in base64 behind letters', `v1-x${btoa(JSON_TEXT)}`],
    ['JSON in base64 with escaped line ends', btoa(JSON_TEXT).replace(/.{12}/g, '$&\\r\\n')],
    ['JSON in base64 with blanks', btoa(JSON_TEXT).replace(/.{12}/g, '$& ')],
    ['JSON in base64 with line ends of HTML', btoa(JSON_TEXT).replace(/.{12}/g, '$&<br>')],
    ['JSON in hex as of a database', `0x${hexOf(JSON_TEXT)}`],
    ['JSON in hex as of another database', `\\x${hexOf(JSON_TEXT)}`],
    ['JSON in hex behind a digit', `f${hexOf(JSON_TEXT)}`],
    ['JSON in hex with colons', hexOf(JSON_TEXT).replace(/../g, '$&:')],
    ['JSON in a dump', hexOf(JSON_TEXT).replace(/.{4}/g, '$& ')],
    ['JSON in UTF-16, percent-encoded', hexOf(JSON_TEXT).replace(/../g, '%$&%00')],
    ['JSON in names of HTML', BLOCK_TEXT.replaceAll('{', '&lcub;').replaceAll('"', '&quot;')],
    ['a name in HTML', `access&UnderBar;token=${OTHER}`],
    ['a name with an unseen sign in HTML', `access&shy;_token=${OTHER}`],
    ['a name in bold letters', `<b>access</b>_token=${OTHER}`],
    ['a name in the markup of the portal', `[b]auth[/b]=${OTHER}`],
    ['a name in quoted-printable', `access_tok=\r\nen=3D${OTHER}`],
    [
      'an address in a long text, percent-encoded',
      'words of a text '.repeat(2000) + repeated(encodeURIComponent, `?%61uth=${OTHER}`, 5),
    ],
    ['the address of a webhook in base64', btoa('https://a/rest/1/5xu10rcaz5ldtqiy/')],
  ])('replaces a text that tells a token only when it is decoded: %s', (_what, text) => {
    expect(removeTokens({ text, [text]: 1 }, [])).toEqual({ text: REMOVED, [REMOVED]: 1 })
  })

  it.each([
    [
      { name: 'access_token', value: OTHER },
      { name: 'access_token', value: REMOVED },
    ],
    [
      { KEY: 'AUTH_ID', VALUE: OTHER, n: 1 },
      { KEY: 'AUTH_ID', VALUE: REMOVED, n: 1 },
    ],
    [
      ['auth', OTHER, 'short'],
      ['auth', REMOVED, 'short'],
    ],
    [
      { name: 'access_token', value: 'short' },
      { name: 'access_token', value: REMOVED },
    ],
    [
      { name: 'access_token', values: ['short'] },
      { name: 'access_token', values: REMOVED },
    ],
    [
      { NAME: 'auth', VALUE: 'Y' },
      { NAME: 'auth', VALUE: 'Y' },
    ],
    [
      { name: 'auth_id', is: { raw: OTHER }, list: ['x', [OTHER]] },
      { name: 'auth_id', is: { raw: REMOVED }, list: ['x', [REMOVED]] },
    ],
    [
      { name: 'the access token', value: OTHER },
      { name: 'the access token', value: OTHER },
    ],
    [NO_TOKENS, NO_TOKENS],
  ])('takes the value off that stands beside its name: %j', (value, expected) => {
    expect(removeTokens(value, [])).toEqual(expected)
  })

  it('takes off what looks like a token below a name that may be one of tokens', () => {
    const value = { oauth: { a: OTHER, list: [`Bearer ${OTHER}`] }, tokens: 'none', token: OTHER }
    const camel = { apiToken: OTHER, webhookSecret: [OTHER], apiTokenId: OTHER.slice(1) }
    expect(removeTokens(camel, [])).toEqual({
      apiToken: REMOVED,
      webhookSecret: [REMOVED],
      apiTokenId: OTHER.slice(1),
    })
    expect(removeTokens({ ...value, code: OTHER.slice(1) }, [])).toEqual({
      oauth: { a: REMOVED, list: [REMOVED] },
      tokens: 'none',
      token: REMOVED,
      code: OTHER.slice(1),
    })
  })

  it('takes off a block "auth" whose name is in brackets, and one in JSON of any size', () => {
    expect(removeTokens({ 'data[auth]': { x: 'y' }, 'auth ': ['y'] }, [])).toEqual({
      'data[auth]': REMOVED,
      'auth ': REMOVED,
    })
    const large = JSON.stringify([...oneTo(2000), { auth: { anything: OTHER } }])
    expect(String(removeTokens(large, []))).not.toContain(OTHER)
    const within = { auth: { anything: { x: OTHER } } }
    const many = JSON.stringify([...oneTo(5000), within])
    const nested = oneTo(20).reduce((inner) => `[${inner}]`, JSON.stringify(within))
    for (const text of [many, nested]) expect(String(removeTokens(text, []))).not.toContain(OTHER)
    const deep = `${'['.repeat(2000)}{"auth":{"anything":"${OTHER}"}}${']'.repeat(2000)}`
    expect(String(removeTokens(deep, []))).not.toContain(OTHER)
  })

  it.each([
    [JSON_TEXT],
    [`https://a/?auth=${OTHER}`],
    [{ auth: { deep: { access_token: OTHER } } }],
  ])('replaces a token also where it stands without its name: %j', (told) => {
    const cleaned = removeTokens({ told, note: `see ${OTHER}` }, [])
    expect(cleaned).toMatchObject({ note: REMOVED })
  })

  it.each([
    'An ordinary text with 100 % of its words, a = b, and \\u0041 in it',
    'https://acme.bitrix24.com/crm/deal/details/12/?IFRAME=Y&from=%2Fcrm%2F',
    'dGhpcyBpcyBqdXN0IGFuIG9yZGluYXJ5IHRleHQgaW4gYmFzZTY0',
    '{"ID":"7","NAME":"Authentic \\"quotes\\"","PRICE":1.50}',
    'UF_CRM_AUTHOR_TOKEN_2026_09_21_ABCDEF',
  ])('keeps %s', (text) => {
    expect(removeTokens(text, secretsOf({ auth: { access_token: ACCESS } }))).toBe(text)
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
      'auth:{{',
      'auth=["',
      '61 ',
      '0x61,',
      '11,',
      '<a',
      '[b=',
      'longerwords ',
      '<auth>',
      '=\n',
      '&#1;',
      'auth_id;s:1',
    ].map((unit) => unit.repeat(60_000 / unit.length))
    for (const text of texts) expect(typeof removeTokens(text, [ACCESS])).toBe('string')
  })
})
