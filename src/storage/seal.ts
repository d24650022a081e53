/**
 * Seals secrets before they are stored, for example a portal's tokens. Each portal has a key of its own,
 * derived from a key of `TOKEN_KEYS`; the cipher is AES-256-GCM. The portal and the name of the field are
 * bound to the record, so a record that was copied to another place does not open. A record reads `v1.<key
 * id>.<iv>.<ciphertext>`, in base64url.
 */
import { BoundedMap } from '../core/bounded-map.ts'
import { err, ok, type Result } from '../core/result.ts'
import { decodeBase64, encodeBase64Url } from './base64.ts'
import { deriveKey, encodeUtf8 } from './derive-key.ts'
import { createPacerNames, type NamePacer } from './pacer-name.ts'
import type { TokenKey, TokenKeys } from './token-keys.ts'

/** The place that a record belongs to; it opens nowhere else. */
export interface SealContext {
  readonly memberId: string
  /** The name of the sealed field, for example `tokens` (docs/storage.md, "Sealed records"). */
  readonly field: string
}

/** Everything for which the token keys are used: the records of all portals, and the names of pacers. */
export interface Sealer {
  /** Seals under the newest key. `no_key`: `TOKEN_KEYS` is not configured. */
  seal(plain: string, context: SealContext): Promise<Result<string, 'no_key'>>
  /**
   * Opens a record. `unknown_key`: sealed under a key that is not configured any more. `damaged`: no record,
   * a changed one, or one of another portal or field.
   */
  open(sealed: string, context: SealContext): Promise<Result<string, 'unknown_key' | 'damaged'>>
  /** Whether the key under which a record was sealed is configured. */
  canOpen(sealed: string): boolean
  /** Whether a record should be sealed again, under the newest key; never true without a key. */
  isStale(sealed: string): boolean
  /** The id of the key under which a record was sealed, configured or not; null for a text that is no record. */
  keyIdOf(sealed: string): string | null
  /** The ids of the configured keys, newest first. */
  readonly keyIds: readonly string[]
  /** Names the object that paces a URL; works without a key, too. */
  readonly namePacer: NamePacer
}

const RECORD = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/
const HKDF_INFO = 'bitrix24-event-relay/tokens/v1'
// The length that GCM is defined for. A random one is safe here: one portal's key seals far fewer than the
// 2^32 records of NIST SP 800-38D section 8.3.
const IV_BYTES = 12
const MAX_CACHED_KEYS = 256

/** Creates a sealer; without keys it seals nothing and opens nothing. */
export function createSealer(keys: TokenKeys): Sealer {
  const keyOf = createPortalKeys()
  const [newest] = keys
  return {
    namePacer: createPacerNames(newest?.key ?? null),
    async seal(plain, context) {
      if (newest === undefined) return err('no_key')
      const key = await keyOf(newest, context.memberId)
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
      const key = await keyOf(tokenKey, context.memberId)
      try {
        const plain = await crypto.subtle.decrypt(gcm(ivBytes, context), key, bytes)
        return ok(new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(plain))
      } catch {
        // An OperationError says that the tag does not fit the key, the record or the context.
        return err('damaged')
      }
    },
    keyIds: keys.map(({ id }) => id),
    keyIdOf: (sealed) => RECORD.exec(sealed)?.[1] ?? null,
    canOpen(sealed) {
      const keyId = RECORD.exec(sealed)?.[1]
      return keys.some((candidate) => candidate.id === keyId)
    },
    isStale(sealed) {
      return newest !== undefined && RECORD.exec(sealed)?.[1] !== newest.id
    },
  }
}

/** Derives the key of a portal, and remembers the last ones. */
function createPortalKeys(): (tokenKey: TokenKey, memberId: string) => Promise<CryptoKey> {
  // The derived keys. Promises of keys are not kept: workerd forbids one request to wait for a promise that another
  // one has made (docs/cloudflare.md, "WebCrypto").
  const derived = new BoundedMap<CryptoKey>(MAX_CACHED_KEYS)
  return async (tokenKey, memberId) => {
    const name = `${tokenKey.id}|${memberId}`
    const known = derived.get(name)
    if (known !== undefined) return known
    const key = await deriveKey(tokenKey.key, {
      info: HKDF_INFO,
      salt: memberId,
      algorithm: { name: 'AES-GCM', length: 256 },
      usages: ['encrypt', 'decrypt'],
    })
    derived.set(name, key)
    return key
  }
}

function gcm(iv: Uint8Array, { memberId, field }: SealContext) {
  return { name: 'AES-GCM', iv, additionalData: encodeUtf8(`${memberId}|${field}`) }
}
