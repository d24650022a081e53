/**
 * The token keys of the setting `TOKEN_KEYS`: an object of key id to base64 of 32 bytes, newest first, or one
 * bare key, which a person can type into a form. Records are sealed under the newest key and opened under any
 * of them, so that a key can be replaced without a pause.
 */
import { err, ok, type Result } from '../core/result.ts'
import { decodeBase64 } from './base64.ts'

/** One key of `TOKEN_KEYS`. */
export interface TokenKey {
  /** 1 to 32 of `A-Z a-z 0-9 _ -`; stands in every record that was sealed under the key. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** The keys in use, newest first. */
export type TokenKeys = readonly TokenKey[]

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/

/**
 * The id of a key that stands alone in `TOKEN_KEYS`. It is in every record that such a key has sealed, and an
 * operator writes it before the old key when a second one comes, so it never changes.
 */
const BARE_KEY_ID = 'bare'

/**
 * Parses `TOKEN_KEYS`, as JSON text, as an object or as one bare key. The error is a sentence that counts keys. It
 * shows neither ids nor values, since an operator may have put one in the place of the other.
 */
export function parseTokenKeys(
  source: string | Record<string, unknown>,
): Result<TokenKeys, string> {
  const entries = typeof source === 'string' ? parseEntries(source) : listEntries(source)
  if (!entries.ok) return entries
  if (entries.value.length === 0) return err('Must hold at least one key')
  const keys: TokenKey[] = []
  for (const [index, [id, value]] of entries.value.entries()) {
    const place = `Key ${index + 1} of ${entries.value.length}`
    if (!KEY_ID.test(id)) return err(`${place} must have an id of 1 to 32 letters, digits, _ or -`)
    if (keys.some((known) => known.id === id)) return err(`${place} must not repeat an id`)
    const key = typeof value === 'string' ? decodeBase64(value) : null
    if (key?.length !== 32) return err(`${place} must be base64 of 32 bytes`)
    if (keys.some((known) => isSameKey(known.key, key))) {
      return err(`${place} must not repeat the bytes of another key`)
    }
    keys.push({ id, key })
  }
  return ok(keys)
}

type Entries = readonly (readonly [id: string, value: unknown])[]

const NO_KEYS =
  'Must be base64 of 32 bytes, or a JSON object of key id to base64 of 32 bytes, newest first'

/**
 * Reads the pairs in the order of the text. `JSON.parse` alone would move an id that looks like an integer to
 * the front, so that the wrong key would count as the newest one, and it would hide a repeated id.
 */
function parseEntries(text: string): Result<Entries, string> {
  if (decodeBase64(text)?.length === 32) return ok([[BARE_KEY_ID, text]])
  if (!isJsonObject(text)) return err(NO_KEYS)
  const pairs = [...text.matchAll(/\s*[{,]\s*("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*")\s*/gy)]
  const read = pairs.map((pair) => pair[0].length).reduce((sum, length) => sum + length, 0)
  if (!/^\{?\s*\}$/.test(text.slice(read).trim())) {
    return err('Must hold a base64 text for every key id')
  }
  return ok(pairs.map((pair) => [parseJsonText(pair[1]), parseJsonText(pair[2])] as const))
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    // The SyntaxError is dropped: it quotes the input, which is a secret here.
    return false
  }
}

function parseJsonText(quoted: string | undefined): string {
  const value: unknown = JSON.parse(quoted ?? '""')
  return typeof value === 'string' ? value : ''
}

function listEntries(record: Record<string, unknown>): Result<Entries, string> {
  const entries = Object.entries(record)
  if (entries.length > 1 && entries.some(([id]) => /^\d+$/.test(id))) {
    // In an object such an id stands first, wherever the operator has written it.
    return err(
      'Must name each key with at least one letter, as numbers alone do not keep their order',
    )
  }
  return ok(entries)
}

function isSameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, index) => byte === b[index])
}
