/**
 * Where a portal has gone that answers with a redirect. The redirect itself proves nothing and is never
 * followed: only the address counts that an allow-listed OAuth server names for the same portal and application.
 */
import type { AppInfo } from '../servers/oauth.ts'
import { checkEndpoint } from '../servers/rest-address.ts'
import type { RestDeps } from '../servers/rest-client.ts'

/** What is recorded of a portal. */
export interface RecordedPortal {
  readonly memberId: string
  readonly clientId: string
  readonly clientEndpoint: string
}

/** A portal's new address, as the OAuth server names it. */
export interface NewAddress {
  readonly domain: string
  readonly clientEndpoint: string
}

/** The new address by the OAuth server's word; null when it names none that is new, the portal's and safe. */
export function newAddressOf(
  info: AppInfo,
  known: RecordedPortal,
  policy: RestDeps['policy'],
): NewAddress | null {
  if (info.memberId !== known.memberId || info.clientId !== known.clientId) return null
  if (info.clientEndpoint === known.clientEndpoint) return null
  if (checkEndpoint(info.clientEndpoint, policy) === null) return null
  const { domain, clientEndpoint } = info
  return { domain, clientEndpoint }
}
