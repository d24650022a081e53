/** The address of a caller, as rate limits count it. */

/**
 * The caller's address. An IPv6 caller owns a whole /64 (RFC 6177), so only that part counts, however it is
 * written.
 */
export function clientAddress(request: Request): string {
  const address = request.headers.get('cf-connecting-ip') ?? 'unknown'
  if (!address.includes(':')) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = head === '' ? [] : head.split(':')
  const given = groups.length + (tail === undefined || tail === '' ? 0 : tail.split(':').length)
  // `::` stands for as many zeros as are missing.
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - given) }, () => '0')
  const all = [...groups, ...zeros, ...(tail === undefined ? [] : tail.split(':'))]
  return all.slice(0, 4).map(withoutLeadingZeros).join(':')
}

function withoutLeadingZeros(group: string): string {
  return group.replace(/^0+(?=.)/u, '')
}
