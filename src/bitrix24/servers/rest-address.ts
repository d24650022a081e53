/** The addresses below which a portal's methods are called. */
import { checkAddress } from '../../core/safety/address.ts'
import type { AddressPolicy } from '../../core/safety/address.ts'

/** Checks a portal's REST address: allowed by the policy, ends with `/rest/`, no query. */
export function checkEndpoint(raw: string, policy: AddressPolicy): URL | null {
  const address = checkAddress(raw, policy)
  if (!address.ok) return null
  const { pathname, search, hash } = address.value
  return pathname.endsWith('/rest/') && search === '' && hash === '' ? address.value : null
}

/**
 * Checks an incoming webhook's URL, `https://<portal>/rest/<user id>/<secret>/`, and returns it with its
 * last slash. Null for every other form: another path, query, fragment or user info.
 */
export function checkWebhookUrl(raw: string, policy: AddressPolicy): URL | null {
  // Read from the raw text: an empty query or fragment leaves no trace in the parsed URL.
  if (/[?#]/.test(raw)) return null
  const address = checkAddress(raw, policy)
  if (!address.ok) return null
  const path = /^(\/rest\/\d{1,15}\/[A-Za-z0-9]{1,64})\/?$/.exec(address.value.pathname)?.[1]
  return path === undefined ? null : new URL(`${path}/`, address.value)
}
