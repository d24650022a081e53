/**
 * Removes the tokens from an event before any other part sees it. A member whose name is that of a token
 * loses its value, whatever the value is; so does a block `auth`. A text or key that holds one of the
 * request's own tokens is replaced, wherever it stands and however it is written. A text that names a token,
 * for example an address with `auth=`, loses that token; JSON in a text is read like the event itself.
 */
import type { Json } from '../../core/log/event.ts'
import { createObject, isJsonObject, parseJson, type JsonObject } from './json.ts'
import { formsOf, holdsSecret, withoutNamedTokens } from './tokens-in-text.ts'
import { ApplicationTokenSchema, parseOrNull, TokenSchema } from './wire-schemas.ts'

/** The text in the place of a removed token. */
export const REMOVED = '[removed]'

// A shorter text is no token, and a search for it would remove ordinary words.
const MIN_SECRET_LENGTH = 8

// A text that contains the first 32 characters of a token is replaced. Searching for longer pieces would find
// no more tokens, and a hostile body could make that search take quadratic time.
const MAX_NEEDLE_LENGTH = 32

// Names are compared without case, and by their ends: `accessToken`, `ACCESS_TOKEN` and `auth[access_token]`
// are the same.
const SECRET_KEY =
  /(?:(?:access|refresh|application|auth)[-_]?token|client[-_]?secret|(?:auth|refresh)[-_]?id)[\]"'\s]{0,4}$/i

// A block of tokens; an access token that stands under this name alone has at least 16 characters.
const AUTH_KEY = /^auth$/i
const TOKEN_VALUE = /^[\x21-\x7e]{16,1000}$/

const MAX_NESTED = 6

/**
 * Lists the secrets to search for: the tokens of a request, from the places where Bitrix24 puts them, each
 * cut to its first 32 characters. At most six.
 */
export function secretsOf(payload: JsonObject): readonly string[] {
  const auth = isJsonObject(payload['auth']) ? payload['auth'] : {}
  const candidates = [
    parseOrNull(TokenSchema, auth['access_token']),
    parseOrNull(TokenSchema, auth['refresh_token']),
    parseOrNull(ApplicationTokenSchema, auth['application_token']),
    parseOrNull(TokenSchema, payload['AUTH_ID']),
    parseOrNull(TokenSchema, payload['REFRESH_ID']),
    parseOrNull(ApplicationTokenSchema, payload['APPLICATION_TOKEN']),
  ]
  return candidates
    .filter((text) => text !== null)
    .filter((text) => text.length >= MIN_SECRET_LENGTH)
    .map((text) => text.slice(0, MAX_NEEDLE_LENGTH))
}

/** Whether a text holds one of the secrets, in whatever form it is written. */
export function containsSecret(text: string, secrets: readonly string[]): boolean {
  return holdsSecret(text, formsOf(secrets))
}

/** Copies a value, with `REMOVED` in the place of each token and of each value that is named like one. */
export function removeTokens(value: Json, secrets: readonly string[]): Json {
  return clean(value, formsOf([...new Set([...secrets, ...secretsIn(value)])]))
}

/** The tokens that the value itself names, as they may stand a second time elsewhere in it. At most six. */
function secretsIn(value: Json): readonly string[] {
  if (value === null || typeof value !== 'object') return []
  const members = Object.entries(value)
  const own = members.flatMap(([key, member]) => {
    const isToken = SECRET_KEY.test(key) || AUTH_KEY.test(key)
    return isToken && typeof member === 'string' && TOKEN_VALUE.test(member) ? [member] : []
  })
  const cut = own.map((text) => text.slice(0, MAX_NEEDLE_LENGTH))
  return [...cut, ...members.flatMap(([, member]) => secretsIn(member))].slice(0, MAX_NESTED)
}

function clean(value: Json, forms: readonly string[]): Json {
  if (typeof value === 'string') return cleanText(value, forms)
  if (value === null || typeof value !== 'object') return value
  if (!isJsonObject(value)) return value.map((item) => clean(item, forms))
  const object = createObject()
  for (const [key, member] of Object.entries(value)) {
    const safeKey = holdsSecret(key, forms) ? REMOVED : withoutNamedTokens(key, REMOVED)
    object[safeKey] = isSecretMember(key, member) ? REMOVED : clean(member, forms)
  }
  return object
}

function cleanText(text: string, forms: readonly string[]): string {
  if (holdsSecret(text, forms)) return REMOVED
  return withoutNamedTokens(cleanJson(text, forms) ?? text, REMOVED)
}

/** JSON text without the tokens in it; null for a text that is no JSON, or that holds no token. */
function cleanJson(text: string, forms: readonly string[]): string | null {
  if (!/^\s*[[{]/.test(text)) return null
  const parsed = parseJson(text)
  if (!parsed.ok) return null
  const cleaned = JSON.stringify(clean(parsed.value, forms))
  return cleaned === JSON.stringify(parsed.value) ? null : cleaned
}

function isSecretMember(key: string, member: Json): boolean {
  if (SECRET_KEY.test(key)) return true
  if (!AUTH_KEY.test(key)) return false
  if (typeof member === 'string') return TOKEN_VALUE.test(member)
  return typeof member === 'object' && member !== null
}
