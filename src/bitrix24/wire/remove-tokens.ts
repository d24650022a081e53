/**
 * Removes the tokens from an event before any other part sees it. A member whose name is that of a token loses its
 * value, whatever the value is; so does a block `auth`. A text or key that holds one of the request's own tokens is
 * replaced, wherever it stands and however it is written. A text that names a token, for example an address with
 * `auth=`, loses that token; JSON in a text is read like the event itself. Where a token can be read only after the
 * text is decoded, the whole text is replaced.
 */
import type { Json } from '../../core/log/event.ts'
import { readingsOf } from '../../core/safety/readings.ts'
import { createObject, isJsonObject, parseJson, WIDE_LIMITS, type JsonObject } from './json.ts'
import { SecretSearch, TOKEN_NAMES, withoutNamedTokens } from './tokens-in-text.ts'

/** The text in the place of a removed token. */
export const REMOVED = '[removed]'

// A shorter text is no token, and a search for it would remove ordinary words.
const MIN_SECRET_LENGTH = 8

// A text that contains the first 32 characters of a token is replaced. Searching for longer pieces would find
// no more tokens, and a hostile body could make that search take quadratic time.
const MAX_NEEDLE_LENGTH = 32

// Names are compared without case, and by their ends: `accessToken`, `auth[access_token]` and `access_token2`.
const SECRET_KEY = new RegExp(
  `(?:${TOKEN_NAMES})(?:[-_ ]?\\d{1,3})?(?:\\[\\w{0,20}\\]|[\\]"'\\s]){0,4}$`,
  'i',
)

// A block of tokens; an access token that stands under this name alone has at least 16 characters.
const AUTH_KEY = /(?:^|[[."'\s])auth[\]"'\s]{0,4}$/i
const TOKEN_VALUE = /^[\x21-\x7e]{16,1000}$/

// A value under one of these names may be anything: only a text that looks like a token is taken off, in the value
// and below it. A value beside the name of a token is treated in this way too.
const DOUBTFUL_KEY = /(?:^|[^a-z])(?:o?auth2?|tokens?|secrets?|credentials?|bearer|authorization)$/i
const DOUBTFUL_END = /[a-z](?:OAuth2?|Auth|Tokens?|Secrets?|Credentials?)$/
const LIKE_TOKEN = /^(?:bearer )?(?=[\w.~+/=-]{0,64}\d)[\w.~+/=-]{20,1000}$/i

// The names of a value that stands beside the name of a token. Such a value is removed, whatever it is.
const VALUE_KEY = /^values?$/i

/** The most tokens of a request that are searched for. */
const MAX_SECRETS = 12

/** The most tokens of the event itself that are searched for where they stand a second time. */
const MAX_FOUND = 50

/**
 * Lists the secrets to search for: the tokens of a request, from the places where Bitrix24 puts them and in whatever
 * form, each cut to its first 32 characters.
 */
export function secretsOf(payload: JsonObject): readonly string[] {
  const auth = isJsonObject(payload['auth']) ? payload['auth'] : {}
  return [...Object.entries(auth), ...Object.entries(payload)]
    .filter(([name]) => SECRET_KEY.test(name))
    .flatMap(([, value]) => (typeof value === 'string' ? [value] : []))
    .filter((text) => text.length >= MIN_SECRET_LENGTH)
    .map((text) => text.slice(0, MAX_NEEDLE_LENGTH))
    .slice(0, MAX_SECRETS)
}

/** Whether a text tells a token: one of the secrets, or one that it names itself. */
export function tellsToken(text: string, secrets: readonly string[]): boolean {
  return removeTokens(text, secrets) !== text
}

/**
 * Copies a value, with `REMOVED` in the place of each token and of each value that is named like one. A token that
 * was found by its name is looked for once more in all the rest, where it may stand without one.
 */
export function removeTokens(value: Json, secrets: readonly string[]): Json {
  const first = new Cleaner(secrets)
  const cleaned = first.clean(value)
  if (first.found.size === 0) return cleaned
  return new Cleaner([...first.found]).clean(cleaned)
}

class Cleaner {
  /** The tokens that were found by their names, cut like the secrets. */
  readonly found = new Set<string>()
  readonly #secrets: SecretSearch

  constructor(secrets: readonly string[]) {
    this.#secrets = new SecretSearch(secrets)
  }

  /** Copies a value without its tokens. `isDoubtful`: its name or one above it may be that of a token. */
  clean(value: Json, isDoubtful = false): Json {
    if (typeof value === 'string') return this.#cleanText(value, isDoubtful)
    if (value === null || typeof value !== 'object') return value
    // A name can stand beside its token as a value: `{"name": "auth_id", "value": "…"}`.
    const names = Object.values(value).filter(isTokenName)
    const isNamed = names.some((name) => SECRET_KEY.test(name))
    const isBelow = isDoubtful || names.length > 0
    if (!isJsonObject(value)) return value.map((item) => this.clean(item, isBelow))
    const object = createObject()
    for (const [key, member] of Object.entries(value)) {
      const keys = readingsOf(key)
      const isSecret =
        keys.some((name) => isSecretMember(name, member)) || (isNamed && VALUE_KEY.test(key))
      object[this.#cleanText(key)] = isSecret
        ? this.#remove(member)
        : this.clean(member, isBelow || keys.some(isDoubtfulName))
    }
    return object
  }

  #cleanText(text: string, isDoubtful = false): string {
    const readings = readingsOf(text)
    if (this.#secrets.finds(readings)) return REMOVED
    if (isDoubtful && LIKE_TOKEN.test(text)) return this.#remove(text)
    const cleaned = this.#cleanNamed(text)
    const [, ...decoded] = cleaned === text ? readings : readingsOf(cleaned)
    return decoded.some((reading) => this.#cleanNamed(reading) !== reading) ? REMOVED : cleaned
  }

  #cleanNamed(text: string): string {
    const cleaned = this.#cleanJson(text) ?? text
    return withoutNamedTokens(cleaned, REMOVED, (token) => this.#note(token))
  }

  /**
   * JSON text without the tokens in it; null for a text that is no JSON, that is larger than an event may be, or
   * that holds no token.
   */
  #cleanJson(text: string): string | null {
    if (!/^\s*[[{]/.test(text)) return null
    const parsed = parseJson(text.trim(), WIDE_LIMITS)
    if (!parsed.ok) return null
    const cleaned = JSON.stringify(this.clean(parsed.value))
    return cleaned === JSON.stringify(parsed.value) ? null : cleaned
  }

  #remove(value: Json): typeof REMOVED {
    if (typeof value === 'string') this.#note(value)
    // The copy is not needed: this call only notes the tokens that the block names.
    else this.clean(value)
    return REMOVED
  }

  #note(token: string): void {
    if (this.found.size < MAX_FOUND && TOKEN_VALUE.test(token)) {
      this.found.add(token.slice(0, MAX_NEEDLE_LENGTH))
    }
  }
}

function isSecretMember(name: string, member: Json): boolean {
  if (SECRET_KEY.test(name)) return true
  if (!AUTH_KEY.test(name)) return false
  if (typeof member === 'string') return isTokenValue(member)
  return typeof member === 'object' && member !== null
}

function isDoubtfulName(name: string): boolean {
  return DOUBTFUL_KEY.test(name) || DOUBTFUL_END.test(name)
}

/** Whether a value is nothing but the name of a token. */
function isTokenName(value: Json): value is string {
  if (typeof value !== 'string' || value.length > 60 || /\s/.test(value)) return false
  return SECRET_KEY.test(value) || AUTH_KEY.test(value)
}

function isTokenValue(value: Json): boolean {
  return typeof value === 'string' && TOKEN_VALUE.test(value)
}
