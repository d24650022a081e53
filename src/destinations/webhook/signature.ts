/**
 * Signatures of Standard Webhooks 1.0.0: `v1` is HMAC-SHA256, `v1a` is Ed25519
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md). Keys are
 * imported for each send: a promise made in one request must not be awaited in another.
 */
import type { SigningSecret } from './secrets.ts'

// RFC 8410, section 7: a PKCS#8 PrivateKeyInfo up to the 32 bytes of the seed, which end it.
const PKCS8_HEAD = 'MC4CAQAwBQYDK2VwBCIEIA=='

/**
 * Signs `id.timestamp.body` as one entry of `webhook-signature`.
 *
 * @throws when the public half that is configured with a private key does not belong to its seed: the
 * receiver knows the other public key, so nothing that this seed signs would ever be taken.
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
  // Extractable, as exporting is the one way to learn the public half of a private key.
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, publicKey !== null, ['sign'])
  if (publicKey !== null) {
    const exported = await crypto.subtle.exportKey('jwk', key)
    const own = 'x' in exported ? (exported.x ?? '') : ''
    if (own === toBase64Url(publicKey)) return crypto.subtle.sign(algorithm, key, content)
    throw new Error('The public half of a whsk_ secret does not belong to its seed')
  }
  return crypto.subtle.sign(algorithm, key, content)
}

/** As a JWK writes it: RFC 8037, section 2. */
function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
