/** The keys under which the rate limits count an address. */
import { networkOf } from './network-of.ts'

/**
 * The address in the form of http/client-address.ts, and beside an IPv6 one its /48: a site may own a whole one
 * (RFC 6177), and would otherwise have 65,536 limits of its own.
 */
export function addressKeys(address: string): readonly string[] {
  if (!address.includes(':')) return [address]
  return [address, `${networkOf(address)}::/48`]
}
