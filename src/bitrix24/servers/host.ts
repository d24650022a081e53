/** Hosts as people and servers write them. */

/**
 * Reads `host[:port]` as a URL of that scheme would, so that case, IDN and default ports compare
 * equal. Null for anything more or less than a host.
 */
export function parseHost(text: string, protocol: string): URL | null {
  const raw = `${protocol}//${text}`
  return /[\s/\\?#@]/.test(text) || !URL.canParse(raw) ? null : new URL(raw)
}

/** Returns the endpoint's host if the domain is the same; a domain without port says nothing of it. */
export function agreeOnHost(clientEndpoint: string, domain: string): string | null {
  if (!URL.canParse(clientEndpoint)) return null
  const endpoint = new URL(clientEndpoint)
  const named = parseHost(domain, endpoint.protocol)
  if (named === null) return null
  const same = /:\d+$/.test(domain)
    ? named.host === endpoint.host
    : named.hostname === endpoint.hostname
  return same ? endpoint.host : null
}
