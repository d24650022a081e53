/**
 * The facts from which `why` answers, as a portal's object gathers them by the functions that decide in earnest: the
 * fate of an event, the filter that left it out, the binding, the lane. They hold no secret and can be sent as they
 * are.
 */
import type { PortalStatus } from '../access/portal-status.ts'
import type { EventFilter } from '../lanes/filters/filter.ts'
import type { FilteredBy } from '../lanes/filters/filter-reason.ts'
import type { EventView } from '../views/event-views.ts'
import type { LaneView } from '../views/lane-view.ts'
import type { Binding } from './binding.ts'

/** The event that `why` is asked about: a stored one, or the newest one of a name. */
export type WhyQuestion = { readonly sequence: number } | { readonly event: string }

/** The facts that the log holds about the event. */
export interface AskedEvent {
  /** The canonical name of the event; null for a sequence that the log does not hold. */
  readonly name: string | null
  /** Null when the log does not hold it. */
  readonly view: EventView | null
  /** The sequence that was asked for; null when a name was asked for. */
  readonly asked: number | null
  /** The last sequence of the log. */
  readonly head: number
  /** The number of the newest events that were looked through. */
  readonly searched: number
}

/** The facts about the way up to the log. */
export interface PortalFacts {
  readonly memberId: string
  readonly domain: string | null
  readonly status: PortalStatus
  /** The remedy of the status; null where it has none. */
  readonly remedy: string | null
  /** Null when no name is known. */
  readonly binding: Binding | null
  /** Whether robots have an address here; an object of the former release does not say it. */
  readonly hasRobotAddress?: boolean
}

/** The way to one destination. */
export interface WayFacts {
  readonly destination: string
  readonly isConfigured: boolean
  /** Null when the destination has no lane in this portal, and gets none. */
  readonly lane: LaneView | null
  /**
   * The reason why the destination does not get the event; null when it does. Of an event that the log does not hold
   * only the name is known.
   */
  readonly filteredBy: FilteredBy | null
  /** The filter that decided; null when none did. */
  readonly filter: EventFilter | null
  /** Whether a replay would bring the event to the destination. */
  readonly canReplay: boolean
  /** The sequence of the event that the lane waits with; null when none waits. */
  readonly front: number | null
  /** Whether the lane may not see the event yet, because its field is being read. */
  readonly isBeingRead: boolean
  /** Whether a replay that has begun has still to send the event; an object of the former release does not say it. */
  readonly isWantedAgain?: boolean
}

/** The way to a destination of which nothing but its name is known. */
export const UNKNOWN_WAY: Omit<WayFacts, 'destination'> = {
  isConfigured: false,
  lane: null,
  filteredBy: null,
  filter: null,
  canReplay: false,
  front: null,
  isBeingRead: false,
}

/** All facts that the portal's object knows. */
export interface WhyFacts {
  readonly portal: PortalFacts
  readonly event: AskedEvent
  /** Null when DESTINATIONS cannot be read. */
  readonly ways: readonly WayFacts[] | null
}
