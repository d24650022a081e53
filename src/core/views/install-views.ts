/**
 * The installation of a portal as the operator sees it: what waits for a decision, what stands in its way, and each
 * time what the operator can do. It holds no secret. Every time is ISO 8601, or null.
 */
import * as v from 'valibot'
import type { AccessTrouble } from '../access/access.ts'
import type { Recovery } from '../access/installs/install.ts'
import type { PendingKind } from '../access/installs/pending-row.ts'
import { listOf, TextOrNullSchema, TimeOrNullSchema, wordOf } from './schema.ts'

/** The other portal that had the domain first. */
export const DomainHolderViewSchema = v.object({
  memberId: v.string(),
  remedy: v.string(),
})

/** The type of this view. */
export type DomainHolderView = v.InferOutput<typeof DomainHolderViewSchema>

/** The application that was refused because another one speaks for the portal. */
export const OtherApplicationViewSchema = v.object({
  clientId: v.string(),
  at: TimeOrNullSchema,
  remedy: v.string(),
})

/** The type of this view. */
export type OtherApplicationView = v.InferOutput<typeof OtherApplicationViewSchema>

/** The trouble with the access to the portal. */
export const AccessViewSchema = v.object({
  trouble: wordOf<AccessTrouble>(),
  /** Bitrix24's own code, or the relay's; may be empty. */
  code: v.string(),
  at: TimeOrNullSchema,
  remedy: v.string(),
})

/** The type of this view. */
export type AccessView = v.InferOutput<typeof AccessViewSchema>

/** One install that cannot be trusted yet. */
export const PendingInstallViewSchema = v.object({
  kind: wordOf<PendingKind>(),
  clientId: TextOrNullSchema,
  domain: TextOrNullSchema,
  since: TimeOrNullSchema,
  expiresAt: TimeOrNullSchema,
  remedy: v.string(),
})

/** The type of this view. */
export type PendingInstallView = v.InferOutput<typeof PendingInstallViewSchema>

/** The first pending install, with those that wait beside it. */
export const PendingViewSchema = v.object({
  ...PendingInstallViewSchema.entries,
  others: listOf(PendingInstallViewSchema),
})

/** The type of this view. */
export type PendingView = v.InferOutput<typeof PendingViewSchema>

/** An uninstall that was told and that the portal has not confirmed. */
export const NoticeViewSchema = v.object({
  clean: v.boolean(),
  /** Whether the portal has said that the application is installed. */
  denied: v.boolean(),
  receivedAt: TimeOrNullSchema,
  nextAskAt: TimeOrNullSchema,
  remedy: v.string(),
})

/** The type of this view. */
export type NoticeView = v.InferOutput<typeof NoticeViewSchema>

/** The recovery of an install that was damaged. */
export const RecoveryViewSchema = v.object({
  from: wordOf<Recovery['from']>(),
  at: TimeOrNullSchema,
  isConfirmed: v.boolean(),
  remedy: v.string(),
})

/** The type of this view. */
export type RecoveryView = v.InferOutput<typeof RecoveryViewSchema>
