/**
 * The hash that is kept instead of an application token. It is bound to the portal, so a stored hash opens
 * nothing and fits no other portal.
 */
import { sha256Hex } from '../core/safety/sha256.ts'

/** Hashes a token: the hex SHA-256 of `memberId|token`, in lower case. */
export function hashToken(memberId: string, token: string): Promise<string> {
  return sha256Hex(`${memberId}|${token}`)
}
