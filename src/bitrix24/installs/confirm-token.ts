/**
 * Confirms an access token: an OAuth server of the allow-list names its portal, application and user. A token
 * that has expired is refreshed first, with the secret of each configured application in turn. The fresh pair
 * is returned in every case, after a failure too, because the presented refresh token is used up by then.
 */
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { askAppInfo, INCONSISTENT, refreshTokens } from '../servers/oauth.ts'
import type { AppInfo, OAuthDeps, TokenPair } from '../servers/oauth.ts'
import type { PresentedCredentials } from '../wire/request.ts'
import { isTransient } from '../servers/rest-error.ts'
import type { RestError } from '../servers/rest-error.ts'

/** The dependencies of a confirmation. */
export interface ConfirmDeps extends OAuthDeps {
  /** The allow-list: origins, which are asked in this order when the request names no server. */
  readonly oauthUrls: readonly string[]
  /** The client secrets by client id. */
  readonly applications: ReadonlyMap<string, string>
}

/** The answer about a token that an OAuth server has confirmed. */
export interface Confirmation {
  readonly oauthUrl: string
  readonly info: AppInfo
  /** The confirmed token: the presented one, or the one of the fresh pair. */
  readonly accessToken: string
  /** The pair of a refresh on the way; null when the presented token was still good. */
  readonly freshPair: TokenPair | null
}

/** The failure when no server has confirmed a token. */
export interface ConfirmFailure {
  /** The most telling answer of the servers that were asked. */
  readonly error: RestError
  readonly freshPair: TokenPair | null
}

/**
 * Returns the OAuth servers to ask: the one that the caller names, or the whole allow-list when it names
 * none. Null when it names one that is not on the list.
 */
export function chooseServers(
  credentials: PresentedCredentials,
  oauthUrls: readonly string[],
): readonly string[] | null {
  const claimed = credentials.serverEndpoint
  if (claimed === null || claimed === '') return oauthUrls
  const origin = originOf(claimed)
  const named = oauthUrls.filter((url) => originOf(url) === origin)
  return origin === null || named.length === 0 ? null : named
}

/** Asks one server after the other. The first confirmation counts; without one, the most telling failure. */
export async function confirmToken(
  credentials: PresentedCredentials,
  servers: readonly string[],
  deps: ConfirmDeps,
): Promise<Result<Confirmation, ConfirmFailure>> {
  let failure: ConfirmFailure = { error: NOBODY_TO_ASK, freshPair: null }
  for (const oauthUrl of servers) {
    const answer = await askServer(credentials, oauthUrl, deps)
    if (answer.ok) return answer
    const freshPair = answer.error.freshPair ?? failure.freshPair
    const { error } = weigh(answer.error) > weigh(failure) ? answer.error : failure
    failure = { error, freshPair }
  }
  return err(failure)
}

async function askServer(
  credentials: PresentedCredentials,
  oauthUrl: string,
  deps: ConfirmDeps,
): Promise<Result<Confirmation, ConfirmFailure>> {
  const { accessToken, refreshToken } = credentials
  const first = await askAppInfo(oauthUrl, accessToken, deps)
  if (first.ok) return ok({ oauthUrl, info: first.value, accessToken, freshPair: null })
  if (first.error.kind !== 'expired' || refreshToken === null) {
    return err({ error: first.error, freshPair: null })
  }
  const refreshed = await refreshWithAny(refreshToken, oauthUrl, deps)
  if (!refreshed.ok) {
    const error = isTransient(refreshed.error) ? refreshed.error : first.error
    return err({ error, freshPair: null })
  }
  const { pair, clientId } = refreshed.value
  const second = await askAppInfo(oauthUrl, pair.accessToken, deps)
  if (!second.ok) return err({ error: second.error, freshPair: pair })
  if (second.value.clientId !== clientId) return err({ error: INCONSISTENT, freshPair: pair })
  return ok({ oauthUrl, info: second.value, accessToken: pair.accessToken, freshPair: pair })
}

/** Tries each configured secret, because a request does not name the application that it belongs to. */
async function refreshWithAny(
  refreshToken: string,
  oauthUrl: string,
  deps: ConfirmDeps,
): Promise<Result<{ readonly pair: TokenPair; readonly clientId: string }, RestError>> {
  let error = NOBODY_TO_ASK
  for (const [clientId, clientSecret] of deps.applications) {
    const pair = await refreshTokens({ oauthUrl, clientId, clientSecret, refreshToken }, deps)
    if (pair.ok) return ok({ pair: pair.value, clientId })
    error = pair.error
    // A server that does not answer now will not answer the next secret either.
    if (isTransient(error)) break
  }
  return err(error)
}

/**
 * Ranks a failure; the highest one is reported. A fresh pair without a definite answer ranks highest, since
 * it must be kept for the next try. Then comes silence of a server, then a no of a server that knew the
 * token, and last a no of one that did not know it.
 */
function weigh({ error, freshPair }: ConfirmFailure): number {
  if (error === NOBODY_TO_ASK) return 0
  if (freshPair !== null && isTransient(error)) return 4
  if (isTransient(error)) return 3
  return error.kind === 'dead_token' ? 1 : 2
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null
}

const NOBODY_TO_ASK: RestError = { kind: 'refused', code: '', status: null }
