/** The answers to what an operator does with lanes and portals, in the names of the HTTP contract. */
import * as v from 'valibot'

/** The state of a lane after an act. */
export const LaneStateSchema = v.object({
  state: v.picklist(['active', 'paused', 'disabled', 'removed']),
})

/** The number of events that are sent again. */
export const ReplayedSchema = v.object({
  replayed: v.number(),
  dryRun: v.exactOptional(v.literal(true)),
})

const NumberSchema = v.number()

/** The progress of an order; the members that ask for attention are missing where there is nothing to tell. */
export const ProgressSchema = v.object({
  portals: NumberSchema,
  failed: v.exactOptional(NumberSchema),
  left: v.exactOptional(NumberSchema),
})

/** The comparison of a portal goes on. */
export const StartedSchema = v.object({ started: v.literal(true) })
