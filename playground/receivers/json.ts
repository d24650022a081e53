/** Reads JSON that came over the wire without trusting its shape. */

/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Parses JSON; undefined when the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // JSON.parse throws on malformed text only.
    return undefined
  }
}

/** Whether a value is an object, and neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads a property of what may be an object. */
export function readProperty(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined
}

/** Reads a text property; null when it is anything else. */
export function readString(value: unknown, key: string): string | null {
  const inner = readProperty(value, key)
  return typeof inner === 'string' ? inner : null
}

/** Reads a number property; null when it is anything else. */
export function readNumber(value: unknown, key: string): number | null {
  const inner = readProperty(value, key)
  return typeof inner === 'number' ? inner : null
}

/** Any value as a text, for errors that repeat it. */
export function showValue(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined')
}
