/**
 * The past tallies: the numbers of portals that are gone, or that have begun to count anew. Counters of all portals
 * are these and the present ones together, so the end of a portal takes nothing away. Pure.
 */
import type { LaneTally } from '../lanes/state/tally.ts'
import type { EdgeTally } from '../tallies/edge-tally.ts'
import { sumNumbers } from '../tallies/merge-numbers.ts'
import { NO_TALLY_SUMS, type ReportedTally, type TallySums } from '../tallies/portal-tally.ts'
import type { LaneReport } from './lane-report.ts'

/** The most destinations that are remembered; what one more had counted is lost. */
export const MAX_PAST_DESTINATIONS = 1000

/** Everything that is counted no further. */
export interface PastTallies {
  readonly portals: TallySums
  readonly destinations: Readonly<Record<string, LaneTally>>
}

/** Nothing is past. */
export const NO_PAST: PastTallies = { portals: NO_TALLY_SUMS, destinations: {} }

/** The tallies of lanes that ended, and of their portal unless it goes on. */
export function pastOf(
  tally: ReportedTally | null,
  lanes: readonly Pick<LaneReport, 'destination' | 'tally'>[],
): PastTallies {
  if (tally === null) return { portals: NO_TALLY_SUMS, destinations: byDestination(lanes) }
  const { since: _since, ...portals } = tally
  return { portals, destinations: byDestination(lanes) }
}

/** The past with what an edge has counted. */
export function pastOfEdge(edge: EdgeTally): PastTallies {
  return { portals: { ...NO_TALLY_SUMS, edge }, destinations: {} }
}

/** Two pasts together. */
export function addPast(one: PastTallies, other: PastTallies): PastTallies {
  const all = sumNumbers(one, other)
  const names = Object.entries(all.destinations).slice(0, MAX_PAST_DESTINATIONS)
  return { ...all, destinations: Object.fromEntries(names) }
}

function byDestination(
  lanes: readonly Pick<LaneReport, 'destination' | 'tally'>[],
): PastTallies['destinations'] {
  return Object.fromEntries(lanes.map(({ destination, tally }) => [destination, tally]))
}
