/** Checks the addresses below which the methods of a portal are called. */
import { checkAddress } from '../../core/safety/address.ts'
import type { AddressPolicy } from '../../core/safety/address.ts'

/**
 * Checks a portal's REST address: the policy allows it, it ends with `/rest/` and has no query. Null when it
 * is any other address.
 */
export function checkEndpoint(raw: string, policy: AddressPolicy): URL | null {
  const address = checkAddress(raw, policy)
  if (!address.ok) return null
  const { pathname, search, hash } = address.value
  return pathname.endsWith('/rest/') && search === '' && hash === '' ? address.value : null
}

/**
 * Checks the URL of an incoming webhook, `https://<portal>/rest/<user id>/<secret>/`, and returns it with a
 * slash at its end. Null for every other form: another path, a query, a fragment, user info.
 */
export function checkWebhookUrl(raw: string, policy: AddressPolicy): URL | null {
  // The raw text is searched, since an empty query or fragment leaves no trace in the parsed URL.
  if (/[?#]/.test(raw)) return null
  const address = checkAddress(raw, policy)
  if (!address.ok) return null
  const path = /^(\/rest\/\d{1,15}\/[A-Za-z0-9]{1,64})\/?$/.exec(address.value.pathname)?.[1]
  return path === undefined ? null : new URL(`${path}/`, address.value)
}
