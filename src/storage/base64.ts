/** Base64 as it stands in the configuration and in sealed records. */

/** Writes bytes in the URL alphabet, without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Reads either alphabet, with or without padding; null for any other text. */
export function decodeBase64(text: string): Uint8Array | null {
  const digits = /^([A-Za-z0-9+/_-]+)={0,2}$/.exec(text)?.[1]
  if (digits === undefined || digits.length % 4 === 1) return null
  const binary = atob(digits.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}
