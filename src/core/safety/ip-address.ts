/** IP addresses as numbers, and ranges of them. */

/** A range of addresses: all that share the bits above `hostBits` with `base`. */
export interface IpRange {
  readonly base: bigint
  readonly hostBits: bigint
}

// IPv4-compatible (with `::` and `::1`), mapped, translated (RFC 2765), NAT64 (RFC 6052, RFC 8215).
const IPV4_IN_LOW_BITS = parseIpRanges(
  '::/96 ::ffff:0:0/96 ::ffff:0:0:0/96 64:ff9b::/96 64:ff9b:1::/48',
)
const SIX_TO_FOUR = parseIpRanges('2002::/16')
const TEREDO = parseIpRanges('2001::/32')

/** The IPv4 address that an IPv6 address carries; null when it carries none. */
export function carriedIpv4(address: bigint): bigint | null {
  const low = BigInt.asUintN(32, address)
  if (isInside(address, IPV4_IN_LOW_BITS)) return low
  if (isInside(address, SIX_TO_FOUR)) return BigInt.asUintN(32, address >> 80n)
  // Teredo writes the client's address with every bit turned (RFC 4380 section 4).
  if (isInside(address, TEREDO)) return low ^ 0xffff_ffffn
  // ISATAP (RFC 5214 section 6.1): any prefix, then 0000:5efe or 0200:5efe.
  const isatap = BigInt.asUintN(32, address >> 32n)
  return isatap === 0x5efen || isatap === 0x0200_5efen ? low : null
}

/** Whether an address lies in one of the ranges. */
export function isInside(address: bigint, list: readonly IpRange[]): boolean {
  return list.some((net) => address >> net.hostBits === net.base >> net.hostBits)
}

/** Reads ranges in CIDR notation, several in one text. */
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

/** Reads four decimal numbers with dots, as `new URL` writes them. */
export function parseIpv4(dotted: string): bigint {
  return dotted.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n)
}

/** Reads the form that `new URL` writes: hex groups, at most one `::`, no dotted tail, no zone. */
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
