/** A destination over all portals as the operator sees it, the preview of a message to it, and the outcome of one. */
import * as v from 'valibot'
import type { OutcomeReason } from '../lanes/state/outcome.ts'
import { LANE_WORDS } from '../reports/lane-report.ts'
import { SettingProblemSchema } from './lane-view.ts'
import { MessageViewSchema } from './message-view.ts'
import {
  JsonSchema,
  listOf,
  NumberOrNullSchema,
  TextOrNullSchema,
  TimeOrNullSchema,
  wordOf,
} from './schema.ts'

/** One destination over all portals. */
export const DestinationViewSchema = v.object({
  name: v.string(),
  /** Null when the destination is configured no more. */
  type: TextOrNullSchema,
  host: TextOrNullSchema,
  language: TextOrNullSchema,
  problems: listOf(SettingProblemSchema),
  state: v.picklist(LANE_WORDS),
  /** The number of lanes in each state. */
  lanes: v.object(v.entriesFromList(LANE_WORDS, v.number())),
  backlog: v.number(),
  parked: v.number(),
  oldestWaitingAt: TimeOrNullSchema,
  delivered: v.number(),
  attempts: v.object({
    delivered: v.number(),
    unreachable: v.number(),
    rejected: v.number(),
  }),
  lastOutcome: v.nullable(
    v.object({
      outcome: v.picklist(['delivered', 'failed']),
      reason: v.nullable(wordOf<OutcomeReason>()),
      at: TimeOrNullSchema,
    }),
  ),
})

/** The type of this view. */
export type DestinationView = v.InferOutput<typeof DestinationViewSchema>

/** Every destination. */
export const DestinationsSchema = v.object({ destinations: listOf(DestinationViewSchema) })

/** The events that a replay of everything that is parked would send, in the portals that one request asks. */
export const ReplayDryRunSchema = v.object({
  dryRun: v.literal(true),
  /** The number of events that would be sent again. */
  replayed: v.number(),
  /** The number of portals that were asked. */
  looked: v.number(),
  /** The portals that would send something, or have not answered. */
  byPortal: listOf(
    v.object({
      memberId: v.string(),
      domain: TextOrNullSchema,
      /** Null when the portal has not answered. */
      replayed: NumberOrNullSchema,
    }),
  ),
  /** The portal behind which the next request goes on; null when all were asked. */
  cursor: TextOrNullSchema,
})

/** The type of this view. */
export type ReplayDryRun = v.InferOutput<typeof ReplayDryRunSchema>

/** The outcome of a test message. */
export const OutcomeViewSchema = v.object({
  outcome: v.picklist(['delivered', 'rejected', 'unreachable']),
  reason: v.nullable(wordOf<OutcomeReason>()),
  status: NumberOrNullSchema,
  detail: TextOrNullSchema,
})

/** The type of this view. */
export type OutcomeView = v.InferOutput<typeof OutcomeViewSchema>

/** A message as its receiver would get it. */
export const PreviewViewSchema = v.object({
  type: v.string(),
  headers: v.record(v.string(), v.string()),
  body: JsonSchema,
  /**
   * The parts of a message for people; null for a machine, and where a template has words of its own. Objects of an
   * older release leave it out.
   */
  message: v.exactOptional(v.nullable(MessageViewSchema)),
})

/** The type of this view. */
export type PreviewView = v.InferOutput<typeof PreviewViewSchema>
