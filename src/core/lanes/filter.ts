/**
 * Which destinations get an event: the globs `events`, `fields` and `portals` of one destination,
 * applied when its lane walks over the event.
 */
import type { RelayEvent } from '../log/event.ts'
import { compileGlobs } from '../glob.ts'

/** The globs of one destination. An empty list matches nothing, but an empty `fields` everything. */
export interface Filter {
  /** Over the event's canonical name. */
  readonly events: readonly string[]
  /** Over FIELD_NAME; unless empty or `*`, only events about user fields can match. */
  readonly fields: readonly string[]
  /** Over member_id or domain. */
  readonly portals: readonly string[]
}

/** What `portals` may name a portal by. */
export interface PortalIdentity {
  readonly memberId: string
  /** The verified or configured host; null when neither is known. */
  readonly domain: string | null
}

/** Whether a destination gets an event, and the first reason why not. */
export type Match =
  | { readonly matches: true }
  | {
      readonly matches: false
      readonly reason: 'event' | 'field' | 'portal' | 'quarantined'
    }

/**
 * Prepares a destination's filter. All globs ignore case. Lifecycle events (ONAPP…) and quarantined
 * events match no filter.
 */
export function compileFilter(
  filter: Filter,
): (event: RelayEvent, portal: PortalIdentity) => Match {
  const isWantedEvent = compileGlobs(filter.events)
  const isWantedField = compileGlobs(filter.fields)
  const isWantedPortal = compilePortals(filter.portals)
  const takesAllFields =
    filter.fields.length === 0 || filter.fields.some((pattern) => /^\*+$/.test(pattern))

  return (event, portal) => {
    if (event.quarantined !== null) return { matches: false, reason: 'quarantined' }
    if (isLifecycleEvent(event.name) || !isWantedEvent(event.name)) {
      return { matches: false, reason: 'event' }
    }
    if (!takesAllFields && (event.field === null || !isWantedField(event.field.fieldName))) {
      return { matches: false, reason: 'field' }
    }
    return isWantedPortal(portal) ? { matches: true } : { matches: false, reason: 'portal' }
  }
}

/** Prepares the `portals` globs of a filter alone: over member_id and domain. */
export function compilePortals(patterns: readonly string[]): (portal: PortalIdentity) => boolean {
  const isWanted = compileGlobs(patterns)
  return ({ memberId, domain }) => isWanted(memberId) || (domain !== null && isWanted(domain))
}

function isLifecycleEvent(name: string): boolean {
  return name.toUpperCase().startsWith('ONAPP')
}
