/** The forms of the requests about one portal. */
import * as v from 'valibot'
import { CountSchema } from './exchange.ts'

/** The value of `$portal.NAME`. */
export const ValueSchema = v.strictObject({
  value: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
})

/** The page of events that is asked for. */
export const EventsQuerySchema = v.object({
  before: v.optional(CountSchema),
  limit: v.optional(CountSchema),
})
