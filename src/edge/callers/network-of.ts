/** The network of a caller: the part of his address that he cannot change at will. */

/**
 * The first 48 bits of an IPv6 address, as many as one site gets (RFC 6177), or the first 24 bits of an IPv4
 * address. The address has the form in which rate limits count it (http/client-address.ts).
 */
export function networkOf(address: string): string {
  return address.includes(':')
    ? address.split(':').slice(0, 3).join(':')
    : address.split('.').slice(0, 3).join('.')
}
