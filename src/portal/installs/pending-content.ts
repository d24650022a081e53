/** The sealed part of a pending install: the request, and the facts that were confirmed of it. */
import * as v from 'valibot'
import type { VerifiedInstall } from '../../bitrix24/installs/verify-install.ts'
import { InstallRequestSchema } from '../../bitrix24/wire/install-request-schema.ts'
import type { InstallRequest } from '../../bitrix24/wire/request.ts'

/** The content of a pending install. */
export interface PendingContent {
  readonly request: InstallRequest
  /**
   * The facts that the OAuth server and the portal have confirmed; null while one of them has not answered.
   */
  readonly verified: VerifiedInstall | null
}

const NumberSchema = v.nullable(v.number())

const VerifiedSchema: v.GenericSchema<unknown, VerifiedInstall> = v.object({
  memberId: v.string(),
  clientId: v.string(),
  domain: v.string(),
  clientEndpoint: v.string(),
  oauthUrl: v.string(),
  userId: v.number(),
  isAdmin: v.boolean(),
  // An older version did not note it.
  isReached: v.optional(v.boolean(), false),
  scope: v.string(),
  status: v.string(),
  installed: v.boolean(),
  systemUserId: NumberSchema,
})

const ContentSchema = v.object({
  request: InstallRequestSchema,
  verified: v.nullable(VerifiedSchema),
})

/** Members that the former version of the relay wants to find in what was confirmed. */
const FORMER_MEMBERS = { freshPair: null, freshSystemPair: null }

/** The text that is sealed. */
export function formatContent({ request, verified }: PendingContent): string {
  return JSON.stringify({ request, verified: verified && { ...verified, ...FORMER_MEMBERS } })
}

/** Reads that text back; null when it is not such a content. */
export function parseContent(text: string): PendingContent | null {
  const parsed = v.safeParse(ContentSchema, JSON.parse(text))
  return parsed.success ? parsed.output : null
}
