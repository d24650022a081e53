import { describe, expect, it } from 'vitest'
import { readingsOf } from '../../../src/core/safety/readings.ts'
import { SecretSearch, withoutNamedTokens } from '../../../src/bitrix24/wire/tokens-in-text.ts'

const R = '[removed]'
const TOKEN = '1f2e3d4c5b6a79880f1e2d3c4b5a6978'

describe('withoutNamedTokens()', () => {
  it.each([
    [
      'https://a.bitrix24.com/rest/crm.lead.get?auth=abc&id=1',
      `https://a.bitrix24.com/rest/crm.lead.get?auth=${R}&id=1`,
    ],
    ['x?id=1&amp;AUTH=abc', `x?id=1&amp;AUTH=${R}`],
    ['go%3Fid%3D1%26auth%3Dabc%26x', `go%3Fid%3D1%26auth%3D${R}%26x`],
    ['a=1&auth[access_token]=abc&b=2', `a=1&auth[access_token]=${R}&b=2`],
    [
      `<access_token><![CDATA[${TOKEN}]]></access_token>`,
      `<access_token><![CDATA[${R}]]></access_token>`,
    ],
    [`| access_token | ${TOKEN} |`, `| access_token | ${R} |`],
    [`**Access token**: \`${TOKEN}\``, `**Access token**: \`${R}\``],
    [`["auth_id"]=>\n  string(32) "${TOKEN}"`, `["auth_id"]=>\n  string(32) "${R}"`],
    [`form-data; name="refresh_id"\r\n\r\n${TOKEN}`, `form-data; name="refresh_id"\r\n\r\n${R}`],
    [`access_token={${TOKEN}}`, `access_token={${R}}`],
    ['got {"auth":{"a":"b","c":"d"}} back', `got {"auth":{${R}}} back`],
    ['got {"auth":{"a":{"b":{"c":"d"}},"e":"f"}} back', `got {"auth":{${R}}} back`],
    ['got {"auth":["abc"]} back', `got {"auth":[${R}]} back`],
    ["'auth' => array('a' => 'abc')", `'auth' => array(${R})`],
    ["'auth' => ['a' => 'abc']", `'auth' => [${R}]`],
    ['a?auth[x]=abc&auth[]=abc', `a?auth[x]=${R}&auth[]=${R}`],
    ['a%3Fauth%5Bx%5D%3Dabc%26x', `a%3Fauth%5Bx%5D%3D${R}%26x`],
    [`<auth>${TOKEN}</auth>`, `<auth>${R}</auth>`],
    [`<auth><a>${TOKEN}</a></auth>`, `<auth><a>${R}</a></auth>`],
    [`<p name="auth" value="${TOKEN}"/>`, `<p name="auth" value="${R}"/>`],
    [`form-data; name="auth"\r\n\r\n${TOKEN}`, `form-data; name="auth"\r\n\r\n${R}`],
    [`auth: “${TOKEN}”`, `auth: “${R}”`],
    ['access_token: «abc', `access_token: «${R}`],
    [`Authorization: ${TOKEN}`, `Authorization: ${R}`],
    ['https://a/rest//1//5xu10rcaz5ldtqiy/x', `https://a/rest//1//${R}/x`],
    ['https://a/rest/./1/5xu10rcaz5ldtqiy/x', `https://a/rest/./1/${R}/x`],
    ['auth%5Brefresh_token%5D=abc', `auth%5Brefresh_token%5D=${R}`],
    ['got {"access_token":"abc","n":1} back', `got {"access_token":"${R}","n":1} back`],
    ['got {\\"refresh_token\\": \\"abc\\"} back', `got {\\"refresh_token\\": \\"${R}\\"} back`],
    ["array('AUTH_ID' => 'abc')", `array('AUTH_ID' => '${R}')`],
    ['a:1:{s:12:"access_token";s:3:"abc";}', `a:1:{s:12:"access_token";s:3:"${R}";}`],
    ['client secret: clientSecret=abc', `client secret: clientSecret=${R}`],
    ['auth_token: abc; next', `auth_token: ${R}; next`],
    ['log "auth": "abc" end', `log "auth": "${R}" end`],
    ['https%3A%2F%2Fa%2Frest%2Fx%3Fauth%3Dabc', `https%3A%2F%2Fa%2Frest%2Fx%3Fauth%3D${R}`],
    ['a%252Frest%252Fx%253FAUTH%253Dabc%2526', `a%252Frest%252Fx%253FAUTH%253D${R}%2526`],
    ['%25253Fauth%25253Dabc', `%25253Fauth%25253D${R}`],
    ['a:1:{s:4:"auth";s:3:"abc";}', `a:1:{s:4:"auth";s:3:"${R}";}`],
    [`Authorization: Bearer ${TOKEN}`, `Authorization: Bearer ${R}`],
    [`auth: '${TOKEN}'`, `auth: '${R}'`],
    [`Auth = ${TOKEN}; next`, `Auth = ${R}; next`],
    [`the access token: ${TOKEN}`, `the access token: ${R}`],
    [
      'https://a.bitrix24.com/rest/1/5xu10rcaz5ldtqiy/crm.lead.get',
      `https://a.bitrix24.com/rest/1/${R}/crm.lead.get`,
    ],
    [
      'https://a.bitrix24.com/rest/api/12/5xu10rcaz5ldtqiy/',
      `https://a.bitrix24.com/rest/api/12/${R}/`,
    ],
    ['https%3A%2F%2Fa%2Frest%2F1%2F5xu10rcaz5ldtqiy%2F', `https%3A%2F%2Fa%2Frest%2F1%2F${R}%2F`],
    ['https:\\/\\/a\\/rest\\/1\\/5xu10rcaz5ldtqiy\\/', `https:\\/\\/a\\/rest\\/1\\/${R}\\/`],
  ])('takes the token off the text %s', (text, expected) => {
    expect(withoutNamedTokens(text, R)).toBe(expected)
    expect(withoutNamedTokens(expected, R)).toBe(expected)
  })

  it.each([
    'Author: Anna',
    'https://a.example/oauth=1?x_auth=2',
    'the token of access: none',
    'https://a.example/rest/1/get',
    'rest/2 of it',
    'authorization = later',
    'auth: OAuth or password',
    'the bearer of this letter',
    'access token: required',
    'access token (2026-09-21T14:13:20Z)',
    'the refresh_id of 20260921141320 and more',
    'auth: {} is empty',
    'auth: [see page 3] and auth=() too',
    '<auth>none</auth> and name="auth" value="yes"',
    `auth=[${R}`,
    'go%3Fxauth%3Dabc',
  ])('leaves the text %s alone', (text) => {
    expect(withoutNamedTokens(text, R)).toBe(text)
  })
})

describe('SecretSearch', () => {
  const search = new SecretSearch(['a-token-of-this-request', '$hort-one'])

  it.each([
    ['A-TOKEN-of-this-request!', true],
    ['%61-token%2Dof-this-request', true],
    ['a token of\nthis request', true],
    [btoa('user:a-token-of-this-request'), true],
    ['a-token-of-this-reques', false],
    ['the $HORT-ONE', true],
    // Letters that stand together by chance are no secret when it is short.
    ['hort one', false],
    ['', false],
  ])('finds in %s a secret: %s', (text, expected) => {
    expect(search.finds(readingsOf(text))).toBe(expected)
    expect(new SecretSearch([]).finds(readingsOf(text))).toBe(false)
  })
})
