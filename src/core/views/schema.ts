/**
 * The words in which the schemas of views are written. A view is declared once, as a schema: its type comes from it,
 * and so does its part of the OpenAPI document.
 */
import * as v from 'valibot'
import type { Json } from '../log/event.ts'

/** A time as the API writes it. */
export const TimeSchema = v.pipe(v.string(), v.isoTimestamp())

/** A time, or null. */
export const TimeOrNullSchema = v.nullable(TimeSchema)

/** A number, or null. */
export const NumberOrNullSchema = v.nullable(v.number())

/** A text, or null. */
export const TextOrNullSchema = v.nullable(v.string())

/** Any JSON value. Sound: the relay makes views, and never parses them. */
export const JsonSchema = v.unknown() as unknown as v.GenericSchema<Json>

/** A list of things. */
export function listOf<S extends v.GenericSchema>(schema: S) {
  return v.pipe(v.array(schema), v.readonly())
}

/** A word of a set that is written down elsewhere. */
export function wordOf<T extends string>(): v.GenericSchema<T> {
  // Sound: the relay makes views, and never parses them.
  return v.string() as unknown as v.GenericSchema<T>
}
