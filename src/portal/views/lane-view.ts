/** The view of one lane, in the names of the HTTP contract. It holds no secret. */
import * as v from 'valibot'
import {
  waitOf,
  type DisabledReason,
  type LaneState,
  type WaitReason,
} from '../../core/lanes/state/lane-state.ts'
import { LANE_WORDS, laneWord } from '../../core/reports/lane-report.ts'
import type { OutcomeReason } from '../../core/lanes/state/outcome.ts'
import type { FateStore } from '../lanes/book/fate-store.ts'
import type { Receivers } from '../lanes/sending/receivers.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalState } from '../state/portal-state.ts'
import { isoTime } from './iso-time.ts'
import { listOf, NumberOrNullSchema, TextOrNullSchema, TimeOrNullSchema, wordOf } from './schema.ts'

/** One wrong setting of a destination. */
export const ProblemSchema = v.object({ setting: v.string(), problem: v.string() })

const LaneErrorSchema = v.object({
  reason: wordOf<OutcomeReason>(),
  detail: TextOrNullSchema,
  status: NumberOrNullSchema,
  at: TimeOrNullSchema,
})

/** One lane as the API shows it. Every time is ISO 8601, or null. */
export const LaneViewSchema = v.object({
  destination: v.string(),
  /** The type as configured; null when the destination is not configured any more. */
  type: TextOrNullSchema,
  /** The status of the lane; an active lane whose front has failed is `retrying`. */
  state: v.picklist(LANE_WORDS),
  reason: v.nullable(wordOf<DisabledReason>()),
  /** The problems of the settings; missing unless the lane is disabled as misconfigured. */
  problems: v.exactOptional(listOf(ProblemSchema)),
  /** Every event up to this sequence is settled. */
  cursor: v.number(),
  backlog: v.number(),
  parked: v.number(),
  /** How many events retention has dropped while they waited. */
  expired: v.number(),
  /** How many of them went before their time, because the log had grown too large. */
  crowdedOut: v.number(),
  /** How many replays wait or go on. */
  replaying: v.number(),
  /** Failed attempts of the front. */
  attempts: v.number(),
  oldestWaitingAt: TimeOrNullSchema,
  nextAttemptAt: TimeOrNullSchema,
  waitsFor: v.nullable(wordOf<WaitReason>()),
  lastError: v.nullable(LaneErrorSchema),
})

/** The type of this view. */
export type LaneView = v.InferOutput<typeof LaneViewSchema>

/** Everything that the view of a lane reads. */
export interface LaneViewParts {
  readonly state: Pick<PortalState, 'head'>
  readonly log: Pick<LogStore, 'outlinesAfter'>
  readonly fates: Pick<FateStore, 'countParked'>
  readonly receivers: Pick<Receivers, 'find' | 'problems'>
}

/** The view of a lane; `now` is in unix milliseconds. */
export function laneView(parts: LaneViewParts, lane: LaneState, now: number): LaneView {
  const head = parts.state.head()
  const waiting = parts.log.outlinesAfter(lane.cursor, 1)[0]
  const wait = waitOf(lane, { head, now })
  const { lastError } = lane
  const destination = parts.receivers.find(lane.destination)
  const isMisconfigured = lane.disabledReason === 'misconfigured' && destination !== null
  return {
    destination: lane.destination,
    type: destination?.typeName ?? null,
    state: laneWord(lane),
    reason: lane.disabledReason,
    ...(isMisconfigured && { problems: parts.receivers.problems(destination) }),
    cursor: lane.cursor,
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
