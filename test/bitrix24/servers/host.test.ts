import { describe, expect, test } from 'vitest'
import { parseHost } from '../../../src/bitrix24/servers/host.ts'

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
