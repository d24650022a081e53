/**
 * What is kept of an application token: a hash bound to its portal, so that the stored value neither
 * opens anything nor matches at another portal.
 */

/** Hashes a token as lower-case hex SHA-256 of `memberId|token`. */
export async function hashToken(memberId: string, token: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    'SHA-256',
    new TextEncoder().encode(`${memberId}|${token}`),
  )
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Compares two hashes without an early exit, so that the time taken tells nothing about where they
 * differ. The length is public: texts of different lengths are unequal at once.
 */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index += 1) {
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index)
  }
  return difference === 0
}
