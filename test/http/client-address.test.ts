import { describe, expect, it } from 'vitest'
import { clientAddress } from '../../src/http/client-address.ts'

/** A request as Cloudflare hands it on. */
function aRequestFrom(address: string): Request {
  const headers = { 'cf-connecting-ip': address }
  return new Request('https://relay.example.com/', { headers })
}

describe('clientAddress()', () => {
  const addresses = [
    ['198.51.100.7', '198.51.100.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['2001:db8::2', '2001:db8:0:0'],
    ['2001:db8:0:0:1::', '2001:db8:0:0'],
    ['2001:db8::5:6:7:8', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
  ]

  it.each(addresses)('takes %s for %s', (address, key) => {
    expect(clientAddress(aRequestFrom(address))).toBe(key)
  })

  it('knows a caller without an address by that', () => {
    expect(clientAddress(new Request('https://relay.example.com/'))).toBe('unknown')
  })
})
