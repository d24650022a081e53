/** The storage of one portal, for the admin API: how large its log is, and who made it expire early. */
import * as v from 'valibot'
import type { LaneBook } from '../lanes/book/book.ts'
import type { LogSpace } from '../log/log-space.ts'
import type { PortalState } from '../state/portal-state.ts'
import { listOf, NumberOrNullSchema } from './schema.ts'

/** The storage of a portal as the API shows it. */
export const StorageViewSchema = v.object({
  /** The size of the portal's database. */
  bytes: v.number(),
  /** The most bytes of its log; null where there is no limit. */
  maxBytes: NumberOrNullSchema,
  full: v.boolean(),
  /** How many events went before their time while a lane had still to deliver them, each lane counted. */
  crowdedOut: v.number(),
  /** The destinations whose lanes had still to deliver them, and held the log back. */
  heldBy: listOf(v.string()),
})

/** The type of this view. */
export type StorageView = v.InferOutput<typeof StorageViewSchema>

/** Everything that the view of the storage reads. */
export interface StorageViewParts {
  readonly space: Pick<LogSpace, 'bytes' | 'limit'>
  readonly state: Pick<PortalState, 'isFull'>
  readonly book: Pick<LaneBook, 'all'>
}

/** The view of a portal's storage. */
export function storageView({ space, state, book }: StorageViewParts): StorageView {
  const holding = book.all().filter(({ crowdedOut }) => crowdedOut > 0)
  const limit = space.limit()
  return {
    bytes: space.bytes(),
    maxBytes: limit === 0 ? null : limit,
    full: state.isFull(),
    crowdedOut: holding.reduce((sum, { crowdedOut }) => sum + crowdedOut, 0),
    heldBy: holding.map(({ destination }) => destination),
  }
}
