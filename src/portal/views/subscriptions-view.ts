/** The bindings of a portal as the admin API shows them: what is not bound, why, and what the operator can do. */
import { displayName } from '../../core/events/event-names.ts'
import { remedyOfMissing, type MissingEvent } from '../../core/events/missing-events.ts'
import { isOfApplication } from '../../core/events/topics.ts'
import type { MissingView, SubscriptionsView } from '../../core/views/subscriptions-view.ts'
import type { PortalConfig } from '../settings.ts'
import type { PortalState } from '../state/portal-state.ts'
import { isoTime } from './iso-time.ts'

/** Everything that the view of the bindings reads. */
export interface SubscriptionsViewParts {
  readonly state: Pick<PortalState, 'install'>
  readonly config: Pick<PortalConfig, 'wantedEvents'>
}

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
function missingView(event: string, because: MissingEvent | undefined): MissingView {
  const name = displayName(event)
  if (because === undefined) return { event: name, reason: null, remedy: null }
  return { event: name, reason: because.reason, remedy: remedyOfMissing(because) }
}

// The form of an outgoing webhook has no events of an application.
function eventsToTick(wanted: readonly string[]): readonly string[] {
  return wanted.filter((name) => !isOfApplication(name)).map((name) => displayName(name))
}

const OTHER_RELAY_REMEDY =
  'Another relay serves the same application, and gets every event as well: remove this portal from one of them. When the other one does not exist any more, install the application again, which ends all its bindings'
