/**
 * An event of one type of record and the event of all types are twins: a portal sends both for one change, as
 * `onCrmDynamicItemUpdate_147` and `onCrmDynamicItemUpdate` (docs/bitrix24.md#duplicates). The relay binds one of
 * them, stores one of them, and lets a filter name either.
 */
import type { RelayEvent } from '../log/event.ts'
import { readId } from './data-paths.ts'
import { baseOf, meaningOf } from './topics.ts'

/** The canonical names by which a filter may name an event: its own, and that of its twin. */
export function namesOf({ name, data }: Pick<RelayEvent, 'name' | 'data'>): readonly string[] {
  const base = baseOf(name)
  if (base !== null) return [name, base.code]
  const path = typePath(name)
  const typeId = path === null ? null : readId(data, [path])
  return typeId !== null && /^\d{1,9}$/.test(typeId) ? [name, `${name}_${typeId}`] : [name]
}

/** Whether an event is that of all types, so that its data tell the name of its twin. */
export function hasTwinByData(name: string): boolean {
  return typePath(name) !== null
}

/** The path in an event of all types to the type of its record; null for every other event. */
function typePath(name: string): string | null {
  const topic = baseOf(name) === null ? meaningOf(name)?.topic : undefined
  return topic?.perType === true ? (topic.type ?? null) : null
}

/** The name that both twins share in the content of an event: the one of all types. */
export function sharedName(name: string): string {
  return baseOf(name)?.code ?? name
}

/** Canonical names without those whose twin of all types is among them. */
export function withoutTwins(names: readonly string[]): readonly string[] {
  const all = new Set(names)
  return names.filter((name) => !all.has(baseOf(name)?.code ?? ''))
}
