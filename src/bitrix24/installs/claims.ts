/** Compares the claims of an installation with the answer of the OAuth server. */
import { parseHost } from '../servers/host.ts'
import type { AppInfo } from '../servers/oauth.ts'
import type { InstallRequest, PresentedCredentials } from '../wire/request.ts'

/** Which claim of an installation the OAuth server contradicts. */
export type ClaimMismatch = 'member_mismatch' | 'user_mismatch' | 'domain_mismatch'

/** The first claim of the request that the OAuth server contradicts; null when all agree. */
export function compareClaims(
  request: InstallRequest,
  info: AppInfo,
  oauthUrls: readonly string[],
): ClaimMismatch | null {
  const { userId } = request.credentials
  if (info.memberId !== request.memberId) return 'member_mismatch'
  if (userId !== null && userId !== info.userId) return 'user_mismatch'
  const named = namedHosts(request.credentials, info, oauthUrls)
  return named.length > 0 && !named.includes(info.domain) ? 'domain_mismatch' : null
}

/** The hosts that the request claims. `domain` may be the OAuth server's, which claims nothing. */
function namedHosts(
  { clientEndpoint, domain }: PresentedCredentials,
  info: AppInfo,
  oauthUrls: readonly string[],
): readonly string[] {
  const hosts: string[] = []
  if (clientEndpoint !== null && clientEndpoint !== '') hosts.push(hostOf(clientEndpoint))
  if (domain !== null && domain !== '') {
    const host = parseHost(domain, new URL(info.clientEndpoint).protocol)?.host ?? UNREADABLE_HOST
    if (!oauthUrls.some((url) => hostOf(url) === host)) hosts.push(host)
  }
  return hosts
}

/** Whether the second pair of ONAPPUSERREADY is of the same portal and application, and of the claimed user. */
export function isSystemUserOf(
  main: AppInfo,
  system: AppInfo,
  claim: PresentedCredentials,
): boolean {
  if (system.memberId !== main.memberId || system.clientId !== main.clientId) return false
  return claim.userId === null || claim.userId === system.userId
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : UNREADABLE_HOST
}

// No host has this form, so an unreadable claim is a claim that nothing meets.
const UNREADABLE_HOST = '?'
