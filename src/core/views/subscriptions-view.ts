/** The bindings of a portal as the operator sees them: what is not bound, why, and what the operator can do. */
import * as v from 'valibot'
import { MISSING_REASONS } from '../events/missing-events.ts'
import { listOf, TextOrNullSchema, TimeOrNullSchema } from './schema.ts'

/** An event that is wanted and not bound. */
export const MissingViewSchema = v.object({
  event: v.string(),
  reason: v.nullable(v.picklist(MISSING_REASONS)),
  remedy: TextOrNullSchema,
})

/** The type of this view. */
export type MissingView = v.InferOutput<typeof MissingViewSchema>

/** The bindings of a portal as the API shows them. */
export const SubscriptionsViewSchema = v.object({
  checkedAt: TimeOrNullSchema,
  /** The events that are wanted and not bound, in their documented spelling. */
  missing: listOf(MissingViewSchema),
  /** The hosts of other relays that the application is bound to. */
  others: listOf(v.string()),
  /** The remedy against the other relays; null when there are none. */
  remedy: TextOrNullSchema,
  /**
   * The events that have to be ticked in the form of the portal's outgoing webhook, since no application binds them;
   * missing for a portal with an application.
   */
  tick: v.exactOptional(listOf(v.string())),
})

/** The type of this view. */
export type SubscriptionsView = v.InferOutput<typeof SubscriptionsViewSchema>
