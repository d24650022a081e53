/**
 * JSON bodies, made as harmless as decoded forms: limits are counted on the text before anything is
 * parsed, because building 100,000 hostile keys is the expensive part. Objects have no prototype.
 */
import type { Json } from '../../core/log/event.ts'
import { err, ok, type Result } from '../../core/result.ts'

/** A JSON object, read-only. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** Why a JSON body is refused. */
export type JsonError = 'invalid_json' | 'too_many_values' | 'too_deep' | 'number_out_of_range'

/** How many values a body may hold, for JSON at any depth and for forms as parameters. */
export const MAX_VALUES = 1_000

/** How many objects and arrays may stand in each other, the body itself included. */
export const MAX_DEPTH = 8

/**
 * Parses a JSON body, refusing more than `MAX_VALUES` values (an empty object or array counts twice)
 * or `MAX_DEPTH` levels. A repeated key takes its last value, a member `__proto__` is dropped, a lone
 * surrogate becomes U+FFFD, a number that is no finite double refuses the body.
 */
export function parseJson(body: string): Result<Json, JsonError> {
  const problem = measure(body)
  if (problem) return err(problem)
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    // SyntaxError quotes the body, so it goes no further.
    return err('invalid_json')
  }
  const copy = harmlessCopy(parsed)
  return copy === undefined ? err('number_out_of_range') : ok(copy)
}

/** Reports whether a JSON value is an object, not an array and not null. */
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

/** Counts on the text; in well-formed JSON, opening brackets and commas are the values. */
function measure(body: string): JsonError | null {
  let values = 0
  let depth = 0
  for (let index = 0; index < body.length; index += 1) {
    const code = body.charCodeAt(index)
    if (code === QUOTE) {
      index = endOfString(body, index)
      continue
    }
    // 0x20 tells `{` from `[`, and `}` from `]`.
    const bracket = code | 0x20
    if (bracket === 0x7d) depth -= 1
    if (bracket === 0x7b) depth += 1
    if (bracket === 0x7b || code === COMMA) values += 1
    if (depth > MAX_DEPTH) return 'too_deep'
    if (values > MAX_VALUES) return 'too_many_values'
  }
  return null
}

function endOfString(body: string, start: number): number {
  let index = start + 1
  while (index < body.length && body.charCodeAt(index) !== QUOTE) {
    index += body.charCodeAt(index) === BACKSLASH ? 2 : 1
  }
  return index
}

/** Copies a parsed value; undefined when it holds a number that JSON cannot say again. */
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
