/** What the admin API shows of one lane, in the names of the HTTP contract. */
import { isFailing, type LaneState } from '../../core/lanes/state/lane-state.ts'
import type { PortalParts } from '../parts.ts'
import { isoTime } from './iso-time.ts'

/** The parts that the view of a lane reads. */
export type LaneViewParts = Pick<PortalParts, 'log' | 'fates' | 'state' | 'rules'>

/** One lane as the API shows it. */
export function laneView(parts: LaneViewParts, lane: LaneState) {
  const head = parts.state.head()
  const waiting = parts.log.after(lane.cursor, 1)[0]
  const isRetrying = lane.status === 'active' && isFailing(lane)
  const { lastError } = lane
  return {
    destination: lane.destination,
    type: parts.rules.find(lane.destination)?.typeName ?? null,
    state: isRetrying ? ('retrying' as const) : lane.status,
    reason: lane.disabledReason,
    cursor: lane.cursor,
    backlog: Math.max(0, head - lane.cursor),
    parked: parts.fates.countParked(lane.destination),
    expired: lane.expired,
    replaying: lane.replays.length,
    attempts: lane.attempts,
    oldestWaitingAt: isoTime(waiting?.receivedAt ?? null),
    nextAttemptAt: isoTime(lane.nextAttemptAt ?? lane.gatherUntil),
    lastError: lastError === null ? null : { ...lastError, at: isoTime(lastError.at) },
  }
}
