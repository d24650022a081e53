/**
 * Schemas for single values in Bitrix24's bodies. A form carries every number as text; the JSON of the
 * documentation carries some as numbers. A claim with another form than its schema counts as absent, since
 * nothing in it is believed before the OAuth server has confirmed it.
 */
import * as v from 'valibot'

/** The latest second that a `ts` may name: 1 January 2100. */
export const MAX_UNIX_SECONDS = 4_102_444_800

const IntegerSchema = v.pipe(
  v.union([
    v.number(),
    v.pipe(
      v.string(),
      v.regex(/^(?:0|[1-9]\d{0,15})$/),
      v.transform((digits) => Number(digits)),
    ),
  ]),
  v.safeInteger(),
)

/** Accepts the id of a field or user: a positive integer, written as a number or as digits. */
export const IdSchema = v.pipe(IntegerSchema, v.minValue(1))

/** Accepts unix seconds up to the year 2100, written as a number or as digits. */
export const UnixSecondsSchema = v.pipe(IntegerSchema, v.minValue(0), v.maxValue(MAX_UNIX_SECONDS))

/** Accepts an OAuth token: printable ASCII without spaces, so that it is safe in a header. */
export const TokenSchema = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,1000}$/))

/**
 * Accepts an application token. Bitrix24 sends 32 characters (docs/bitrix24.md#application-token); the wider
 * bounds keep out only texts that cannot be a token at all.
 */
export const ApplicationTokenSchema = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{8,128}$/))

/** Accepts a `member_id`, 32 hexadecimal digits, and returns it in lower case. */
export const MemberIdSchema = v.pipe(v.string(), v.regex(/^[0-9A-Fa-f]{32}$/), v.toLowerCase())

/** Accepts a host name or URL without spaces and invisible characters. */
export const AddressSchema = v.pipe(v.string(), v.regex(/^[^\s\p{C}]{1,255}$/u))

/** Accepts a list of scopes with commas between them. */
export const ScopeSchema = v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,4000}$/))

/** Accepts the letter of an application's status, for example L, F, D, T, P or S. */
export const StatusSchema = v.pipe(v.string(), v.regex(/^[A-Z]$/))

/** Accepts the two letters of a language and returns them in lower case. */
export const LanguageSchema = v.pipe(v.string(), v.regex(/^[A-Za-z]{2}$/), v.toLowerCase())

/** Accepts an `event_handler_id`: 1 to 40 printable characters, or an integer. */
export const HandlerIdSchema = v.pipe(
  v.union([
    v.string(),
    v.pipe(
      v.number(),
      v.safeInteger(),
      v.transform((id) => String(id)),
    ),
  ]),
  v.regex(/^[\x21-\x7e]{1,40}$/),
)

/** Parses a value by a schema; null when the schema does not accept it. */
export function parseOrNull<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
): v.InferOutput<S> | null {
  const read = v.safeParse(schema, value)
  return read.success ? read.output : null
}
