/**
 * Decodes the requests by which the application is installed, updated or removed. Everything in them is a
 * claim of the caller; `bitrix24/installs` verifies it.
 */
import * as v from 'valibot'
import type { Json } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { parseTimestamp } from './decode-event.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import type { InstallRequest, PresentedCredentials, UninstallRequest } from './request.ts'
import {
  AddressSchema,
  ApplicationTokenSchema,
  IdSchema,
  LanguageSchema,
  MemberIdSchema,
  parseOrNull,
  ScopeSchema,
  StatusSchema,
  TokenSchema,
  UnixSecondsSchema,
} from './wire-schemas.ts'

/** The sender of an event, read from `auth` before anything else. */
export interface Sender {
  readonly memberId: string
  readonly applicationToken: string
}

/** The payload of an event whose sender has been read, with its `auth` part. */
export interface EventPayload {
  readonly sender: Sender
  readonly payload: JsonObject
  readonly auth: JsonObject
}

/** The reason why the body of a frame page is refused. */
export type PageReason = 'invalid_member_id' | 'invalid_application_token' | 'missing_credentials'

const CredentialsSchema = v.object({
  access_token: TokenSchema,
  refresh_token: optional(TokenSchema),
  expires: optional(UnixSecondsSchema),
  server_endpoint: optional(AddressSchema),
  client_endpoint: optional(AddressSchema),
  domain: optional(AddressSchema),
  user_id: optional(IdSchema),
  status: optional(StatusSchema),
  scope: optional(ScopeSchema),
})

const CleanSchema = v.union([v.literal('1'), v.literal(1), v.literal(true)])

/** Decodes ONAPPINSTALL, ONAPPUPDATE and ONAPPUSERREADY; the last one is an install with a second pair. */
export function decodeInstall(
  cause: 'install' | 'update' | 'user_ready',
  { sender, payload, auth }: EventPayload,
): Result<InstallRequest, 'missing_credentials'> {
  const credentials = readCredentials(auth)
  if (!credentials) return err('missing_credentials')
  const data = dataOf(payload)
  return ok({
    kind: 'install',
    cause,
    ...sender,
    ts: usableTimestamp(payload['ts']),
    credentials,
    systemUser: cause === 'user_ready' ? readCredentials(data) : null,
    language: parseOrNull(LanguageSchema, data['LANGUAGE_ID']),
  })
}

/** Decodes ONAPPUNINSTALL. It carries no OAuth tokens, because they are dead by then. */
export function decodeUninstall({ sender, payload }: EventPayload): UninstallRequest {
  return {
    kind: 'uninstall',
    ...sender,
    ts: usableTimestamp(payload['ts']),
    clean: v.is(CleanSchema, dataOf(payload)['CLEAN']),
  }
}

/**
 * Decodes the body that a portal posts when somebody opens the application in its frame. `query` holds the
 * parameters of the URL. The body names no time, and before 2026 it had neither application token nor scope
 * (docs/bitrix24.md#frame-page).
 */
export function decodePage(
  payload: JsonObject,
  query: Readonly<Record<string, string>>,
): Result<InstallRequest, PageReason> {
  const memberId = parseOrNull(MemberIdSchema, payload['member_id'])
  if (memberId === null) return err('invalid_member_id')
  const sent = payload['APPLICATION_TOKEN'] ?? ''
  const applicationToken = parseOrNull(ApplicationTokenSchema, sent)
  if (sent !== '' && applicationToken === null) return err('invalid_application_token')
  const credentials = readCredentials({
    access_token: payload['AUTH_ID'] ?? null,
    refresh_token: payload['REFRESH_ID'] ?? null,
    server_endpoint: payload['SERVER_ENDPOINT'] ?? null,
    domain: query['DOMAIN'] ?? null,
    status: payload['status'] ?? null,
    scope: payload['APPLICATION_SCOPE'] ?? null,
  })
  if (!credentials) return err('missing_credentials')
  return ok({
    kind: 'install',
    cause: 'page',
    memberId,
    applicationToken,
    ts: null,
    credentials,
    systemUser: null,
    language:
      parseOrNull(LanguageSchema, query['LANG']) ?? parseOrNull(LanguageSchema, payload['LANG']),
  })
}

/**
 * Reads the OAuth values that stand in `auth` and, of the system user, in the `data` of ONAPPUSERREADY. Null
 * when the access token is missing.
 */
function readCredentials(source: JsonObject): PresentedCredentials | null {
  const read = parseOrNull(CredentialsSchema, source)
  return (
    read && {
      accessToken: read.access_token,
      refreshToken: read.refresh_token,
      expiresAt: read.expires,
      serverEndpoint: read.server_endpoint,
      clientEndpoint: read.client_endpoint,
      domain: read.domain,
      userId: read.user_id,
      status: read.status,
      scope: read.scope,
    }
  )
}

function dataOf(payload: JsonObject): JsonObject {
  return isJsonObject(payload['data']) ? payload['data'] : {}
}

// A lifecycle event is sent only once and cannot be quarantined, so one with an unreadable `ts` is taken as
// one without a time.
function usableTimestamp(sent: Json | undefined): number | null {
  const ts = parseTimestamp(sent)
  return ts === 'invalid' ? null : ts
}

function optional<S extends v.GenericSchema>(
  schema: S,
): v.SchemaWithFallback<v.NullableSchema<S, undefined>, null> {
  return v.fallback(v.nullable(schema), null)
}
