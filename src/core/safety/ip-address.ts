/** Reads IP addresses as numbers, and ranges of them. */

/** A range of addresses: all whose bits above the lowest `hostBits` are those of `base`. */
export interface IpRange {
  readonly base: bigint
  readonly hostBits: bigint
}

// The ranges with an IPv4 address in their lowest 32 bits: IPv4-compatible (with `::` and `::1`), mapped,
// translated (RFC 2765) and NAT64 (RFC 6052, RFC 8215).
const IPV4_IN_LOW_BITS = parseIpRanges(
  '::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48',
)
const SIX_TO_FOUR = parseIpRanges('2002::/16')
const TEREDO = parseIpRanges('2001::/32')

/** Returns the IPv4 address that is written into an IPv6 address; null when there is none. */
export function carriedIpv4(address: bigint): bigint | null {
  const low = BigInt.asUintN(32, address)
  if (isInside(address, IPV4_IN_LOW_BITS)) return low
  if (isInside(address, SIX_TO_FOUR)) return BigInt.asUintN(32, address >> 80n)
  // Teredo inverts every bit of the client's address (RFC 4380, section 4).
  if (isInside(address, TEREDO)) return low ^ 0xffff_ffffn
  // ISATAP (RFC 5214, section 6.1) has any prefix, then 0000:5efe or 0200:5efe, then the address.
  const isatap = BigInt.asUintN(32, address >> 32n)
  return isatap === 0x5efen || isatap === 0x0200_5efen ? low : null
}

/** Whether an address lies in one of the ranges. */
export function isInside(address: bigint, list: readonly IpRange[]): boolean {
  return list.some((net) => address >> net.hostBits === net.base >> net.hostBits)
}

/** Parses ranges in CIDR notation, with blanks between them; meant for constants, so nothing is checked. */
export function parseIpRanges(...lines: readonly string[]): readonly IpRange[] {
  return lines
    .flatMap((line) => line.split(' '))
    .map((cidr) => {
      const [address = '', prefix] = cidr.split('/')
      const isIpv6 = address.includes(':')
      const base = isIpv6 ? parseIpv6(address) : parseIpv4(address)
      return { base, hostBits: BigInt((isIpv6 ? 128 : 32) - Number(prefix)) }
    })
}

/** Parses four decimal numbers with dots between them, as `new URL` writes an IPv4 host. */
export function parseIpv4(dotted: string): bigint {
  return dotted.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

/** Parses the form in which `new URL` writes an IPv6 host: hex groups, at most one `::`, no dots, no zone. */
export function parseIpv6(literal: string): bigint {
  const [head = '', tail = ''] = literal.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].reduce(
    (value, group) => (value << 16n) | BigInt(`0x${group}`),
    0n,
  )
}
