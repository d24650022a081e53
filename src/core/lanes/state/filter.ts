/**
 * The filter of a destination: its globs `events`, `fields` and `portals`. A lane applies the filter when its
 * walk comes to an event, not when the event arrives.
 */
import type { RelayEvent } from '../../log/event.ts'
import { compileGlobs } from '../../glob.ts'

/** The globs of one destination. An empty list matches nothing, but an empty `fields` matches everything. */
export interface Filter {
  /** For the event's canonical name. */
  readonly events: readonly string[]
  /** For FIELD_NAME. Unless the list is empty or holds `*`, only events about user fields match. */
  readonly fields: readonly string[]
  /** For the portal's member id or its domain. */
  readonly portals: readonly string[]
}

/** The two names by which `portals` may name a portal. */
export interface PortalIdentity {
  readonly memberId: string
  /** The verified or configured host; null when neither is known. */
  readonly domain: string | null
}

/** Whether a filter takes an event, and the first reason against it. */
export type Match =
  | { readonly matches: true }
  | {
      readonly matches: false
      readonly reason: 'event' | 'field' | 'portal' | 'quarantined'
    }

/**
 * Prepares a filter for many events. All globs ignore case. Lifecycle events (ONAPP…) and quarantined events
 * match no filter.
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

/** Prepares the globs `portals` alone. */
export function compilePortals(patterns: readonly string[]): (portal: PortalIdentity) => boolean {
  const isWanted = compileGlobs(patterns)
  return ({ memberId, domain }) => isWanted(memberId) || (domain !== null && isWanted(domain))
}

function isLifecycleEvent(name: string): boolean {
  return name.toUpperCase().startsWith('ONAPP')
}
