/** The answers to what an operator does with lanes and portals, in the names of the HTTP contract. */
import * as v from 'valibot'

/** The state of a lane after an act. */
export const LaneStateSchema = v.object({
  state: v.picklist(['active', 'paused', 'disabled', 'removed']),
})

/** How many events are sent again. */
export const ReplayedSchema = v.object({
  replayed: v.number(),
  dryRun: v.exactOptional(v.literal(true)),
})

const NumberSchema = v.number()

/** How far an order has come; the members that ask for attention stand only where there is something to tell. */
export const ProgressSchema = v.object({
  portals: NumberSchema,
  failed: v.exactOptional(NumberSchema),
  left: v.exactOptional(NumberSchema),
})

/** The comparison of a portal goes on. */
export const StartedSchema = v.object({ started: v.literal(true) })
