/**
 * The whole view of a portal: its view, together with those of its lanes, its bindings, its storage, its robot address
 * and its bulletins.
 */
import type { RobotAddress } from '../installs/robot-address.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { World } from '../world.ts'
import {
  bulletinsView,
  openBulletinsView,
  type BulletinsViewParts,
  type OpenBulletinsParts,
} from './bulletins-view.ts'
import { laneView, type LaneViewParts } from './lane-view.ts'
import { isoTime } from './iso-time.ts'
import { portalView, type PortalViewParts } from './portal-view.ts'
import { storageView, type StorageViewParts } from './storage-view.ts'
import { subscriptionsView, type SubscriptionsViewParts } from './subscriptions-view.ts'
import type { WholeView } from '../../core/views/whole-view.ts'

/** The parts that the whole view takes beside its views. */
interface BesideViews {
  readonly book: Pick<LaneBook, 'all'>
  readonly robotAddress: Pick<RobotAddress, 'since'>
  readonly world: Pick<World, 'now'>
}

/** The whole view of a portal, as it is now. */
export function wholePortal(
  parts: PortalViewParts &
    LaneViewParts &
    SubscriptionsViewParts &
    StorageViewParts &
    BulletinsViewParts &
    OpenBulletinsParts &
    BesideViews,
): WholeView {
  const since = isoTime(parts.robotAddress.since())
  return {
    ...portalView(parts),
    lanes: parts.book.all().map((lane) => laneView(parts, lane, parts.world.now())),
    subscriptions: subscriptionsView(parts),
    storage: storageView(parts),
    robotAddress: since === null ? null : { since },
    bulletins: bulletinsView(parts),
    openBulletins: openBulletinsView(parts),
  }
}
