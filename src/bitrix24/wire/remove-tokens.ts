/**
 * Takes the tokens off an event before anything else sees it. Two nets: members named like a token
 * lose their value whatever it is, and texts that contain one of the request's own tokens are
 * replaced wherever they stand, keys included.
 */
import type { Json } from '../../core/log/event.ts'
import { createObject, isJsonObject, type JsonObject } from './json.ts'
import { ApplicationTokenSchema, readOrNull, TokenSchema } from './wire-schemas.ts'

/** What stands where a token was. */
export const REMOVED = '[removed]'

// Shorter texts are no tokens, and searching for them would eat ordinary words.
const MIN_SECRET_LENGTH = 8

// A text that holds this much of a token is replaced. Longer needles allow hostile bodies whose
// search takes quadratic time, and find no more.
const MAX_NEEDLE_LENGTH = 32

// Compared without case, `_` and `-`, so that accessToken and ACCESS_TOKEN are the same.
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'accesstoken',
  'refreshtoken',
  'applicationtoken',
  'clientsecret',
  'authid',
  'refreshid',
])

// Spares long keys the comparison; the longest name of the list has 16 letters.
const MAX_SECRET_KEY_LENGTH = 24

/**
 * Lists what to search for: the tokens that a request carries at the places where Bitrix24 puts them,
 * each cut to its first 32 characters. At most 6.
 */
export function secretsOf(payload: JsonObject): readonly string[] {
  const auth = isJsonObject(payload['auth']) ? payload['auth'] : {}
  const candidates = [
    readOrNull(TokenSchema, auth['access_token']),
    readOrNull(TokenSchema, auth['refresh_token']),
    readOrNull(ApplicationTokenSchema, auth['application_token']),
    readOrNull(TokenSchema, payload['AUTH_ID']),
    readOrNull(TokenSchema, payload['REFRESH_ID']),
    readOrNull(ApplicationTokenSchema, payload['APPLICATION_TOKEN']),
  ]
  return candidates
    .filter((text) => text !== null)
    .filter((text) => text.length >= MIN_SECRET_LENGTH)
    .map((text) => text.slice(0, MAX_NEEDLE_LENGTH))
}

/** Reports whether a text contains one of the secrets, as it is or as it will stand in JSON. */
export function containsSecret(text: string, secrets: readonly string[]): boolean {
  if (secrets.some((secret) => text.includes(secret))) return true
  // An escape can complete a token: a line break before `abc` is stored as `\nabc`.
  if (!/\p{Cc}/u.test(text)) return false
  const escaped = JSON.stringify(text)
  return secrets.some((secret) => escaped.includes(secret))
}

/** Copies a value with `REMOVED` in place of everything that is, or is named like, a token. */
export function removeTokens(value: Json, secrets: readonly string[]): Json {
  if (typeof value === 'string') return containsSecret(value, secrets) ? REMOVED : value
  if (value === null || typeof value !== 'object') return value
  if (!isJsonObject(value)) return value.map((item) => removeTokens(item, secrets))
  const object = createObject()
  for (const key of Object.keys(value)) {
    const member = value[key] ?? null
    const safeKey = containsSecret(key, secrets) ? REMOVED : key
    object[safeKey] = isSecretKey(key) ? REMOVED : removeTokens(member, secrets)
  }
  return object
}

function isSecretKey(key: string): boolean {
  if (key.length > MAX_SECRET_KEY_LENGTH) return false
  return SECRET_KEYS.has(key.toLowerCase().replace(/[-_]/g, ''))
}
