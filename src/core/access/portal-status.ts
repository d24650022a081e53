/** The status of a portal in one word, and the part of it that the people of the portal may see. */

/** Every state of a portal, as the HTTP contract names them. */
export const PORTAL_STATUSES = [
  'active',
  'pending',
  'unfinished',
  'tokens_lost',
  'no_rights',
  'suspended',
  'portal_full',
  'uninstalled',
  'deleted',
] as const

/** The state of a portal, as the HTTP contract names it. */
export type PortalStatus = (typeof PORTAL_STATUSES)[number]

/**
 * The part of a portal's status that the application's page shows to an administrator of the portal. It holds no
 * secret.
 */
export interface InstallStatus {
  readonly state: PortalStatus
  /** Documented spellings of the events that could not be bound. */
  readonly missing: readonly string[]
  /** Unix milliseconds; null before the first event. */
  readonly lastEventAt: number | null
  /** Events of the log that a lane has not passed yet: those of the slowest lane. */
  readonly waiting: number
  /** Parked events of all lanes together. */
  readonly parked: number
}
