/**
 * Writes the content of an event as one text, so that equal events give equal texts. The caller hashes it.
 */
import { sharedName } from '../events/twins.ts'
import type { Json, RelayEvent } from './event.ts'

/**
 * Returns the canonical JSON of an event's name, time and data; the keys of objects stand in code unit order.
 *
 * Twins have one name here: a portal sends `onCrmDynamicItemUpdate` and `onCrmDynamicItemUpdate_147` for one
 * change. Two bindings of one event send it twice, each with a handler id and a user of its own. These two are left
 * out, and so is the order in which the keys came (docs/bitrix24.md#duplicates).
 */
export function canonicalEvent(event: RelayEvent): string {
  const { name, ts, data } = event
  return canonicalJson({ name: sharedName(name), ts, data })
}

function canonicalJson(value: Json): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

// Array.isArray() alone does not tell TypeScript that a read-only array is a list.
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
