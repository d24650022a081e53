/** The bindings of a portal as the admin API shows them: what is not bound, why, and what the operator can do. */
import * as v from 'valibot'
import { displayName } from '../../core/events/event-names.ts'
import {
  MISSING_REASONS,
  remedyOfMissing,
  type MissingEvent,
} from '../../core/events/missing-events.ts'
import type { PortalConfig } from '../settings.ts'
import type { PortalState } from '../state/portal-state.ts'
import { isoTime } from './iso-time.ts'
import { listOf, TextOrNullSchema, TimeOrNullSchema } from './schema.ts'

/** Everything that the view of the bindings reads. */
export interface SubscriptionsViewParts {
  readonly state: Pick<PortalState, 'install'>
  readonly config: Pick<PortalConfig, 'wantedEvents'>
}

const MissingViewSchema = v.object({
  event: v.string(),
  reason: v.nullable(v.picklist(MISSING_REASONS)),
  remedy: TextOrNullSchema,
})

/** The bindings of a portal as the API shows them. */
export const SubscriptionsViewSchema = v.object({
  checkedAt: TimeOrNullSchema,
  /** The events that are wanted and not bound, in their documented spelling. */
  missing: listOf(MissingViewSchema),
  /** The hosts of other relays that the application is bound to. */
  others: listOf(v.string()),
  /** What to do about the other relays; null when there are none. */
  remedy: TextOrNullSchema,
  /**
   * The events that have to be ticked in the form of the portal's outgoing webhook, since no application binds them;
   * missing for a portal with an application.
   */
  tick: v.exactOptional(listOf(v.string())),
})

/** The type of this view. */
export type SubscriptionsView = v.InferOutput<typeof SubscriptionsViewSchema>

/** The view of the bindings of a portal. */
export function subscriptionsView({ state, config }: SubscriptionsViewParts): SubscriptionsView {
  const { application, webhooks, subscriptions } = state.install()
  const { checkedAt, missing, missingBecause = [], others } = subscriptions
  return {
    checkedAt: isoTime(checkedAt),
    missing: missing.map((event) =>
      missingView(
        event,
        missingBecause.find((known) => known.event === event),
      ),
    ),
    others,
    remedy: others.length === 0 ? null : OTHER_RELAY_REMEDY,
    ...(application === null && webhooks.length > 0 && { tick: eventsToTick(config.wantedEvents) }),
  }
}

/** A row of an older version says no reason. */
function missingView(
  event: string,
  because: MissingEvent | undefined,
): v.InferOutput<typeof MissingViewSchema> {
  const name = displayName(event)
  if (because === undefined) return { event: name, reason: null, remedy: null }
  return { event: name, reason: because.reason, remedy: remedyOfMissing(because) }
}

// The form of an outgoing webhook has no events of an application.
function eventsToTick(wanted: readonly string[]): readonly string[] {
  return wanted.filter((name) => !name.startsWith('ONAPP')).map((name) => displayName(name))
}

const OTHER_RELAY_REMEDY =
  'Another relay serves the same application, and gets every event as well: remove this portal from one of them. When the other one does not exist any more, install the application again, which ends all its bindings'
