/**
 * Signatures of Standard Webhooks 1.0.0: `v1` is HMAC-SHA256, `v1a` is Ed25519
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). An
 * imported key is kept as a value; while it is imported each send imports its own, as one request must not wait for a
 * promise of another (docs/cloudflare.md#webcrypto).
 */
import type { SigningSecret } from './secrets.ts'

// The beginning of a PKCS#8 PrivateKeyInfo, which the 32 bytes of the seed complete (RFC 8410, section 7).
const PKCS8_HEAD = 'MC4CAQAwBQYDK2VwBCIEIA=='

const ALGORITHMS = { v1: 'HMAC', v1a: 'Ed25519' } as const

/** A key as WebCrypto holds it. */
type SigningKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** The imported keys. A key goes with its secret, so with the settings that hold it. */
const KEYS = new WeakMap<SigningSecret, SigningKey>()

/** Signs `id.timestamp.body` as one entry of `webhook-signature`. */
export async function signContent(content: Uint8Array, secret: SigningSecret): Promise<string> {
  const key = KEYS.get(secret) ?? (await importKey(secret))
  KEYS.set(secret, key)
  const signature = await crypto.subtle.sign(ALGORITHMS[secret.version], key, content)
  return `${secret.version},${toBase64(new Uint8Array(signature))}`
}

function importKey(secret: SigningSecret): Promise<SigningKey> {
  if (secret.version === 'v1') {
    const algorithm = { name: ALGORITHMS.v1, hash: 'SHA-256' }
    return crypto.subtle.importKey('raw', secret.key, algorithm, false, ['sign'])
  }
  const head = Uint8Array.from(atob(PKCS8_HEAD), (character) => character.charCodeAt(0))
  const pkcs8 = Uint8Array.of(...head, ...secret.seed)
  return crypto.subtle.importKey('pkcs8', pkcs8, { name: ALGORITHMS.v1a }, false, ['sign'])
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
