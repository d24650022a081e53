/**
 * Whom an access token belongs to, by the word of an allow-listed OAuth server. An expired token is
 * refreshed on the way if one of our applications can; the pair that this brings is handed on in every
 * case, also in failure, because the refresh token presented is dead from then on.
 */
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { askAppInfo, INCONSISTENT, refreshTokens } from '../servers/oauth.ts'
import type { AppInfo, OauthDeps, TokenPair } from '../servers/oauth.ts'
import type { PresentedCredentials } from '../wire/request.ts'
import { isTransient } from '../servers/rest-error.ts'
import type { RestError } from '../servers/rest-error.ts'

/** What confirming needs from outside. */
export interface ConfirmDeps extends OauthDeps {
  /** The allow-list: origins, asked in this order when the request names no server. */
  readonly oauthUrls: readonly string[]
  /** Client id → client secret. */
  readonly applications: ReadonlyMap<string, string>
}

/** A token that an OAuth server knows. */
export interface Confirmation {
  readonly oauthUrl: string
  readonly info: AppInfo
  /** The token that the server confirmed: the presented one, or the refreshed one. */
  readonly accessToken: string
  readonly freshPair: TokenPair | null
}

/** No server confirmed the token: what the one that says most answered. */
export interface ConfirmFailure {
  readonly error: RestError
  readonly freshPair: TokenPair | null
}

/** Returns the servers that may be asked; null when the claim names one that is not allowed. */
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

/** Asks one server after the other; the first confirmation counts, else the failure that says most. */
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

/** The request does not say which application it is of, so each configured secret is tried. */
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
    // A server that does not answer would not hear the next secret either.
    if (isTransient(error)) break
  }
  return err(error)
}

/** A pair that must not be lost counts most, then silence, then a no of a server that knew the token. */
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
