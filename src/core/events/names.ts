/**
 * The names that an event does not hold, although a person wants them: those of users, smart processes, pipelines and
 * stages. The event has their ids, and the portal knows what they are called.
 */
import type { RelayEvent } from '../log/event.ts'
import { idsOf, subjectOf, type EventId } from './subject-of.ts'

/** The kinds of things whose names the portal is asked for. */
export const NAMED_KINDS = ['user', 'smart_process', 'funnel', 'stage'] as const

/** One of these kinds. */
export type NamedKind = (typeof NAMED_KINDS)[number]

/** A thing whose name is wanted. */
export interface WantedName {
  readonly kind: NamedKind
  readonly id: string
}

/** The names that are known, by `nameKey`. */
export type Names = ReadonlyMap<string, string>

/** The key of a thing among the names. */
export function nameKey({ kind, id }: Pick<EventId, 'kind' | 'id'>): string {
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
  const all = [...caused, ...others].filter(({ id }) => isPlain(id))
  return [...new Map(all.map((ref) => [nameKey(ref), ref])).values()]
}

function isNamed(kind: EventId['kind']): kind is NamedKind {
  return NAMED_KINDS.some((name) => name === kind)
}

/** Ids that cannot be one of Bitrix24 are not asked for. */
function isPlain(id: string): boolean {
  return /^[A-Z0-9_:]{1,60}$/i.test(id)
}
