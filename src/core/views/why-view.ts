/**
 * The answer to "why did a destination get no message about this event?", in the names of the HTTP contract: the way of
 * the event, check by check, and the first one that stands in the way. It holds no secret.
 */
import * as v from 'valibot'
import { listOf, NumberOrNullSchema, TextOrNullSchema, TimeOrNullSchema } from './schema.ts'

/** The places on an event's way that are looked at, in its order. */
export const CHECK_STEPS = [
  'install',
  'binding',
  'arrival',
  'destination',
  'filter',
  'lane',
  'delivery',
] as const

/** One thing on the way that was looked at. */
export const CheckSchema = v.object({
  step: v.picklist(CHECK_STEPS),
  /** A stable word for what was found. */
  reason: v.string(),
  /** Whether it stands in the way. */
  blocks: v.boolean(),
  finding: v.string(),
  /** The remedy for the operator; null when there is nothing to do. */
  remedy: TextOrNullSchema,
})

/** The type of this part. */
export type Check = v.InferOutput<typeof CheckSchema>

/** The fate of the event at a destination. */
export const WHY_ANSWERS = [
  'delivered',
  'waiting',
  'parked',
  'expired',
  'filtered',
  'unchanged',
  'never_arrived',
] as const

const DestinationWhySchema = v.object({
  destination: v.string(),
  /** The fate of a stored event, and `never_arrived` for one that the log does not hold. */
  answer: v.picklist(WHY_ANSWERS),
  checks: listOf(CheckSchema),
  /** The first check that stands in the way, those of the portal included; null when none does. */
  cause: v.nullable(CheckSchema),
})

/** The answer of `GET /admin/api/portals/{memberId}/why`. */
export const WhyViewSchema = v.object({
  memberId: v.string(),
  domain: TextOrNullSchema,
  /** In the documented spelling; null for a sequence that the log does not hold. */
  event: TextOrNullSchema,
  /** Null when the log holds no such event. */
  sequence: NumberOrNullSchema,
  receivedAt: TimeOrNullSchema,
  /** The checks that concern all destinations. */
  checks: listOf(CheckSchema),
  destinations: listOf(DestinationWhySchema),
})

/** The type of this view. */
export type WhyView = v.InferOutput<typeof WhyViewSchema>
