/**
 * The filter of a destination: its globs `events`, `fields` and `portals`, its `users` and its conditions. A lane
 * applies the filter when its walk comes to an event, not when the event arrives.
 */
import { isOfApplication } from '../../events/topics.ts'
import { hasTwinByData, namesOf } from '../../events/twins.ts'
import { compileGlobs } from '../../glob.ts'
import type { LogEntry, RelayEvent } from '../../log/event.ts'
import { isMet, parseCondition } from './condition.ts'
import { compileUsers } from './user-rule.ts'

/**
 * The filter of one destination; an event has to pass each part of it. An empty list of globs matches nothing, but an
 * empty `fields` matches everything.
 */
export interface Filter {
  /** Globs for the event's canonical name, or for that of its twin. */
  readonly events: readonly string[]
  /** Globs for FIELD_NAME. Unless the list is empty or holds `*`, only events about user fields match. */
  readonly fields: readonly string[]
  /** Globs for the portal's member id or its domain. */
  readonly portals: readonly string[]
  /** The people whose events are taken or left out (`user-rule.ts`). @default [] everybody */
  readonly users?: readonly string[]
  /** The conditions that an event has to meet, each of them (`condition.ts`). @default [] */
  readonly when?: readonly string[]
}

/** The parts of a filter that are asked for each event. */
export type EventFilter = Omit<Filter, 'portals'>

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
      readonly reason: 'event' | 'field' | 'user'
    }
  | {
      readonly matches: false
      readonly reason: 'condition'
      /** The first condition that the event does not meet, as it is configured. */
      readonly condition: string
    }

/**
 * A filter that is ready for many events. The entry may be an outline; where the answer depends on the data of the
 * event,
 * `whole` gives the event with them.
 */
export type CompiledFilter = (
  entry: Pick<LogEntry, 'event' | 'enrichment'>,
  whole?: () => RelayEvent,
) => Match

/** Prepares a filter. All globs ignore case. Events about the application itself match no filter. */
export function compileFilter({
  events,
  fields,
  users = [],
  when = [],
}: EventFilter): CompiledFilter {
  const isWantedEvent = compileGlobs(events)
  const isWantedField = compileGlobs(fields)
  const takesAllFields = fields.length === 0 || fields.some((pattern) => /^\*+$/.test(pattern))
  const isWantedUser = compileUsers(users)
  const findUnmet = compileConditions(when)

  return (entry, whole = () => entry.event) => {
    const { event } = entry
    const named = hasTwinByData(event.name) && !isWantedEvent(event.name) ? whole() : event
    if (isOfApplication(event.name.toUpperCase()) || !namesOf(named).some(isWantedEvent)) {
      return { matches: false, reason: 'event' }
    }
    if (!takesAllFields && (event.field === null || !isWantedField(event.field.fieldName))) {
      return { matches: false, reason: 'field' }
    }
    if (users.length > 0 && !usersOf(entry).some(isWantedUser)) {
      return { matches: false, reason: 'user' }
    }
    const condition = findUnmet(whole)
    return condition === null
      ? { matches: true }
      : { matches: false, reason: 'condition', condition }
  }
}

/**
 * The users whose changes an event tells. They are several when one read has explained the events of several people.
 */
function usersOf({ event, enrichment }: Parameters<CompiledFilter>[0]): readonly (number | null)[] {
  const { users, coversUserless = false } = enrichment
  return [event.userId, ...users.map(({ id }) => id), ...(coversUserless ? [null] : [])]
}

/**
 * Prepares conditions. The first one that an event does not meet is found; null for an event that meets them all. A
 * condition that only a later version understands is met by none, since that version may have left the event out.
 */
function compileConditions(texts: readonly string[]): (whole: () => RelayEvent) => string | null {
  const conditions = texts.map((text) => ({ text, parsed: parseCondition(text) }))
  return (whole) => {
    if (conditions.length === 0) return null
    const event = whole()
    const unmet = conditions.find(({ parsed }) => !parsed.ok || !isMet(parsed.value, event))
    return unmet?.text ?? null
  }
}

/** Prepares the globs `portals` alone. */
export function compilePortals(patterns: readonly string[]): (portal: PortalIdentity) => boolean {
  const isWanted = compileGlobs(patterns)
  return ({ memberId, domain }) => isWanted(memberId) || (domain !== null && isWanted(domain))
}
