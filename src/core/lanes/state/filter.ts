/**
 * The filter of a destination: its globs `events`, `fields` and `portals`. A lane applies the filter when its
 * walk comes to an event, not when the event arrives.
 */
import { namesOf } from '../../events/twins.ts'
import { compileGlobs } from '../../glob.ts'
import type { RelayEvent } from '../../log/event.ts'

/** The globs of one destination. An empty list matches nothing, but an empty `fields` matches everything. */
export interface Filter {
  /** For the event's canonical name, or that of its twin. */
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

/** Whether the globs `events` and `fields` take an event, and the first reason against it. */
export type Match =
  | { readonly matches: true }
  | {
      readonly matches: false
      readonly reason: 'event' | 'field'
    }

/**
 * Prepares the globs `events` and `fields` for many events. All globs ignore case. Lifecycle events (ONAPP…)
 * match no filter.
 */
export function compileFilter(
  filter: Pick<Filter, 'events' | 'fields'>,
): (event: RelayEvent) => Match {
  const isWantedEvent = compileGlobs(filter.events)
  const isWantedField = compileGlobs(filter.fields)
  const takesAllFields =
    filter.fields.length === 0 || filter.fields.some((pattern) => /^\*+$/.test(pattern))

  return (event) => {
    if (isLifecycleEvent(event.name) || !namesOf(event).some(isWantedEvent)) {
      return { matches: false, reason: 'event' }
    }
    if (!takesAllFields && (event.field === null || !isWantedField(event.field.fieldName))) {
      return { matches: false, reason: 'field' }
    }
    return { matches: true }
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
