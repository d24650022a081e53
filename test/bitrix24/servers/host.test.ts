import { describe, expect, test } from 'vitest'
import { commonHost, parseHost } from '../../../src/bitrix24/servers/host.ts'

describe('parseHost()', () => {
  test('folds case and default ports by the scheme', () => {
    expect(parseHost('ACME.example.com:443', 'https:')?.host).toBe('acme.example.com')
    expect(parseHost('acme.example.com:443', 'http:')?.host).toBe('acme.example.com:443')
  })

  test.for(['', '/', 'a/b', 'a?b', 'a#b', 'a@b', ':80', 'a b', 'https://a'])(
    'takes "%s" for no host',
    (text) => {
      expect(parseHost(text, 'https:')).toBe(null)
    },
  )
})

describe('commonHost()', () => {
  test.for<[string, string, string]>([
    ['https://acme.bitrix24.com/rest/', 'ACME.bitrix24.com', 'acme.bitrix24.com'],
    ['https://acme.bitrix24.com:443/rest/', 'acme.bitrix24.com:443', 'acme.bitrix24.com'],
    ['https://crm.example.com:8443/rest/', 'crm.example.com:8443', 'crm.example.com:8443'],
    ['https://crm.example.com:8443/rest/', 'crm.example.com', 'crm.example.com:8443'],
    ['https://xn--mller-kva.de/rest/', 'müller.de', 'xn--mller-kva.de'],
  ])('of %s and domain %s makes the host %s', ([endpoint, domain, expected]) => {
    expect(commonHost(endpoint, domain)).toBe(expected)
  })

  test.for<[string, string]>([
    ['https://evil.example.com/rest/', 'acme.bitrix24.com'],
    ['https://acme.bitrix24.com:8443/rest/', 'acme.bitrix24.com:9443'],
    ['https://acme.bitrix24.com/rest/', 'acme.bitrix24.com:8443'],
    ['https://acme.bitrix24.com/rest/', 'acme.bitrix24.com/'],
    ['https://acme.bitrix24.com/rest/', 'acme.bitrix24.com/rest/'],
    ['https://acme.bitrix24.com/rest/', 'user@acme.bitrix24.com'],
    ['https://acme.bitrix24.com/rest/', 'acme.bitrix24.com#'],
    ['https://acme.bitrix24.com.evil.example/rest/', 'acme.bitrix24.com'],
    ['https://acme.bitrix24.com@evil.example/rest/', 'acme.bitrix24.com'],
    ['/rest/', 'acme.bitrix24.com'],
  ])('finds no common host of %s and domain %s', ([endpoint, domain]) => {
    expect(commonHost(endpoint, domain)).toBe(null)
  })
})
