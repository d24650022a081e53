/** Compares secrets, and hashes of secrets. */

/**
 * Whether two texts are equal. The time does not depend on where they differ, so an attacker cannot guess a
 * secret character by character. Texts of different lengths are answered at once: use it on hashes, which
 * have one length.
 */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index += 1) {
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index)
  }
  return difference === 0
}
