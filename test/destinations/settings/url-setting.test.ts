import { describe, expect, test } from 'vitest'
import {
  isLocalHost,
  readUrl,
  secretsOfUrl,
} from '../../../src/destinations/settings/url-setting.ts'

const STRICT = { allowLocal: false }

describe('readUrl()', () => {
  test('gives the URL that is sent to', () => {
    expect(readUrl('https://ERP.example.com/hooks', STRICT)).toEqual({
      ok: true,
      value: new URL('https://erp.example.com/hooks'),
    })
  })

  test.each([
    [undefined, 'Must be set to a URL'],
    ['', 'Must be set to a URL'],
    [42, 'Must be a string that holds an https URL'],
    ['erp', 'Must be an absolute https URL'],
    ['http://erp.example.com/', 'Must begin with https://'],
    ['https://me@erp.example.com/', 'Must hold no user name and no password'],
    ['https://erp.example.com:22/', 'Must use port 443 or 8443'],
    ['https://10.0.0.1/', 'Must name a public host as private addresses are refused'],
    ['https://169.254.169.254/', 'Must name a public host as metadata services are refused'],
    ['https://erp.internal/', 'Must name a public host as local names are refused'],
    ['https://erp/', 'Must name a public host with its full domain'],
  ])('says about %j: %s', (value, problem) => {
    expect(readUrl(value, STRICT)).toEqual({ ok: false, error: { setting: 'url', problem } })
  })
})

test.each([
  ['http://localhost:8787/x', true],
  ['http://127.0.0.1/', true],
  ['http://[::1]:80/', true],
  ['http://receiver/', true],
  ['http://example.com:8787/', false],
  ['https://hooks.slack.com/', false],
])('isLocalHost() says of %s: %s', (url, expected) => {
  expect(isLocalHost(new URL(url))).toBe(expected)
})

test('secretsOfUrl() names the URL, its path and what may be a token', () => {
  const url = new URL('https://erp.example.com/hooks/abcdefghijkl?key=123456&v=1')
  expect(secretsOfUrl(url)).toEqual([
    'https://erp.example.com/hooks/abcdefghijkl?key=123456&v=1',
    '/hooks/abcdefghijkl?key=123456&v=1',
    'abcdefghijkl',
    '123456',
  ])
  expect(secretsOfUrl(new URL('https://erp.example.com/'))).toEqual(['https://erp.example.com/'])
})

test('secretsOfUrl() names what a receiver may repeat as it understood it, and leaves plain words', () => {
  const url = new URL(
    'https://erp.example.com/services/webhook-inbox/id42tok99/tok%3Aen%40longer%2',
  )
  expect(secretsOfUrl(url).slice(2)).toEqual(['webhook-inbox', 'id42tok99', 'tok%3Aen%40longer%2'])
  const decoded = new URL('https://erp.example.com/tok%3Aen%40longer')
  expect(secretsOfUrl(decoded).slice(2)).toEqual(['tok%3Aen%40longer', 'tok:en@longer'])
})

test('secretsOfUrl() names a query that is a key alone', () => {
  expect(secretsOfUrl(new URL('https://erp.example.com/?s3cr3tkey99'))).toContain('s3cr3tkey99')
})
