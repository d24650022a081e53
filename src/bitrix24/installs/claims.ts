/** Compares the claims of an installation with the answer of the OAuth server about its token. */
import { parseHost } from '../servers/host.ts'
import type { AppInfo } from '../servers/oauth.ts'
import type { InstallRequest, PresentedCredentials } from '../wire/request.ts'

/** The claim of an installation that the OAuth server contradicts. */
export type ClaimMismatch = 'member_mismatch' | 'user_mismatch' | 'domain_mismatch'

/** Returns the first claim of the request that the OAuth server contradicts; null when all agree. */
export function compareClaims(
  request: InstallRequest,
  info: AppInfo,
  { oauthUrls }: { readonly oauthUrls: readonly string[] },
): ClaimMismatch | null {
  const { userId } = request.credentials
  if (info.memberId !== request.memberId) return 'member_mismatch'
  if (userId !== null && userId !== info.userId) return 'user_mismatch'
  const named = namedHosts(request.credentials, info, oauthUrls)
  return named.length > 0 && !named.includes(info.domain) ? 'domain_mismatch' : null
}

/**
 * Lists the hosts that the request claims. Bitrix24 sometimes sends the OAuth server's host as `domain`;
 * that is no claim about the portal and is left out (docs/bitrix24.md#missing-tokens).
 */
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

/**
 * Whether the second pair of ONAPPUSERREADY belongs to the same portal and application as the first one, and
 * to the claimed user where one is claimed.
 */
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

// Stands for a claimed host that cannot be read. No real host equals it, so such a claim never agrees.
const UNREADABLE_HOST = '?'
