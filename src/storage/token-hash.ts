/**
 * What is kept of an application token: a hash bound to its portal, so that the stored value neither
 * opens anything nor matches at another portal.
 */
import { sha256Hex } from '../core/safety/sha256.ts'

/** Hashes a token as lower-case hex SHA-256 of `memberId|token`. */
export function hashToken(memberId: string, token: string): Promise<string> {
  return sha256Hex(`${memberId}|${token}`)
}
