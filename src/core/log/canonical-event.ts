/** What makes two events the same one, as a text to be hashed by the caller. */
import type { Json, RelayEvent } from './event.ts'

/**
 * Returns the canonical JSON of an event's name, time and data, object keys in code unit order.
 *
 * Two subscriptions to one event fire twice, with handler ids and users of their own; those are left
 * out, and so is the order of keys.
 */
export function canonicalEvent(event: RelayEvent): string {
  const { name, ts, data } = event
  return canonicalJson({ name, ts, data })
}

function canonicalJson(value: Json): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

// Array.isArray() does not narrow read-only arrays.
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
