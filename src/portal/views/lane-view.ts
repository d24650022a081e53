/** The view of one lane, in the names of the HTTP contract. It holds no secret. */
import { waitOf, type LaneState } from '../../core/lanes/state/lane-state.ts'
import { laneWord } from '../../core/reports/lane-report.ts'
import type { LaneView } from '../../core/views/lane-view.ts'
import type { FateStore } from '../lanes/book/fate-store.ts'
import type { Receivers } from '../lanes/sending/receivers.ts'
import type { LaneRules } from '../lanes/rules.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalState } from '../state/portal-state.ts'
import { isoTime } from './iso-time.ts'

/** Everything that the view of a lane reads. */
export interface LaneViewParts {
  readonly state: Pick<PortalState, 'head'>
  readonly log: Pick<LogStore, 'outlinesAfter'>
  readonly fates: Pick<FateStore, 'countParked'>
  readonly receivers: Pick<Receivers, 'findDestination' | 'problems'>
  readonly rules: Pick<LaneRules, 'filteredBy'>
}

/** The view of a lane; `now` is in unix milliseconds. */
export function laneView(parts: LaneViewParts, lane: LaneState, now: number): LaneView {
  const head = parts.state.head()
  const waiting = parts.log.outlinesAfter(lane.cursor, 1)[0]
  const wait = waitOf(lane, { head, now })
  const { lastError } = lane
  const stands = ['retrying', 'paused', 'disabled'].includes(laneWord(lane)) && head > lane.cursor
  const destination = parts.receivers.findDestination(lane.destination)
  const isMisconfigured = lane.disabledReason === 'misconfigured' && destination !== null
  return {
    destination: lane.destination,
    type: destination?.typeName ?? null,
    state: laneWord(lane),
    reason: lane.disabledReason,
    ...(isMisconfigured && { problems: parts.receivers.problems(destination) }),
    cursor: lane.cursor,
    ...(stands && { front: frontOf(parts, lane) }),
    backlog: Math.max(0, head - lane.cursor),
    parked: parts.fates.countParked(lane.destination),
    expired: lane.expired,
    crowdedOut: lane.crowdedOut,
    replaying: lane.replays.length,
    attempts: lane.attempts,
    oldestWaitingAt: isoTime(waiting?.receivedAt ?? null),
    nextAttemptAt: isoTime(wait?.until ?? null),
    waitsFor: wait?.reason ?? null,
    lastError: lastError === null ? null : { ...lastError, at: isoTime(lastError.at) },
  }
}

/**
 * The rows among which the front of a lane is looked for: the cursor of one that stands still is before events that it
 * does not get.
 */
const MAX_LOOKED = 50

/** The first event behind the cursor that the destination gets; null when none waits, or when it is not found soon. */
export function frontOf(
  { log, rules }: Pick<LaneViewParts, 'log' | 'rules'>,
  lane: LaneState,
): number | null {
  const [first] = lane.gathering.underWay ?? []
  if (first !== undefined) return first
  const waiting = log.outlinesAfter(lane.cursor, MAX_LOOKED)
  return waiting.find((entry) => rules.filteredBy(lane, entry) === null)?.sequence ?? null
}
