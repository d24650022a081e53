/** The forms in which Bitrix24's servers write the values of their answers. */
import * as v from 'valibot'

/** Accepts a text of 1 to 1,000 characters. */
export const TextSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(1000))

/** Accepts a positive integer, written as a number or as decimal digits; Bitrix24 mixes the two. */
export const IntegerSchema = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))]),
  v.safeInteger(),
  v.minValue(1),
)
