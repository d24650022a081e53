/**
 * The names that an event does not hold, although a person wants them: those of users, smart processes, pipelines and
 * stages. The event has their ids, and the portal knows what they are called.
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
    // The event itself says what it wants to say about its subject, which may be gone.
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
 * The subject of an event that says of it nothing but its number, although the portal knows its name; null for every
 * other event. An event about a change wants the name after it, and one about a deletion the last one that is known.
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

/** Ids that cannot be one of Bitrix24 are not asked for. */
function isPlain(id: string): boolean {
  return /^[A-Z0-9_:]{1,60}$/i.test(id)
}
