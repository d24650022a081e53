/**
 * The simulated OAuth server: hands out token pairs, renews them once per refresh token, and answers
 * `app.info`. Several simulated portals may share one, as real portals do. The authorization code flow is
 * left out: neither the relay nor the official JavaScript SDK uses it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { err, ok } from '../../src/core/result.ts'
import type { Result } from '../../src/core/result.ts'
import { pause, readBody, sendJson, startLocalServer } from '../local-server.ts'
import { loseAnswer, playFailure } from './failure.ts'
import type { Failure } from './failure.ts'
import { parseCallParams, readText } from './php-query.ts'
import type { Params } from './php-query.ts'
import { formatRestError, restError } from './rest-error.ts'
import type { RestError } from './rest-error.ts'
import { formatTime, readAccessToken } from './rest-envelope.ts'

/** Lifetime of an access token in seconds. */
export const ACCESS_TOKEN_SECONDS = 3600
/** Lifetime of a refresh token in seconds: 30 days, as in the recorded tokens (docs/bitrix24.md#token-lifetime). */
export const REFRESH_TOKEN_SECONDS = 30 * 86_400

/** One installation of one application, as the OAuth server has recorded it. */
export interface Installation {
  readonly memberId: string
  readonly clientId: string
  readonly domain: string
  readonly clientEndpoint: string
  /** Application status letter. */
  readonly status: string
  /** Comma-separated. */
  readonly scope: string
  readonly version: number
  readonly installed: boolean
  /** The error of every refresh, for a lost licence or a deleted portal; null to renew. */
  readonly refusal: 'PAYMENT_REQUIRED' | 'invalid_grant' | null
}

/** Selects tokens; an absent member selects all. */
export interface TokenSelection {
  readonly memberId?: string
  readonly userId?: number
}

/** One token pair and its user. */
export interface Grant {
  readonly memberId: string
  readonly clientId: string
  readonly userId: number
  readonly accessToken: string
  readonly refreshToken: string
  /** Unix seconds. */
  readonly accessExpires: number
  /** Unix seconds. */
  readonly refreshExpires: number
}

/** A request that reached the server, as a test wants to look at it. */
export interface RecordedCall {
  readonly method: string
  /** Path and query, as sent. */
  readonly url: string
  readonly params: Params
}

/** A running OAuth server. */
export interface OauthSimulator {
  /** The value for `BITRIX24_OAUTH_URLS`. */
  readonly origin: string
  /** The value of `server_endpoint`. */
  readonly serverEndpoint: string
  /** Requests in order of arrival. */
  readonly calls: readonly RecordedCall[]
  /** Every successful renewal, in order; their number is the number of refreshes. */
  readonly renewals: readonly Grant[]
  /** Set to make every request fail; null to work again. */
  failure: Failure | null
  /** The time that each answer takes, in milliseconds of the real clock. @default 0 */
  answerDelayMs: number
  /** Makes a client known; the secret is needed for every refresh. */
  registerClient(clientId: string, clientSecret: string): void
  /** Records or replaces an installation. */
  saveInstallation(installation: Installation): void
  /** Ends an installation: every pair of it is dead. */
  endInstallation(installation: { memberId: string; clientId: string }): void
  /** Hands out a new pair. */
  issue(grant: { memberId: string; clientId: string; userId: number }): Grant
  /** Makes access tokens expire at once; the next call with one answers `expired_token`. */
  expireAccessTokens(selection?: TokenSelection): void
  /** Makes refresh tokens worthless; the next refresh with one answers `invalid_grant`. */
  killRefreshTokens(selection?: TokenSelection): void
  /** Finds the user of an access token. */
  resolve(accessToken: string | null): Result<Grant, RestError>
  close(): Promise<void>
}

/** Starts an OAuth server. `clock` gives unix milliseconds. */
export async function createOauthSimulator({
  clock = Date.now,
}: { clock?: () => number } = {}): Promise<OauthSimulator> {
  const state: OauthState = {
    clock,
    host: '',
    clients: new Map(),
    installations: new Map(),
    byAccess: new Map(),
    byRefresh: new Map(),
    renewals: [],
  }
  const calls: RecordedCall[] = []
  const server = await startLocalServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://oauth.invalid')
    const params = parseCallParams(url.search, {
      text: await readBody(request),
      contentType: request.headers['content-type'] ?? '',
    })
    calls.push({ method: request.method ?? '', url: request.url ?? '', params })
    if (await playFailure(simulator.failure, response)) return
    if (simulator.answerDelayMs > 0) await pause(simulator.answerDelayMs)
    const accessToken = readAccessToken(request, params)
    const answer = answerCall(state, { path: url.pathname, params, accessToken })
    if (loseAnswer(simulator.failure, response)) return
    if (answer.ok) sendJson(response, 200, { value: answer.value })
    else sendJson(response, answer.error.status, { value: formatRestError(answer.error) })
  })
  state.host = server.host
  const simulator: OauthSimulator = {
    origin: server.origin,
    serverEndpoint: `${server.origin}/rest/`,
    calls,
    renewals: state.renewals,
    failure: null,
    answerDelayMs: 0,
    ...createTokenDesk(state),
    close: () => server.close(),
  }
  return simulator
}

type TokenDesk = Pick<
  OauthSimulator,
  | 'registerClient'
  | 'saveInstallation'
  | 'endInstallation'
  | 'issue'
  | 'expireAccessTokens'
  | 'killRefreshTokens'
  | 'resolve'
>

/** The acts on tokens that a test and the portals do without a request. */
function createTokenDesk(state: OauthState): TokenDesk {
  return {
    registerClient: (clientId, clientSecret) => void state.clients.set(clientId, clientSecret),
    saveInstallation: (installation) =>
      void state.installations.set(installationKey(installation), installation),
    endInstallation(installation) {
      const known = state.installations.get(installationKey(installation))
      if (known === undefined) return
      state.installations.set(installationKey(known), { ...known, installed: false })
    },
    issue: (grant) => issueGrant(state, grant),
    expireAccessTokens(selection = {}) {
      const now = Math.floor(state.clock() / 1000)
      for (const [token, grant] of state.byAccess) {
        const accessExpires = Math.min(grant.accessExpires, now)
        if (isSelected(grant, selection)) state.byAccess.set(token, { ...grant, accessExpires })
      }
    },
    killRefreshTokens(selection = {}) {
      for (const [token, grant] of state.byRefresh) {
        if (isSelected(grant, selection)) state.byRefresh.delete(token)
      }
    },
    resolve: (accessToken) => resolveGrant(state, accessToken),
  }
}

function isSelected(grant: Grant, { memberId, userId }: TokenSelection): boolean {
  return (
    (memberId === undefined || memberId === grant.memberId) &&
    (userId === undefined || userId === grant.userId)
  )
}

interface OauthState {
  readonly clock: () => number
  /** Known once the server listens. */
  host: string
  /** Client id to secret. */
  readonly clients: Map<string, string>
  readonly installations: Map<string, Installation>
  readonly byAccess: Map<string, Grant>
  readonly byRefresh: Map<string, Grant>
  readonly renewals: Grant[]
}

function answerCall(
  state: OauthState,
  call: { path: string; params: Params; accessToken: string | null },
): Result<unknown, RestError> {
  const path = call.path.replace(/\/$/, '')
  if (path === '/oauth/token') return renewPair(state, call.params)
  if (/^\/rest\/app\.info(\.json)?$/.test(path)) return getAppInfo(state, call.accessToken)
  return err(restError('ERROR_METHOD_NOT_FOUND'))
}

function issueGrant(
  state: OauthState,
  { memberId, clientId, userId }: Pick<Grant, 'memberId' | 'clientId' | 'userId'>,
): Grant {
  const now = Math.floor(state.clock() / 1000)
  const accessExpires = now + ACCESS_TOKEN_SECONDS
  const refreshExpires = now + REFRESH_TOKEN_SECONDS
  const grant: Grant = {
    memberId,
    clientId,
    userId,
    accessToken: createToken(accessExpires, { memberId, userId }),
    refreshToken: createToken(refreshExpires, { memberId, userId }),
    accessExpires,
    refreshExpires,
  }
  state.byAccess.set(grant.accessToken, grant)
  state.byRefresh.set(grant.refreshToken, grant)
  return grant
}

function resolveGrant(state: OauthState, accessToken: string | null): Result<Grant, RestError> {
  if (accessToken === null || accessToken === '') return err(restError('NO_AUTH_FOUND'))
  const grant = state.byAccess.get(accessToken)
  if (grant === undefined) return err(restError('invalid_token'))
  if (getInstallation(state, grant)?.installed !== true) return err(restError('NOT_INSTALLED'))
  if (grant.accessExpires * 1000 <= state.clock()) return err(restError('expired_token'))
  return ok(grant)
}

function renewPair(state: OauthState, params: Params): Result<unknown, RestError> {
  if (readText(params, 'grant_type') !== 'refresh_token') return err(restError('invalid_request'))
  const clientId = readText(params, 'client_id') ?? ''
  const secret = state.clients.get(clientId)
  if (secret === undefined || secret !== readText(params, 'client_secret')) {
    return err(restError('invalid_client'))
  }
  const grant = state.byRefresh.get(readText(params, 'refresh_token') ?? '')
  if (grant === undefined || grant.refreshExpires * 1000 <= state.clock()) {
    return err(restError('invalid_grant'))
  }
  if (grant.clientId !== clientId) return err(restError('wrong_client'))
  const installation = getInstallation(state, grant)
  if (installation?.installed !== true) return err(restError('NOT_INSTALLED'))
  if (installation.refusal !== null) return err(restError(installation.refusal))
  // A refresh token works once here. Nobody has documented whether the old one lives on at the real server
  // (docs/bitrix24.md#token-lifetime), so the simulator is strict.
  state.byRefresh.delete(grant.refreshToken)
  const renewed = issueGrant(state, grant)
  state.renewals.push(renewed)
  return ok({
    access_token: renewed.accessToken,
    client_endpoint: installation.clientEndpoint,
    domain: state.host,
    expires: renewed.accessExpires,
    expires_in: ACCESS_TOKEN_SECONDS,
    member_id: grant.memberId,
    refresh_token: renewed.refreshToken,
    scope: installation.scope,
    server_endpoint: `http://${state.host}/rest/`,
    status: installation.status,
    user_id: grant.userId,
  })
}

function getAppInfo(state: OauthState, accessToken: string | null): Result<unknown, RestError> {
  const resolved = resolveGrant(state, accessToken)
  if (!resolved.ok) return resolved
  const grant = resolved.value
  const installation = getInstallation(state, grant)
  if (installation === undefined) return err(restError('APPLICATION_NOT_FOUND'))
  return ok({
    result: {
      client_id: grant.clientId,
      scope: installation.scope,
      expires: `${new Date(grant.accessExpires * 1000).toISOString().slice(0, 19)}+00:00`,
      install: {
        installed: installation.installed,
        version: String(installation.version),
        status: installation.status,
        scope: installation.scope,
        domain: installation.domain,
        uri: installation.clientEndpoint.replace(/\/rest\/$/, ''),
        client_endpoint: installation.clientEndpoint,
        member_id: installation.memberId,
        member_type: 'user',
      },
      user_id: grant.userId,
    },
    time: formatTime(state.clock()),
  })
}

function getInstallation(state: OauthState, grant: Grant): Installation | undefined {
  return state.installations.get(installationKey(grant))
}

function installationKey({ memberId, clientId }: Pick<Grant, 'memberId' | 'clientId'>): string {
  return `${memberId} ${clientId}`
}

/**
 * A token in the captured layout: expiry (little-endian), 8 bytes of the portal, user id (big-endian),
 * 19 random bytes; 70 hex digits.
 */
function createToken(expires: number, { memberId, userId }: { memberId: string; userId: number }) {
  const token = Buffer.alloc(35)
  token.writeUInt32LE(expires, 0)
  createHash('sha256').update(memberId).digest().copy(token, 4, 0, 8)
  token.writeUInt32BE(userId, 12)
  randomBytes(19).copy(token, 16)
  return token.toString('hex')
}
