/**
 * Seals tokens before they are stored: AES-256-GCM under a key of the portal's own, derived by HKDF
 * from a key of `TOKEN_KEYS`. Portal and field are bound as additional data, so a record copied to
 * another place does not open. A record reads `v1.<key id>.<iv>.<ciphertext>`, base64url.
 */
import { err, ok, type Result } from '../core/result.ts'
import { createPacerNames, type NamePacer } from './pacer-name.ts'

/** One key of `TOKEN_KEYS`. */
export interface TokenKey {
  /** 1–32 of `A-Z a-z 0-9 _ -`; stands in every record. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** The keys in use, newest first: the first one seals, all of them open. */
export type TokenKeys = readonly TokenKey[]

/** The place that a record belongs to; a record opens nowhere else. */
export interface SealContext {
  readonly memberId: string
  /** The stored field's name, for example `refreshToken`. */
  readonly field: string
}

/** Everything that the keys are for: seals and opens records of all portals, and names pacers. */
export interface Sealer {
  /** Seals under the newest key; fails with `no_key` when `TOKEN_KEYS` is not configured. */
  seal(plain: string, context: SealContext): Promise<Result<string, 'no_key'>>
  /**
   * Opens a record. `unknown_key`: sealed under a key that is not configured any more. `damaged`: not
   * a record, changed, or of another portal or field.
   */
  open(sealed: string, context: SealContext): Promise<Result<string, 'unknown_key' | 'damaged'>>
  /** Tells whether the key that a record was sealed under is configured. */
  canOpen(sealed: string): boolean
  /** Tells whether a record should be sealed again; never true when there is no key to do it with. */
  isStale(sealed: string): boolean
  /** Names the object that paces a URL; without a key too. */
  readonly namePacer: NamePacer
}

const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/
const RECORD = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/
const HKDF_INFO = 'bitrix24-event-relay/tokens/v1'
// The length that GCM is defined for. Random is safe here: one portal's key seals far fewer than the
// 2^32 records of NIST SP 800-38D section 8.3.
const IV_BYTES = 12
const MAX_CACHED_KEYS = 256

/** Creates a sealer; an empty list of keys makes one that seals nothing and opens nothing. */
export function createSealer(keys: TokenKeys): Sealer {
  const derive = createKeyCache()
  const [newest] = keys
  return {
    namePacer: createPacerNames(newest?.key ?? null),
    async seal(plain, context) {
      if (newest === undefined) return err('no_key')
      const key = await derive(newest, context.memberId)
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
      const sealed = await crypto.subtle.encrypt(gcm(iv, context), key, encodeUtf8(plain))
      const parts = ['v1', newest.id, encodeBase64Url(iv), encodeBase64Url(new Uint8Array(sealed))]
      return ok(parts.join('.'))
    },
    async open(sealed, context) {
      const [, keyId, iv, ciphertext] = RECORD.exec(sealed) ?? []
      if (iv === undefined || ciphertext === undefined) return err('damaged')
      const tokenKey = keys.find((candidate) => candidate.id === keyId)
      if (tokenKey === undefined) return err('unknown_key')
      const ivBytes = decodeBase64(iv)
      const bytes = decodeBase64(ciphertext)
      if (ivBytes === null || bytes === null) return err('damaged')
      const key = await derive(tokenKey, context.memberId)
      try {
        const plain = await crypto.subtle.decrypt(gcm(ivBytes, context), key, bytes)
        return ok(new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(plain))
      } catch {
        // OperationError: the tag does not fit the key, the record or the context.
        return err('damaged')
      }
    },
    canOpen(sealed) {
      const keyId = RECORD.exec(sealed)?.[1]
      return keys.some((candidate) => candidate.id === keyId)
    },
    isStale(sealed) {
      return newest !== undefined && RECORD.exec(sealed)?.[1] !== newest.id
    },
  }
}

/**
 * Reads `TOKEN_KEYS`: an object of key id → base64 of 32 bytes (either alphabet), newest first, as JSON
 * text or as an object. The error is a sentence that counts keys and shows neither ids nor values,
 * since an operator may have exchanged the two.
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

const NOT_AN_OBJECT = 'Must be a JSON object of key id to base64 of 32 bytes, newest first'

/**
 * Reads the pairs in the order of the text. `JSON.parse` alone would move ids that look like integers
 * to the front, which would make the wrong key the newest one, and hide repeated ids.
 */
function parseEntries(text: string): Result<Entries, string> {
  if (!isJsonObject(text)) return err(NOT_AN_OBJECT)
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
    // SyntaxError. Its message quotes the input, so it must not go anywhere.
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
    // An object has already lost the place of an id that looks like an integer.
    return err(
      'Must name each key with at least one letter, as numbers alone do not keep their order',
    )
  }
  return ok(entries)
}

type DeriveKey = (tokenKey: TokenKey, memberId: string) => Promise<CryptoKey>

function createKeyCache(): DeriveKey {
  // Holds keys and not promises: workerd forbids one request to wait for what another one started.
  const derived = new Map<string, CryptoKey>()
  return async (tokenKey, memberId) => {
    const name = `${tokenKey.id}|${memberId}`
    const known = derived.get(name)
    if (known !== undefined) return known
    const key = await derivePortalKey(tokenKey.key, memberId)
    const oldest = derived.keys().next()
    if (derived.size >= MAX_CACHED_KEYS && !oldest.done) derived.delete(oldest.value)
    derived.set(name, key)
    return key
  }
}

async function derivePortalKey(master: Uint8Array, memberId: string): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', master, 'HKDF', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: encodeUtf8(memberId), info: encodeUtf8(HKDF_INFO) },
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}

function gcm(iv: Uint8Array, { memberId, field }: SealContext) {
  return { name: 'AES-GCM', iv, additionalData: encodeUtf8(`${memberId}|${field}`) }
}

function isSameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.every((byte, index) => byte === b[index])
}

function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function encodeBase64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Reads either base64 alphabet, with or without padding; null when it is neither. */
function decodeBase64(text: string): Uint8Array | null {
  const digits = /^([A-Za-z0-9+/_-]+)={0,2}$/.exec(text)?.[1]
  if (digits === undefined || digits.length % 4 === 1) return null
  const binary = atob(digits.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
