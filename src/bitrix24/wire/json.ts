/**
 * Parses JSON bodies into values that are as harmless as those of a form: objects have no prototype. The
 * limits are counted on the text before it is parsed, because building 100,000 keys of a hostile body is the
 * expensive part.
 */
import type { Json } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'

/** A JSON object, read-only. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** The reason why a JSON body is refused. */
export type JsonError = 'invalid_json' | 'too_many_values' | 'too_deep' | 'number_out_of_range'

/** The limits within which a body is parsed. */
export interface BodyLimits {
  /** The most values: in JSON at all depths together, in a form as parameters. */
  readonly values: number
  /** The most objects and arrays inside one another, the body itself included. */
  readonly depth: number
}

/** The limits for everybody. A stranger's body costs no more than this before it is known who he is. */
export const STRICT_LIMITS: BodyLimits = { values: 1_000, depth: 8 }

/** The limits for a caller whose token the edge knows. PHP nests up to 64 levels when it reads a form. */
export const WIDE_LIMITS: BodyLimits = { values: 10_000, depth: 64 }

/**
 * Parses a JSON body. More values or levels than the limits allow are refused; an empty object or
 * array counts as two values. A repeated key takes its last value, a member `__proto__` is left out, and half
 * of a surrogate pair becomes U+FFFD. A number that is too large for a double refuses the body.
 */
export function parseJson(body: string, limits = STRICT_LIMITS): Result<Json, JsonError> {
  const problem = measure(body, limits)
  if (problem) return err(problem)
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    // Swallows a SyntaxError, which quotes the body.
    return err('invalid_json')
  }
  const copy = harmlessCopy(parsed)
  return copy === undefined ? err('number_out_of_range') : ok(copy)
}

/** Whether a JSON value is an object; arrays and null are none. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Creates an empty object that inherits nothing. */
export function createObject(): Record<string, Json> {
  return { __proto__: null }
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c

/**
 * Counts values and levels on the text. In well-formed JSON each value has a bracket or a comma before it.
 */
function measure(body: string, limits: BodyLimits): JsonError | null {
  let values = 0
  let depth = 0
  for (let index = 0; index < body.length; index += 1) {
    const code = body.charCodeAt(index)
    if (code === QUOTE) {
      index = endOfString(body, index)
      continue
    }
    // The bit 0x20 is the only difference between `{` and `[`, and between `}` and `]`.
    const bracket = code | 0x20
    if (bracket === 0x7d) depth -= 1
    if (bracket === 0x7b) depth += 1
    if (bracket === 0x7b || code === COMMA) values += 1
    if (depth > limits.depth) return 'too_deep'
    if (values > limits.values) return 'too_many_values'
  }
  return null
}

/** The place of the quote that ends the text which begins at `start`; the body's end when none does. */
export function endOfString(body: string, start: number): number {
  let index = start + 1
  while (index < body.length && body.charCodeAt(index) !== QUOTE) {
    index += body.charCodeAt(index) === BACKSLASH ? 2 : 1
  }
  return index
}

/** Copies a parsed value; undefined when it holds an infinite number, which JSON cannot write again. */
function harmlessCopy(value: unknown): Json | undefined {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'object') return undefined
  if (Array.isArray(value)) {
    const items: Json[] = []
    for (const item of value) {
      const copy = harmlessCopy(item)
      if (copy === undefined) return undefined
      items.push(copy)
    }
    return items
  }
  const object = createObject()
  for (const [key, member] of Object.entries(value)) {
    const copy = harmlessCopy(member)
    if (copy === undefined) return undefined
    if (key !== '__proto__') object[key.toWellFormed()] = copy
  }
  return object
}
