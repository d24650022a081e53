/** Decides who may set the application token, the proof of every later event of a portal. */

/** The facts about an application token that comes with a verified installation. */
export interface TokenClaim {
  /** The token hashes that are recorded for the portal. */
  readonly known: readonly string[]
  /** The hash of the presented token. */
  readonly presented: string
  /** The verified user of the access token. */
  readonly userId: number
  readonly isAdmin: boolean
  /** The installer as recorded before this request; null when nobody is. */
  readonly installerUserId: number | null
  /** The system user as recorded before this request, never the one that the request itself brings. */
  readonly systemUserId: number | null
}

/**
 * Decides whether a verified installation may set the portal's application token.
 *
 * The OAuth server says nothing about that token, and every user of an application with an interface holds
 * an access token. So an ordinary employee could present an application token of his own invention. A first
 * or a different token is therefore taken only from an administrator, the recorded installer or the recorded
 * system user (docs/bitrix24.md#install). The comparison may leave early: it compares hashes, and its time
 * tells nothing about a token.
 */
export function mayTakeApplicationToken(claim: TokenClaim): boolean {
  const { known, presented, userId, isAdmin, installerUserId, systemUserId } = claim
  if (known.includes(presented)) return true
  return isAdmin || userId === installerUserId || userId === systemUserId
}
