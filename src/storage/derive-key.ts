/** Derives a key of its own for each purpose from one token key, by HKDF-SHA256 (RFC 5869). */

/** The purpose of a derived key. */
export interface KeyPurpose {
  /** Names the purpose and its version, so that no two purposes share a key. */
  readonly info: string
  /** Tells keys of one purpose apart, for example by portal; empty when there is only one. */
  readonly salt: string
  readonly algorithm:
    | { readonly name: 'AES-GCM'; readonly length: 256 }
    | { readonly name: 'HMAC'; readonly hash: 'SHA-256'; readonly length: 256 }
  readonly usages: readonly ('encrypt' | 'decrypt' | 'sign')[]
}

/** Derives the key of a purpose; it cannot be exported. */
export async function deriveKey(master: Uint8Array, purpose: KeyPurpose): Promise<CryptoKey> {
  const { info, salt, algorithm, usages } = purpose
  const base = await crypto.subtle.importKey('raw', master, 'HKDF', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: encodeUtf8(salt), info: encodeUtf8(info) },
    base,
    algorithm,
    false,
    [...usages],
  )
}

/** The UTF-8 bytes of a text. */
export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
