/** The bulletins of a portal as the operator sees them, with the destinations that were told. It holds no secret. */
import * as v from 'valibot'
import type { BulletinType } from '../bulletins/bulletin.ts'
import type { ParkReason } from '../lanes/state/fate.ts'
import {
  listOf,
  NumberOrNullSchema,
  TextOrNullSchema,
  TimeOrNullSchema,
  TimeSchema,
  wordOf,
} from './schema.ts'

/** The fate of a bulletin at one destination. */
export const BulletinFateViewSchema = v.object({
  destination: v.string(),
  state: v.picklist(['waiting', 'delivered', 'parked', 'expired']),
  /** The time at which it was delivered or parked; null while it waits, and for one that its lane remembers no more. */
  at: TimeOrNullSchema,
  attempts: NumberOrNullSchema,
  reason: v.nullable(wordOf<ParkReason>()),
})

/** One bulletin. */
export const BulletinViewSchema = v.object({
  /** The number of the bulletin, which is no sequence. */
  n: v.number(),
  /** Its delivery id. */
  id: v.string(),
  type: wordOf<BulletinType>(),
  /** The destination that it is about; null for the portal. */
  about: TextOrNullSchema,
  at: TimeSchema,
  /** The destinations that are told; none where the only one that asks is the one that it is about. */
  fates: listOf(BulletinFateViewSchema),
})

/** A trouble that a bulletin has told and that lasts. */
export const OpenBulletinSchema = v.object({
  type: wordOf<BulletinType>(),
  /** The destination that it is about; null for the portal. */
  about: TextOrNullSchema,
  /** When it was told. */
  since: TimeOrNullSchema,
})

/** The type of such a trouble. */
export type OpenBulletin = v.InferOutput<typeof OpenBulletinSchema>

/** The last bulletins of a portal, newest first. */
export const BulletinsViewSchema = listOf(BulletinViewSchema)

/** The type of one bulletin in this view. */
export type BulletinView = v.InferOutput<typeof BulletinViewSchema>

/** The type of the fate in this view. */
export type BulletinFateView = v.InferOutput<typeof BulletinFateViewSchema>
