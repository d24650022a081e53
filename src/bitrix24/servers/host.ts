/** Reads and compares host names, which people and servers write in several ways. */

/**
 * Parses `host[:port]` with the scheme `protocol`, for example `https:`. Two spellings of one host give the
 * same `host`: upper or lower case, an international name or its `xn--` form, with or without the scheme's
 * default port. Null when the text is not exactly a host, for example when it has a path.
 */
export function parseHost(text: string, protocol: string): URL | null {
  const raw = `${protocol}//${text}`
  return /[\s/\\?#@]/.test(text) || !URL.canParse(raw) ? null : new URL(raw)
}

/**
 * Returns the host of the endpoint when the domain names the same host, else null. A domain without a port
 * agrees with an endpoint on any port.
 */
export function commonHost(clientEndpoint: string, domain: string): string | null {
  if (!URL.canParse(clientEndpoint)) return null
  const endpoint = new URL(clientEndpoint)
  const named = parseHost(domain, endpoint.protocol)
  if (named === null) return null
  const same = /:\d+$/.test(domain)
    ? named.host === endpoint.host
    : named.hostname === endpoint.hostname
  return same ? endpoint.host : null
}
