/**
 * The names that a person wants to read and that an event does not hold: those of users, smart processes, pipelines
 * and stages. The event holds their ids, and the portal tells their names.
 */
import type { RelayEvent } from '../log/event.ts'
import { idsOf, subjectOf, type EventId } from './subject-of.ts'
import { meaningOf } from './topics.ts'

/** The kinds of things whose names the portal is asked for. */
export const NAMED_KINDS = [
  'user',
  'smart_process',
  'smart_process_by_id',
  'funnel',
  'stage',
] as const

/**
 * One of these kinds. Events about items name a smart process by the number of its type, and events about the smart
 * process itself by its id (`smart_process_by_id`): two numbers, of which each may be the other one's.
 */
export type NamedKind = (typeof NAMED_KINDS)[number]

/** A thing whose name is wanted. */
export interface WantedName {
  readonly kind: NamedKind
  readonly id: string
  /** A name that was learned before this time, in unix milliseconds, may be a former one. @default 0 */
  readonly since?: number
}

/** The names that are known, by `nameKey`. */
export type Names = ReadonlyMap<string, string>

/** The key of a thing among the names. */
export function nameKey({ kind, id }: Pick<EventId, 'kind' | 'id'> | WantedName): string {
  return `${kind} ${id}`
}

/** Everything in an event that has a name elsewhere. Events about fields have their names already. */
export function namesWanted(event: RelayEvent): readonly WantedName[] {
  if (event.field !== null) return []
  const own = subjectOf(event, null)
  const caused = event.userId === null ? [] : [{ kind: 'user' as const, id: String(event.userId) }]
  const others = idsOf(event).flatMap(({ kind, id }) => {
    // The name of the subject stands in the event itself, since the subject may be gone.
    const isOwn = own?.kind === kind && own.id === id
    return isOwn || !isNamed(kind) ? [] : [{ kind, id }]
  })
  const named = namedSubject(event)
  const all: readonly WantedName[] = [
    ...caused,
    ...(named === null ? [] : [named]),
    ...others,
  ].filter(({ id }) => isPlain(id))
  return [...new Map(all.map((ref) => [nameKey(ref), ref])).values()]
}

/**
 * The subject of an event that tells the subject's number alone, although the portal knows its name; null for every
 * other event. For an event about a change the name after it is wanted, and for one about a deletion the last known
 * one.
 */
export function namedSubject(
  event: Pick<RelayEvent, 'name' | 'data' | 'userId' | 'ts'>,
): WantedName | null {
  const own = subjectOf(event, null)
  if (own?.kind !== 'smart_process') return null
  const ref = { kind: 'smart_process_by_id', id: own.id } as const
  const isDeleted = meaningOf(event.name)?.verb === 'deleted'
  return isDeleted || event.ts === null ? ref : { ...ref, since: event.ts * 1000 }
}

function isNamed(kind: EventId['kind']): kind is Extract<EventId['kind'], NamedKind> {
  return NAMED_KINDS.some((name) => name === kind)
}

/** A portal is not asked for an id that Bitrix24 cannot have given. */
function isPlain(id: string): boolean {
  return /^[A-Z0-9_:]{1,60}$/i.test(id)
}
