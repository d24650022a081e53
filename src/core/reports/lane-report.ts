/** The part of a portal's report that tells of one lane: where it stands, what waits, and how its attempts ended. */
import { isFailing, type LaneState } from '../lanes/state/lane-state.ts'
import type { OutcomeReason } from '../lanes/state/outcome.ts'
import type { LaneTally } from '../lanes/state/tally.ts'

/** The state of a lane as the API names it: an active lane whose front has failed is `retrying`. */
export const LANE_WORDS = ['active', 'retrying', 'paused', 'disabled', 'removed'] as const

/** One of these states. */
export type LaneWord = (typeof LANE_WORDS)[number]

/** The outcome of a lane's last attempt. */
export interface LastOutcome {
  readonly outcome: 'delivered' | 'failed'
  /** Null for a success. */
  readonly reason: OutcomeReason | null
  /** Unix milliseconds. */
  readonly at: number
}

/** One lane in the report of its portal. */
export interface LaneReport {
  readonly destination: string
  readonly state: LaneWord
  readonly backlog: number
  readonly parked: number
  /** Unix milliseconds; null when nothing waits. */
  readonly oldestWaitingAt: number | null
  readonly tally: LaneTally
  readonly lastOutcome: LastOutcome | null
}

/** The state of a lane in one word. */
export function laneWord(lane: LaneState): LaneWord {
  return lane.status === 'active' && isFailing(lane) ? 'retrying' : lane.status
}

/** The last outcome of a lane. A success makes it forget the failures before. */
export function lastOutcomeOf({ lastError, recent }: LaneState): LastOutcome | null {
  if (lastError !== null) return { outcome: 'failed', reason: lastError.reason, at: lastError.at }
  const last = recent.findLast(({ state }) => state === 'delivered')
  return last === undefined ? null : { outcome: 'delivered', reason: null, at: last.at }
}

/** The report of a lane in a log that ends at `head`; the log tells the rest. */
export function reportLane(
  lane: LaneState,
  head: number,
  stored: Pick<LaneReport, 'parked' | 'oldestWaitingAt'>,
): LaneReport {
  return {
    destination: lane.destination,
    state: laneWord(lane),
    backlog: Math.max(0, head - lane.cursor),
    ...stored,
    tally: lane.tally,
    lastOutcome: lastOutcomeOf(lane),
  }
}
