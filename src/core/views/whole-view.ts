/** The view of a portal, together with those of its bindings, its storage and its robot address. */
import * as v from 'valibot'
import { BulletinsViewSchema, OpenBulletinSchema } from './bulletin-view.ts'
import { PortalViewSchema } from './portal-view.ts'
import { StorageViewSchema } from './storage-view.ts'
import { SubscriptionsViewSchema } from './subscriptions-view.ts'
import { listOf, TimeSchema } from './schema.ts'

/** The whole view as the portal's object answers it. */
export const WholeViewSchema = v.object({
  ...PortalViewSchema.entries,
  subscriptions: SubscriptionsViewSchema,
  storage: StorageViewSchema,
  /** The time at which the robot address was made; null without one. The address itself is never shown again. */
  robotAddress: v.nullable(v.object({ since: TimeSchema })),
  /** The last bulletins; missing from an object of the former release. */
  bulletins: v.exactOptional(BulletinsViewSchema),
  /** The troubles that bulletins have told and that last; missing from an object of the former release. */
  openBulletins: v.exactOptional(listOf(OpenBulletinSchema)),
})

/** The type of this view. */
export type WholeView = v.InferOutput<typeof WholeViewSchema>

/** The number of requests of a portal that wait outside of its object, at most a thousand of each kind. */
export const SpilledRequestsSchema = v.object({
  /** Requests that were acknowledged and wait in the spill. */
  spilled: v.number(),
  /** Requests out of the spill that the object did not believe. */
  spillRefused: v.number(),
})

/** The type of this view. */
export type SpilledRequests = v.InferOutput<typeof SpilledRequestsSchema>

/** The answer of `GET /admin/api/portals/{memberId}`. */
export const PortalAnswerSchema = v.object({
  ...WholeViewSchema.entries,
  ...SpilledRequestsSchema.entries,
})

/** The type of this answer. */
export type PortalAnswer = v.InferOutput<typeof PortalAnswerSchema>
