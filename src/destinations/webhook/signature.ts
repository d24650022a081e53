/**
 * Signatures of Standard Webhooks 1.0.0: `v1` is HMAC-SHA256, `v1a` is Ed25519
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). Keys are
 * imported for each send, as one request must not wait for a promise of another
 * (docs/cloudflare.md#webcrypto).
 */
import type { SigningSecret } from './secrets.ts'

// The beginning of a PKCS#8 PrivateKeyInfo, which the 32 bytes of the seed complete (RFC 8410, section 7).
const PKCS8_HEAD = 'MC4CAQAwBQYDK2VwBCIEIA=='

/**
 * Signs `id.timestamp.body` as one entry of `webhook-signature`.
 *
 * @throws when the public key that is configured with a seed does not belong to it: the receiver knows that
 * public key, so it would refuse everything that the seed signs.
 */
export async function signContent(content: Uint8Array, secret: SigningSecret): Promise<string> {
  const signature =
    secret.version === 'v1'
      ? await signHmac(content, secret.key)
      : await signEd25519(content, secret)
  return `${secret.version},${toBase64(new Uint8Array(signature))}`
}

async function signHmac(content: Uint8Array, bytes: Uint8Array): Promise<ArrayBuffer> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
  return crypto.subtle.sign('HMAC', key, content)
}

async function signEd25519(
  content: Uint8Array,
  { seed, publicKey }: Extract<SigningSecret, { version: 'v1a' }>,
): Promise<ArrayBuffer> {
  const algorithm = { name: 'Ed25519' }
  const head = Uint8Array.from(atob(PKCS8_HEAD), (character) => character.charCodeAt(0))
  const pkcs8 = Uint8Array.of(...head, ...seed)
  // The key must be extractable, as only its export tells the public key (docs/cloudflare.md#webcrypto).
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, publicKey !== null, ['sign'])
  if (publicKey !== null) {
    const exported = await crypto.subtle.exportKey('jwk', key)
    const own = 'x' in exported ? (exported.x ?? '') : ''
    if (own === toBase64Url(publicKey)) return crypto.subtle.sign(algorithm, key, content)
    throw new Error('The public half of a whsk_ secret does not belong to its seed')
  }
  return crypto.subtle.sign(algorithm, key, content)
}

/** The base64 of a JWK (RFC 8037, section 2). */
function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
