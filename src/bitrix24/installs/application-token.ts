/** Who may set the application token, which proves a portal's events. */

/** What decides about an application token that comes with a verified installation. */
export interface TokenClaim {
  /** Hashes that the portal's record holds. */
  readonly known: readonly string[]
  /** Hash of the token presented. */
  readonly presented: string
  /** The verified user of the access token. */
  readonly userId: number
  readonly isAdmin: boolean
  /** As recorded before this request; null when there is no record. */
  readonly installerUserId: number | null
  /** As recorded before this request, never the one that the request itself brings. */
  readonly systemUserId: number | null
}

/**
 * Decides whether a verified installation may set the portal's application token. The OAuth server
 * says nothing about that token and every user of an application with an interface holds an access
 * token, so a first or different one is taken from an administrator, the recorded installer or the
 * recorded system user only. Hashes are compared, so the time that it takes tells nothing of use.
 */
export function mayTakeApplicationToken(claim: TokenClaim): boolean {
  const { known, presented, userId, isAdmin, installerUserId, systemUserId } = claim
  if (known.includes(presented)) return true
  return isAdmin || userId === installerUserId || userId === systemUserId
}
