/**
 * Finds the new address of a portal that answers with a redirect. The redirect itself proves nothing and is
 * never followed. Only the address counts that an OAuth server of the allow-list names for the same portal
 * and application (docs/bitrix24.md#renamed-portal).
 */
import type { AppInfo } from '../servers/oauth.ts'
import { checkEndpoint } from '../servers/rest-address.ts'
import type { RestDeps } from '../servers/rest-client.ts'

/** A portal as recorded before the redirect. */
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

/**
 * Returns the new address that the OAuth server names. Null when it names another portal or application, the
 * address that is recorded already, or one that the address policy refuses.
 */
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
