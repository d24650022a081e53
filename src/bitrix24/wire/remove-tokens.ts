/**
 * Removes the tokens from an event before any other part sees it, in two ways. A member whose name is that
 * of a token loses its value, whatever the value is. A text or key that contains one of the request's own
 * tokens is replaced, wherever it stands.
 */
import type { Json } from '../../core/log/event.ts'
import { createObject, isJsonObject, type JsonObject } from './json.ts'
import { ApplicationTokenSchema, readOrNull, TokenSchema } from './wire-schemas.ts'

/** The text in the place of a removed token. */
export const REMOVED = '[removed]'

// A shorter text is no token, and a search for it would remove ordinary words.
const MIN_SECRET_LENGTH = 8

// A text that contains the first 32 characters of a token is replaced. Searching for longer pieces would find
// no more tokens, and a hostile body could make that search take quadratic time.
const MAX_NEEDLE_LENGTH = 32

// Names are compared without case, `_` and `-`, so that `accessToken` and `ACCESS_TOKEN` are the same.
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'accesstoken',
  'refreshtoken',
  'applicationtoken',
  'clientsecret',
  'authid',
  'refreshid',
])

// A longer key is not compared at all. The longest name of the list has 16 letters.
const MAX_SECRET_KEY_LENGTH = 24

/**
 * Lists the secrets to search for: the tokens of a request, from the places where Bitrix24 puts them, each
 * cut to its first 32 characters. At most six.
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

/** Whether a text contains one of the secrets, as it is or in the form in which JSON writes it. */
export function containsSecret(text: string, secrets: readonly string[]): boolean {
  if (secrets.some((secret) => text.includes(secret))) return true
  // An escape can complete a token: JSON writes a line break before `abc` as `\nabc`.
  if (!/\p{Cc}/u.test(text)) return false
  const escaped = JSON.stringify(text)
  return secrets.some((secret) => escaped.includes(secret))
}

/** Copies a value, with `REMOVED` in the place of each token and of each value that is named like one. */
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
