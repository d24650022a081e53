/** A lane as the operator sees it, in the names of the HTTP contract. It holds no secret. */
import * as v from 'valibot'
import type { DisabledReason, WaitReason } from '../lanes/state/lane-state.ts'
import { LANE_WORDS } from '../reports/lane-report.ts'
import type { OutcomeReason } from '../lanes/state/outcome.ts'
import { listOf, NumberOrNullSchema, TextOrNullSchema, TimeOrNullSchema, wordOf } from './schema.ts'

/** One wrong setting of a destination. */
export const SettingProblemSchema = v.object({ setting: v.string(), problem: v.string() })

/** The type of this view. */
export type SettingProblemView = v.InferOutput<typeof SettingProblemSchema>

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
  problems: v.exactOptional(listOf(SettingProblemSchema)),
  /** Every event up to this sequence is settled. */
  cursor: v.number(),
  /** The event with which a lane waits that is not `active`; null where it was not found among the next fifty. */
  front: v.exactOptional(NumberOrNullSchema),
  backlog: v.number(),
  parked: v.number(),
  /** The number of events that retention has dropped while they waited. */
  expired: v.number(),
  /** The number of them that went before their time, because the log had grown too large. */
  crowdedOut: v.number(),
  /** The number of replays that wait or go on. */
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
