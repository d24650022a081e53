import { describe, expect, test } from 'vitest'
import { checkEndpoint, checkWebhookUrl } from '../../../src/bitrix24/servers/rest-address.ts'

const POLICY = { allowLocal: false }

describe('checkEndpoint()', () => {
  test.for([
    'https://acme.bitrix24.com/rest/',
    'https://crm.example.com:8443/rest/',
    'https://crm.example.com/portal/rest/',
  ])('passes %s', (raw) => {
    expect(checkEndpoint(raw, POLICY)?.href).toBe(raw)
  })

  test('passes a local address only where local addresses are allowed', () => {
    const raw = 'http://127.0.0.1:8787/rest/'
    expect(checkEndpoint(raw, POLICY)).toBe(null)
    expect(checkEndpoint(raw, { allowLocal: true })?.href).toBe(raw)
  })
})

describe('checkWebhookUrl()', () => {
  test.for([
    ['https://acme.bitrix24.com/rest/1/abcDEF0123456789/', 'as it is'],
    ['https://acme.bitrix24.com/rest/1/abcDEF0123456789', 'with its last slash'],
    ['https://ACME.bitrix24.com:443/rest/1/abcDEF0123456789/', 'with its host normalised'],
  ] as const)('returns %s %s', ([raw]) => {
    expect(checkWebhookUrl(raw, POLICY)?.href).toBe(
      'https://acme.bitrix24.com/rest/1/abcDEF0123456789/',
    )
  })

  test('accepts a secret of 64 characters and not of 65', () => {
    const url = (length: number) => `https://acme.bitrix24.com/rest/1/${'a'.repeat(length)}/`
    expect(checkWebhookUrl(url(64), POLICY)?.href).toBe(url(64))
    expect(checkWebhookUrl(url(65), POLICY)).toBe(null)
  })

  test.for([
    'https://acme.bitrix24.com/rest/',
    'https://acme.bitrix24.com/rest/1/',
    'https://acme.bitrix24.com/rest/x/abcdef/',
    'https://acme.bitrix24.com/rest/1/abc-def/',
    'https://acme.bitrix24.com/rest/1/abc%64ef/',
    'https://acme.bitrix24.com/rest/1/abcdef//',
    'https://acme.bitrix24.com/rest/1/abcdef/profile.json',
    'https://acme.bitrix24.com/sub/rest/1/abcdef/',
    'https://acme.bitrix24.com/rest/1/abcdef/?',
    'https://acme.bitrix24.com/rest/1/abcdef/?a=b',
    'https://acme.bitrix24.com/rest/1/abcdef/#',
    'https://acme.bitrix24.com/rest/1/abcdef/#a',
    'https://user@acme.bitrix24.com/rest/1/abcdef/',
    'http://acme.bitrix24.com/rest/1/abcdef/',
    'https://169.254.169.254/rest/1/abcdef/',
    'rest/1/abcdef/',
    '',
  ])('refuses "%s"', (raw) => {
    expect(checkWebhookUrl(raw, POLICY)).toBe(null)
  })

  test('passes a local address only where local addresses are allowed', () => {
    const raw = 'http://127.0.0.1:8787/rest/1/abcdef/'
    expect(checkWebhookUrl(raw, POLICY)).toBe(null)
    expect(checkWebhookUrl(raw, { allowLocal: true })?.href).toBe(raw)
  })
})
