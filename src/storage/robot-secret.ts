/**
 * The secret of a portal's robot address. It begins with the member id, so that the portal is found without a search;
 * 32 random bytes follow, and they alone prove the caller. Only their hash is stored.
 */
import { isMemberId } from '../core/access/member-id.ts'
import { encodeBase64Url } from './base64.ts'
import { hashToken } from './token-hash.ts'

const RANDOM_BYTES = 32

const SECRET = /^(?<memberId>[0-9a-f]{32})\.(?<proof>[\w-]{43})$/

/** A secret as it stands in the address, and the hash that is kept of it. */
export interface RobotSecret {
  readonly secret: string
  readonly hash: string
}

/** The parts of a secret. */
export interface RobotProof {
  readonly memberId: string
  /**
   * The text that is hashed in the place of an application token. No application token holds a blank, so the hashes
   * of the two never meet. So the secret lets its holder send hints, and no event.
   */
  readonly token: string
}

/** Makes a secret for a portal. */
export async function createRobotSecret(memberId: string): Promise<RobotSecret> {
  const proof = encodeBase64Url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)))
  return { secret: `${memberId}.${proof}`, hash: await hashToken(memberId, tokenOf(proof)) }
}

/** Parses a secret; null for a text that is none. */
export function parseRobotSecret(text: string): RobotProof | null {
  const { memberId = '', proof = '' } = SECRET.exec(text)?.groups ?? {}
  return isMemberId(memberId) ? { memberId, token: tokenOf(proof) } : null
}

function tokenOf(proof: string): string {
  return `robot ${proof}`
}
