/** Writes the parameters of a REST call as a form that PHP can read. */
import type { Json } from '../../core/log/event.ts'
import type { JsonObject } from '../wire/json.ts'

/**
 * Encodes parameters as PHP's `http_build_query` does: brackets for nesting, 1 for true, 0 for false, and
 * nothing for null. Example: `{ filter: { LANG: 'de' } }` becomes `filter[LANG]=de`.
 */
export function encodeParams(params: JsonObject): URLSearchParams {
  const form = new URLSearchParams()
  for (const [key, value] of Object.entries(params)) appendParam(form, key, value)
  return form
}

function appendParam(form: URLSearchParams, name: string, value: Json): void {
  if (value === null) return
  if (typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) appendParam(form, `${name}[${key}]`, item)
    return
  }
  form.append(name, typeof value === 'boolean' ? String(Number(value)) : String(value))
}
