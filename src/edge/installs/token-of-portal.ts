/**
 * The reason to spill an installation when the portal's object cannot be reached. Anybody can send one, and KV
 * must not fill with forged ones, so an OAuth server has to know its access token.
 */
import { chooseServers } from '../../bitrix24/installs/confirm-token.ts'
import { askAppInfo } from '../../bitrix24/servers/oauth.ts'
import type { InstallRequest } from '../../bitrix24/wire/request.ts'
import type { IntakeDeps } from '../intake-deps.ts'

/** The time that one OAuth server may take, in milliseconds. The caller has waited for the object already. */
const ASK_MS = 5000

/**
 * Asks the OAuth servers whether the access token of an installation belongs to the portal that it names. At
 * most one question goes to each server of the allow-list. A server that does not answer gives no reason.
 */
export async function isTokenOfPortal(
  { config, world }: Pick<IntakeDeps, 'config' | 'world'>,
  { memberId, credentials }: InstallRequest,
): Promise<boolean> {
  const { fetch } = world
  const { policy, oauthUrls } = config
  for (const server of chooseServers(credentials, oauthUrls) ?? []) {
    const { accessToken } = credentials
    const info = await askAppInfo(server, accessToken, { fetch, policy, timeoutMs: ASK_MS })
    if (info.ok) return info.value.memberId.toLowerCase() === memberId
  }
  return false
}
