/**
 * Asks an OAuth server of Bitrix24 to whom a token belongs, and for a fresh pair. An answer must have the
 * fields that decide about trust. Every other field may be missing or odd: the old refresh token is used up
 * when the answer comes, so a pair that is thrown away for an unimportant field would leave the portal
 * without tokens.
 */
import * as v from 'valibot'

import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import type { JsonObject } from '../wire/json.ts'
import { IntegerSchema, TextSchema } from './answer-schemas.ts'
import { commonHost } from './host.ts'
import { callRest, sendForm } from './rest-client.ts'
import type { RestDeps } from './rest-client.ts'
import { MALFORMED_ANSWER, type OwnError, type RestError } from './rest-error.ts'

/** The OAuth server's answer about an access token. */
export interface AppInfo {
  readonly clientId: string
  readonly memberId: string
  /** The host of `clientEndpoint`, with its port when there is one. */
  readonly domain: string
  /** The portal's REST address as answered; the caller has to check it against the address policy. */
  readonly clientEndpoint: string
  /** The user of the portal to whom the token belongs. */
  readonly userId: number
  /** Scopes with commas between them; empty when the server names none. */
  readonly scope: string
  /** The letter of the application's status; empty when the server names none. */
  readonly status: string
  /** False until an application with an interface has called `BX24.installFinish()`. */
  readonly installed: boolean
  /** End of the access token in unix seconds; null when the server names none. */
  readonly expiresAt: number | null
}

/** An access token, and the refresh token that brings the next one. */
export interface TokenPair {
  readonly accessToken: string
  readonly refreshToken: string
  /** End of the access token in unix seconds. */
  readonly expiresAt: number
  readonly memberId: string
  readonly userId: number | null
  readonly clientEndpoint: string | null
  readonly serverEndpoint: string | null
  readonly scope: string | null
  readonly status: string | null
}

/** A request for a fresh pair. */
export interface RefreshRequest {
  /** The OAuth server to ask; an origin of the allow-list. */
  readonly oauthUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
}

/** The dependencies of a refresh. */
export interface OAuthDeps extends RestDeps {
  /** Unix milliseconds. */
  readonly now: number
}

const DEFAULT_LIFETIME_SECONDS = 3600

const OptionalTextSchema = v.fallback(v.nullable(TextSchema), null)
const OptionalIntegerSchema = v.fallback(v.nullable(IntegerSchema), null)
const FlagSchema = v.pipe(
  v.unknown(),
  v.transform((flag) => [true, 1, '1', 'Y', 'true'].some((yes) => yes === flag)),
)

const AppInfoSchema = v.object({
  result: v.object({
    client_id: TextSchema,
    user_id: IntegerSchema,
    scope: OptionalTextSchema,
    expires: OptionalTextSchema,
    install: v.object({
      member_id: TextSchema,
      domain: TextSchema,
      client_endpoint: TextSchema,
      status: OptionalTextSchema,
      installed: v.optional(FlagSchema, false),
    }),
  }),
})

const TokenPairSchema = v.object({
  access_token: TextSchema,
  refresh_token: TextSchema,
  member_id: TextSchema,
  expires: OptionalIntegerSchema,
  expires_in: OptionalIntegerSchema,
  user_id: OptionalIntegerSchema,
  client_endpoint: OptionalTextSchema,
  server_endpoint: OptionalTextSchema,
  scope: OptionalTextSchema,
  status: OptionalTextSchema,
})

/**
 * Asks an OAuth server to whom an access token belongs. The method is `app.info` of the OAuth server. The
 * portal has a method of the same name, but its answer names neither portal nor application, so it proves
 * nothing (docs/bitrix24.md#install). An answer that contradicts itself about the portal's host fails with
 * `INCONSISTENT`.
 */
export async function askAppInfo(
  oauthUrl: string,
  accessToken: string,
  deps: RestDeps,
): Promise<Result<AppInfo, RestError>> {
  const endpoint = `${withoutSlash(oauthUrl)}/rest/`
  const answer = await callRest({ endpoint, method: 'app.info', token: accessToken }, deps)
  if (!answer.ok) return answer
  const parsed = v.safeParse(AppInfoSchema, answer.value)
  if (!parsed.success) return err(MALFORMED_ANSWER)
  const { client_id, user_id, scope, expires, install } = parsed.output.result
  const domain = commonHost(install.client_endpoint, install.domain)
  if (domain === null) return err(INCONSISTENT)
  return ok({
    clientId: client_id,
    memberId: install.member_id,
    domain,
    clientEndpoint: install.client_endpoint,
    userId: user_id,
    scope: scope ?? '',
    status: install.status ?? '',
    installed: install.installed,
    expiresAt: parseTime(expires),
  })
}

/**
 * Exchanges a refresh token for a fresh pair. Once this has succeeded the old refresh token counts as used
 * up, so the caller must store the fresh pair before it uses it (docs/bitrix24.md#token-lifetime).
 */
export async function refreshTokens(
  request: RefreshRequest,
  deps: OAuthDeps,
): Promise<Result<TokenPair, RestError>> {
  const { clientId, clientSecret, refreshToken } = request
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  })
  const url = `${withoutSlash(request.oauthUrl)}/oauth/token/`
  const answer = await sendForm({ url, form, secrets: [clientSecret, refreshToken] }, deps)
  return answer.ok ? parseTokenPair(answer.value, deps.now) : answer
}

/** An answer that contradicts itself, or names another application than the one that asked. */
export const INCONSISTENT: OwnError = { kind: 'refused', code: 'inconsistent', status: 200 }

function parseTokenPair(body: JsonObject, now: number): Result<TokenPair, RestError> {
  const parsed = v.safeParse(TokenPairSchema, body)
  if (!parsed.success) return err(MALFORMED_ANSWER)
  const { output } = parsed
  // Answers before 2026 had `expires_in` only (https://github.com/bitrix-tools/b24-rest-docs/issues/285).
  const lifetime = output.expires_in ?? DEFAULT_LIFETIME_SECONDS
  return ok({
    accessToken: output.access_token,
    refreshToken: output.refresh_token,
    expiresAt: output.expires ?? Math.floor(now / 1000) + lifetime,
    memberId: output.member_id,
    userId: output.user_id,
    clientEndpoint: output.client_endpoint,
    serverEndpoint: output.server_endpoint,
    scope: output.scope,
    status: output.status,
  })
}

function parseTime(iso: string | null): number | null {
  const ms = iso === null ? Number.NaN : Date.parse(iso)
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000)
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '')
}
