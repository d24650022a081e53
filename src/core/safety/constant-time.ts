/** Comparison of secrets and of their hashes. */

/**
 * Compares two strings without leaving early at the first difference. Their lengths are not secret: use
 * it on hashes of equal length.
 */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let index = 0; index < a.length; index += 1) {
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index)
  }
  return difference === 0
}
