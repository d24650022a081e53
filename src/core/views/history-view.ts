/** The last 48 hours of a portal and its lanes, as the operator sees them. */
import * as v from 'valibot'
import { listOf, NumberOrNullSchema, TimeSchema } from './schema.ts'

const LaneHourSchema = v.object({
  /** Events that were delivered, those of replays left out. */
  delivered: v.number(),
  /**
   * Half of them took at most so long from receipt to delivery, in milliseconds; null for more than a day, or when none
   * was delivered.
   */
  medianMs: NumberOrNullSchema,
  /** The same for 95 of 100. */
  p95Ms: NumberOrNullSchema,
  /** The most events of which is known that they waited. */
  waiting: v.number(),
})

/** The history of a portal: as many hours in each list, oldest first, in UTC. */
export const HistorySchema = v.object({
  hours: listOf(
    v.object({
      /** The time at which the hour began. */
      at: TimeSchema,
      /** Events that were received in it and are still in the log. */
      events: v.number(),
    }),
  ),
  lanes: listOf(v.object({ destination: v.string(), hours: listOf(LaneHourSchema) })),
})

/** The type of this view. */
export type HistoryView = v.InferOutput<typeof HistorySchema>

/** One hour of a lane. */
export type LaneHourView = v.InferOutput<typeof LaneHourSchema>
