/**
 * Confirms an access token: an OAuth server of the allow-list names its portal, application and user. A token that
 * has expired is not refreshed. Otherwise an attacker with a leaked refresh token of an administrator could let the
 * relay redeem it with the relay's own secret, and take the portal over (docs/decisions/0017-who-may-speak.md).
 */
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { askAppInfo } from '../servers/oauth.ts'
import type { AppInfo } from '../servers/oauth.ts'
import type { PresentedCredentials } from '../wire/request.ts'
import type { RestDeps } from '../servers/rest-client.ts'
import { isTransient } from '../servers/rest-error.ts'
import type { RestError } from '../servers/rest-error.ts'

/** The dependencies of a confirmation. */
export interface ConfirmDeps extends RestDeps {
  /** The allow-list: origins, which are asked in this order when the request names no server. */
  readonly oauthUrls: readonly string[]
}

/** The answer about a token that an OAuth server has confirmed. */
export interface Confirmation {
  readonly oauthUrl: string
  readonly info: AppInfo
}

/**
 * The most OAuth servers that are asked about one token, however many are configured: anybody may send an
 * installation, and Bitrix24 blocks who asks too much.
 */
export const MAX_SERVERS_ASKED = 2

/**
 * Returns the OAuth servers to ask: the one that the caller names, or the first ones of the allow-list when it
 * names none. Null when it names one that is not on the list.
 */
export function chooseServers(
  credentials: PresentedCredentials,
  oauthUrls: readonly string[],
): readonly string[] | null {
  if (!namesServer(credentials)) return [...new Set(oauthUrls)].slice(0, MAX_SERVERS_ASKED)
  const origin = originOf(credentials.serverEndpoint ?? '')
  const named = oauthUrls.find((url) => originOf(url) === origin)
  return origin === null || named === undefined ? null : [named]
}

/** Whether the caller names an OAuth server. */
export function namesServer({ serverEndpoint }: PresentedCredentials): boolean {
  return serverEndpoint !== null && serverEndpoint !== ''
}

/**
 * Asks one server after the other, until one confirms the token. When none does, the failures are compared, and the
 * one that says most is returned. The silence of a server comes first, since that server might have confirmed it. A
 * refusal by a server that knows the token comes next, and a refusal by one that does not know it comes last.
 */
export async function confirmToken(
  { accessToken }: PresentedCredentials,
  servers: readonly string[],
  deps: RestDeps,
): Promise<Result<Confirmation, RestError>> {
  let error = NOBODY_TO_ASK
  for (const oauthUrl of servers) {
    const answer = await askAppInfo(oauthUrl, accessToken, deps)
    if (answer.ok) return ok({ oauthUrl, info: answer.value })
    if (weigh(answer.error) > weigh(error)) error = answer.error
  }
  return err(error)
}

function weigh(error: RestError): number {
  if (error === NOBODY_TO_ASK) return 0
  if (isTransient(error)) return 3
  return error.kind === 'dead_token' ? 1 : 2
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null
}

const NOBODY_TO_ASK: RestError = { kind: 'refused', code: '', status: null }
