/**
 * Names the object that paces a URL. A webhook's URL is a secret, and an object's name stands in logs and
 * dashboards, so the name is a hash under a key of its own. A new newest key of TOKEN_KEYS gives new names:
 * the pace then starts afresh, once.
 */
import { sha256Hex } from '../core/safety/sha256.ts'

/** Gives the name of the object that paces a URL: 64 hex digits. */
export type NamePacer = (url: string) => Promise<string>

const HKDF_INFO = 'bitrix24-event-relay/pacer-names/v1'
const MAX_REMEMBERED = 256

/**
 * Creates the naming under the newest key of TOKEN_KEYS; names are remembered, at most 256 of them. Without
 * a key the name is a plain hash: it cannot be turned back either, as the URL holds a secret of its own.
 */
export function createPacerNames(newest: Uint8Array | null): NamePacer {
  // Holds texts and not promises: workerd forbids one request to wait for what another one started.
  const names = new Map<string, string>()
  return async (url) => {
    const known = names.get(url)
    if (known !== undefined) return known
    const name =
      newest === null
        ? await sha256Hex(`${HKDF_INFO}|pace|${url}`)
        : await hmacHex(newest, `pace|${url}`)
    const oldest = names.keys().next()
    if (names.size >= MAX_REMEMBERED && !oldest.done) names.delete(oldest.value)
    names.set(url, name)
    return name
  }
}

async function hmacHex(master: Uint8Array, text: string): Promise<string> {
  const base = await crypto.subtle.importKey('raw', master, 'HKDF', false, ['deriveKey'])
  const key = await crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encodeUtf8(HKDF_INFO) },
    base,
    { name: 'HMAC', hash: 'SHA-256', length: 256 },
    false,
    ['sign'],
  )
  const mac = await crypto.subtle.sign('HMAC', key, encodeUtf8(text))
  return Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
