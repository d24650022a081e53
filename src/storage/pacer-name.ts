/**
 * Names the object that paces a URL. The URL of a webhook is a secret, and the name of an object stands in
 * logs and dashboards. So the name is a hash of the URL, under a key derived for this purpose. When
 * `TOKEN_KEYS` gets a new newest key the names change, and every pace starts afresh, once.
 */
import { BoundedMap } from '../core/bounded-map.ts'
import { sha256Hex } from '../core/safety/sha256.ts'
import { deriveKey, encodeUtf8 } from './derive-key.ts'

/** Gives the name of the object that paces a URL: 64 hex digits. */
export type NamePacer = (url: string) => Promise<string>

const HKDF_INFO = 'bitrix24-event-relay/pacer-names/v1'
const MAX_REMEMBERED = 256

/**
 * Creates the naming under the newest key of `TOKEN_KEYS`; it remembers the last 256 names. Without a key a
 * name is a plain hash: it cannot be turned back either, as the URL holds a secret of its own.
 */
export function createPacerNames(newest: Uint8Array | null): NamePacer {
  // The names that were made. Promises of names are not kept: workerd forbids one request to wait for a promise that
  // another one has made (docs/cloudflare.md, "WebCrypto").
  const names = new BoundedMap<string>(MAX_REMEMBERED)
  return async (url) => {
    const known = names.get(url)
    if (known !== undefined) return known
    const name =
      newest === null
        ? await sha256Hex(`${HKDF_INFO}|pace|${url}`)
        : await hmacHex(newest, `pace|${url}`)
    names.set(url, name)
    return name
  }
}

async function hmacHex(master: Uint8Array, text: string): Promise<string> {
  const key = await deriveKey(master, {
    info: HKDF_INFO,
    salt: '',
    algorithm: { name: 'HMAC', hash: 'SHA-256', length: 256 },
    usages: ['sign'],
  })
  const mac = await crypto.subtle.sign('HMAC', key, encodeUtf8(text))
  return Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
