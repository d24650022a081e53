/** A portal as the operator sees it, in the names of the HTTP contract. It holds no secret. */
import * as v from 'valibot'
import { INSTALL_REFUSALS } from '../access/installs/install-refusal.ts'
import { PORTAL_STATUSES } from '../access/portal-status.ts'
import {
  AccessViewSchema,
  DomainHolderViewSchema,
  NoticeViewSchema,
  OtherApplicationViewSchema,
  PendingViewSchema,
  RecoveryViewSchema,
} from './install-views.ts'
import { LaneViewSchema } from './lane-view.ts'
import { listOf, TextOrNullSchema, TimeOrNullSchema } from './schema.ts'

const InstallViewSchema = v.object({
  kinds: listOf(v.picklist(['application', 'outgoing_webhook'])),
  clientId: TextOrNullSchema,
  applicationStatus: TextOrNullSchema,
  scope: TextOrNullSchema,
  installedAt: TimeOrNullSchema,
  /** The application that was refused because another one speaks for the portal; missing when there is none. */
  refusedApplication: v.exactOptional(OtherApplicationViewSchema),
  /** Whether the portal can be called with the stored pairs. */
  tokens: v.picklist(['valid', 'lost', 'none']),
  pinnedWebhooks: listOf(v.object({ portal: v.string(), since: TimeOrNullSchema })),
})

const PinViewSchema = v.object({
  /** Counted from 1; by it the pin is removed. */
  n: v.number(),
  portal: v.string(),
  since: TimeOrNullSchema,
  /** False when the token of the pin is not configured any more; missing otherwise. */
  configured: v.exactOptional(v.literal(false)),
})

/** Installations that were refused although the portal is known; the reason is that of the last one. */
const RefusedViewSchema = v.object({
  count: v.number(),
  lastAt: TimeOrNullSchema,
  reason: v.nullable(v.picklist(INSTALL_REFUSALS)),
  remedy: TextOrNullSchema,
})

/** The facts that the parts of a portal's object tell of it. Every time is ISO 8601, or null. */
export const PortalViewSchema = v.object({
  memberId: v.string(),
  domain: TextOrNullSchema,
  domainHolder: v.nullable(DomainHolderViewSchema),
  state: v.picklist(PORTAL_STATUSES),
  /** The remedy: how the operator can mend the state; null when there is nothing to do. */
  remedy: TextOrNullSchema,
  install: InstallViewSchema,
  pins: listOf(PinViewSchema),
  access: v.nullable(AccessViewSchema),
  pending: v.nullable(PendingViewSchema),
  uninstallNotice: v.nullable(NoticeViewSchema),
  recovery: v.nullable(RecoveryViewSchema),
  /** Rows that were damaged outside of this program, and set aside. */
  damaged: listOf(v.object({ part: v.string(), at: TimeOrNullSchema })),
  /** The last sequence of the log. */
  head: v.number(),
  quarantined: v.number(),
  /** Events that the portal sent; those that a comparison found are counted in `reconciled`. */
  events: v.number(),
  reconciled: v.number(),
  thin: v.number(),
  /** Events that an uninstall with CLEAN=1 deleted before they were delivered. */
  erased: v.number(),
  lastEventAt: TimeOrNullSchema,
  /** The end of the last comparison that read everything. */
  lastReconcileAt: TimeOrNullSchema,
  /** The entities that the last comparison could not read. */
  unreadable: listOf(v.string()),
  refused: RefusedViewSchema,
  lanes: listOf(LaneViewSchema),
})

/** The type of this view. */
export type PortalView = v.InferOutput<typeof PortalViewSchema>
