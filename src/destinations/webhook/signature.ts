/**
 * Signatures of Standard Webhooks 1.0.0: `v1` is HMAC-SHA256, `v1a` is Ed25519
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). Keys are
 * imported for each send, as one request must not wait for a promise of another
 * (docs/cloudflare.md#webcrypto).
 */
import type { SigningSecret } from './secrets.ts'

// The beginning of a PKCS#8 PrivateKeyInfo, which the 32 bytes of the seed complete (RFC 8410, section 7).
const PKCS8_HEAD = 'MC4CAQAwBQYDK2VwBCIEIA=='

/** Signs `id.timestamp.body` as one entry of `webhook-signature`. */
export async function signContent(content: Uint8Array, secret: SigningSecret): Promise<string> {
  const signature =
    secret.version === 'v1'
      ? await signHmac(content, secret.key)
      : await signEd25519(content, secret.seed)
  return `${secret.version},${toBase64(new Uint8Array(signature))}`
}

async function signHmac(content: Uint8Array, bytes: Uint8Array): Promise<ArrayBuffer> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
  return crypto.subtle.sign('HMAC', key, content)
}

async function signEd25519(content: Uint8Array, seed: Uint8Array): Promise<ArrayBuffer> {
  const algorithm = { name: 'Ed25519' }
  const head = Uint8Array.from(atob(PKCS8_HEAD), (character) => character.charCodeAt(0))
  const pkcs8 = Uint8Array.of(...head, ...seed)
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
  return crypto.subtle.sign(algorithm, key, content)
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
