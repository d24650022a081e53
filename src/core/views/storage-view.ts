/** The storage of one portal as the operator sees it: how large its log is, and who made it expire early. */
import * as v from 'valibot'
import { listOf, NumberOrNullSchema } from './schema.ts'

/** The storage of a portal as the API shows it. */
export const StorageViewSchema = v.object({
  /** The size of the portal's database. */
  bytes: v.number(),
  /** The most bytes of its log; null where there is no limit. */
  maxBytes: NumberOrNullSchema,
  full: v.boolean(),
  /** The number of deliveries that were still to be made of events that went before their time, each lane counted. */
  crowdedOut: v.number(),
  /** The destinations whose lanes had still to deliver them, and held the log back. */
  heldBy: listOf(v.string()),
})

/** The type of this view. */
export type StorageView = v.InferOutput<typeof StorageViewSchema>
