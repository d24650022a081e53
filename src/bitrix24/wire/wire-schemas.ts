/**
 * The scalar forms that Bitrix24's bodies use: forms carry every number as a string, the
 * documentation's JSON carries some as numbers. Claims that do not have their form count as absent,
 * since nothing in them is believed before the OAuth server has agreed.
 */
import * as v from 'valibot'

/** The last second that a `ts` may name: 1 January 2100. */
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

/** Accepts a positive integer as number or digits: ids of fields and users. */
export const IdSchema = v.pipe(IntegerSchema, v.minValue(1))

/** Accepts unix seconds up to the year 2100, as number or digits. */
export const UnixSecondsSchema = v.pipe(IntegerSchema, v.minValue(0), v.maxValue(MAX_UNIX_SECONDS))

/** Accepts an OAuth token: printable ASCII without spaces, so that it is safe in a header. */
export const TokenSchema = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,1000}$/))

/**
 * Accepts the token that proves a portal. Bitrix24 sends 32 characters; the bounds only keep out what
 * cannot be one.
 */
export const ApplicationTokenSchema = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{8,128}$/))

/** Accepts a portal's key, 32 hexadecimal digits, and returns it in lower case. */
export const MemberIdSchema = v.pipe(v.string(), v.regex(/^[0-9A-Fa-f]{32}$/), v.toLowerCase())

/** Accepts a host name or URL: no spaces, no invisible characters. */
export const AddressSchema = v.pipe(v.string(), v.regex(/^[^\s\p{C}]{1,255}$/u))

/** Accepts a comma-separated list of scopes. */
export const ScopeSchema = v.pipe(v.string(), v.regex(/^[\x20-\x7e]{1,4000}$/))

/** Accepts an application status; L, F, D, T, P and S are known. */
export const StatusSchema = v.pipe(v.string(), v.regex(/^[A-Z]$/))

/** Accepts a two-letter language and returns it in lower case. */
export const LanguageSchema = v.pipe(v.string(), v.regex(/^[A-Za-z]{2}$/), v.toLowerCase())

/** Accepts `event_handler_id`; longer or stranger ones count as absent. */
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

/** Returns what the schema makes of a value, null when it does not accept it. */
export function readOrNull<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
): v.InferOutput<S> | null {
  const read = v.safeParse(schema, value)
  return read.success ? read.output : null
}
