/** The view of a portal with what it takes from elsewhere: its bindings, its storage and its robot address. */
import * as v from 'valibot'
import { PortalViewSchema } from './portal-view.ts'
import { StorageViewSchema } from './storage-view.ts'
import { SubscriptionsViewSchema } from './subscriptions-view.ts'
import { TimeSchema } from './schema.ts'

/** The whole view as the portal's object answers it. */
export const WholeViewSchema = v.object({
  ...PortalViewSchema.entries,
  subscriptions: SubscriptionsViewSchema,
  storage: StorageViewSchema,
  /** When the robot address was made; null without one. The address itself is never shown again. */
  robotAddress: v.nullable(v.object({ since: TimeSchema })),
})

/** The type of this view. */
export type WholeView = v.InferOutput<typeof WholeViewSchema>
