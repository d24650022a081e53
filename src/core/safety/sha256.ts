/** Hashes texts by SHA-256. The result depends on the text alone, so `core` may use it. */

const ENCODER = new TextEncoder()
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Returns the SHA-256 of a text's UTF-8 bytes, as hex digits in lower case. */
export async function sha256Hex(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', ENCODER.encode(text))
  let hex = ''
  for (const byte of new Uint8Array(hash)) hex += HEX[byte]
  return hex
}
