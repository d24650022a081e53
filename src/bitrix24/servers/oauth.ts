/**
 * What the relay asks to know whom a token belongs to, and to get a fresh one. Fields that decide
 * trust are required; all others may be missing or odd, since a fresh pair that is thrown away for an
 * unimportant field would leave the portal without tokens.
 */
import * as v from 'valibot'

import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import type { JsonObject } from '../wire/json.ts'
import { IntegerSchema, TextSchema } from './answer-schemas.ts'
import { agreeOnHost } from './host.ts'
import { callRest, sendForm } from './rest-client.ts'
import type { RestDeps } from './rest-client.ts'
import { MALFORMED_ANSWER, type OwnError, type RestError } from './rest-error.ts'

/** What the OAuth server says about an access token. */
export interface AppInfo {
  readonly clientId: string
  readonly memberId: string
  /** The host of `clientEndpoint`, with its port when there is one. */
  readonly domain: string
  /** The portal's REST address as answered; not yet checked against the address policy. */
  readonly clientEndpoint: string
  /** The user of the portal whom the token speaks for. */
  readonly userId: number
  /** Comma list; empty when not said. */
  readonly scope: string
  /** Application status letter; empty when not said. */
  readonly status: string
  /** False until an application with an interface has called `installFinish`. */
  readonly installed: boolean
  /** End of the access token in unix seconds; null when not said. */
  readonly expiresAt: number | null
}

/** An access token and the refresh token that replaces the one it was got with. */
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

/** A refresh: whose secret, which token, at which OAuth server (an origin of the allow-list). */
export interface RefreshRequest {
  readonly oauthUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
}

/** What a refresh needs from outside. */
export interface OauthDeps extends RestDeps {
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
 * Asks an OAuth server whom an access token belongs to (`app.info` there; the portal's method of the
 * same name names neither portal nor application and proves nothing). An answer that contradicts
 * itself about the portal's host is `refused`, code `inconsistent`.
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
  const domain = agreeOnHost(install.client_endpoint, install.domain)
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
 * Exchanges a refresh token for a new pair. The old refresh token has to be taken for dead once this
 * succeeded, so the pair must be stored before it is used.
 */
export async function refreshTokens(
  request: RefreshRequest,
  deps: OauthDeps,
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
  // Answers of before 2026 had `expires_in` alone (bitrix-tools/b24-rest-docs#285).
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
