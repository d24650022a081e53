/** The view of a portal's bulletins, in the names of the HTTP contract. */
import { bulletinId, type NumberedBulletin } from '../../core/bulletins/bulletin.ts'
import type { LaneState } from '../../core/lanes/state/lane-state.ts'
import type {
  BulletinFateView,
  BulletinView,
  OpenBulletin,
} from '../../core/views/bulletin-view.ts'
import type { Bulletins } from '../bulletins/bulletins.ts'
import type { BulletinLog } from '../bulletins/bulletin-log.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import { isoTime } from './iso-time.ts'

/** The most bulletins that are shown. */
export const BULLETINS_SHOWN = 20

/** Everything from which the view is read. */
export interface BulletinsViewParts {
  readonly memberId: string
  readonly bulletinLog: Pick<BulletinLog, 'newest'>
  readonly bulletinBook: Pick<LaneBook, 'findLane'>
}

/** Everything that the view of open troubles is read from. */
export interface OpenBulletinsParts {
  readonly bulletins: Pick<Bulletins, 'open'>
}

/** The last bulletins, newest first. */
export function bulletinsView(parts: BulletinsViewParts): readonly BulletinView[] {
  return parts.bulletinLog.newest(BULLETINS_SHOWN).map((bulletin) => {
    const { n, type, about, at, to } = bulletin
    return {
      n,
      id: bulletinId(parts.memberId, n),
      type,
      about,
      at: new Date(at).toISOString(),
      fates: to.map((destination) =>
        fateView(bulletin, destination, parts.bulletinBook.findLane(destination)),
      ),
    }
  })
}

/** The troubles that bulletins have told and that last. */
export function openBulletinsView({ bulletins }: OpenBulletinsParts): readonly OpenBulletin[] {
  return bulletins.open().map(({ type, about, since }) => ({ type, about, since: isoTime(since) }))
}

/** A fate that is not written down follows from the cursor of the lane, as that of an event does. */
function fateView(
  { n, fates }: NumberedBulletin,
  destination: string,
  lane: LaneState | null,
): BulletinFateView {
  const exact = fates[destination]
  if (exact !== undefined) {
    const { state, at, attempts, reason } = exact
    return { destination, state, at: isoTime(at), attempts, reason }
  }
  if (lane === null || n > lane.cursor) {
    return { destination, state: 'waiting', at: null, attempts: null, reason: null }
  }
  // A lane whose row was damaged has begun anew, behind everything that it had still to tell.
  if (n < (lane.epochs[0]?.from ?? 0)) {
    return { destination, state: 'expired', at: null, attempts: null, reason: null }
  }
  const recent = lane.recent.findLast(({ sequence }) => sequence === n)
  const at = isoTime(recent?.at ?? null)
  return { destination, state: 'delivered', at, attempts: recent?.attempts ?? null, reason: null }
}
