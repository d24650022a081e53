/**
 * The stored form of an installation that cannot be decided yet: in the spill, and among the pending installs
 * of a portal. Both write the decoded request as JSON, and seal it.
 */
import * as v from 'valibot'
import type { InstallRequest, PresentedCredentials } from './request.ts'

/**
 * One schema for each member, the optional ones too: a member without a schema would get lost where the
 * request is stored.
 */
export type SchemasOf<T> = { readonly [Member in keyof T]-?: v.GenericSchema }

const TextSchema = v.nullable(v.string())
const NumberSchema = v.nullable(v.number())

const CredentialsSchema = v.object({
  accessToken: v.string(),
  refreshToken: TextSchema,
  expiresAt: NumberSchema,
  serverEndpoint: TextSchema,
  clientEndpoint: TextSchema,
  domain: TextSchema,
  userId: NumberSchema,
  status: TextSchema,
  scope: TextSchema,
} satisfies SchemasOf<PresentedCredentials>)

/** Reads an installation back that was stored as JSON. */
export const InstallRequestSchema: v.GenericSchema<unknown, InstallRequest> = v.object({
  kind: v.literal('install'),
  cause: v.picklist(['install', 'update', 'user_ready', 'page']),
  memberId: v.string(),
  applicationToken: TextSchema,
  ts: NumberSchema,
  credentials: CredentialsSchema,
  systemUser: v.nullable(CredentialsSchema),
  language: TextSchema,
  handlerUrl: v.exactOptional(v.string()),
} satisfies SchemasOf<InstallRequest>)
