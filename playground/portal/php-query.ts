/**
 * PHP's query encoding in both directions, as Bitrix24 uses it: `http_build_query` for the events it
 * sends, bracket keys for the REST calls it receives. Written apart from the relay's own decoder, so
 * that a mistake there is not repeated here.
 */

/** A value that `http_build_query` accepts: scalars and nested arrays. Null and empty arrays are left out. */
export type PhpValue =
  | string
  | number
  | boolean
  | null
  | readonly PhpValue[]
  | { readonly [key: string]: PhpValue }

/** A decoded parameter tree. Objects have no prototype. */
export type Params = { [key: string]: ParamValue }

/** One decoded value; numbers and booleans only come from JSON bodies. */
export type ParamValue = string | number | boolean | null | ParamValue[] | Params

/** Encodes like PHP's `http_build_query` with its default RFC 1738 form: brackets as `%5B`, blanks as `+`. */
export function formatPhpQuery(values: { readonly [key: string]: PhpValue }): string {
  const pairs: string[] = []
  for (const [key, value] of Object.entries(values)) addPairs(pairs, encodePhp(key), value)
  return pairs.join('&')
}

function addPairs(pairs: string[], name: string, value: PhpValue): void {
  if (value === null) return
  if (typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      addPairs(pairs, `${name}%5B${encodePhp(key)}%5D`, inner)
    }
    return
  }
  const text = typeof value === 'boolean' ? (value ? '1' : '0') : String(value)
  pairs.push(`${name}=${encodePhp(text)}`)
}

/** PHP's `urlencode`: everything but letters, digits, `-`, `_` and `.` is escaped, `~` included. */
function encodePhp(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** Decodes a query string or form body with bracket keys. Later keys win; `[]` appends. */
export function parsePhpQuery(text: string): Params {
  const params: Params = emptyParams()
  for (const [name, value] of new URLSearchParams(text)) setPath(params, splitKey(name), value)
  return params
}

/** Reads the parameters of one REST call: query string, then form or JSON body over it. */
export function parseCallParams(
  search: string,
  body: { readonly text: string; readonly contentType: string },
): Params {
  const params = parsePhpQuery(search)
  if (body.text === '') return params
  if (!body.contentType.includes('json')) return Object.assign(params, parsePhpQuery(body.text))
  const parsed: unknown = JSON.parse(body.text)
  // Sound: JSON.parse yields nothing outside ParamValue, and arrays are excluded here.
  if (isPlainObject(parsed)) Object.assign(params, parsed as Params)
  return params
}

/** A text parameter; null when absent or not a scalar. */
export function readText(params: Params, name: string): string | null {
  const value = params[name]
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : null
}

/** A nested parameter; empty when absent or a scalar. */
export function readParams(params: Params, name: string): Params {
  const value = params[name]
  return isParams(value) ? value : emptyParams()
}

/** Whether a value is a nested map. */
export function isParams(value: ParamValue | undefined): value is Params {
  return isPlainObject(value)
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function emptyParams(): Params {
  // Sound: an object without prototype and without keys is an empty Params.
  return Object.create(null) as Params
}

function splitKey(name: string): string[] {
  const start = name.indexOf('[')
  if (start < 1) return [name]
  const path = [name.slice(0, start)]
  for (const match of name.slice(start).matchAll(/\[([^\]]*)\]/g)) path.push(match[1] ?? '')
  return path
}

function setPath(params: Params, path: readonly string[], value: string): void {
  let target = params
  for (const [index, part] of path.entries()) {
    const key = part === '' && index > 0 ? String(Object.keys(target).length) : part
    if (index === path.length - 1) {
      target[key] = value
      return
    }
    const inner = target[key]
    if (isParams(inner)) {
      target = inner
    } else {
      const created = emptyParams()
      target[key] = created
      target = created
    }
  }
}
