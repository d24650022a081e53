/** The storage of one portal, for the admin API: how large its log is, and who made it expire early. */
import type { StorageView } from '../../core/views/storage-view.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { LogSpace } from '../log/log-space.ts'
import type { PortalState } from '../state/portal-state.ts'

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
