/** The state of a portal in one word, and what its own people are shown of it. */

/** The state of a portal, as the HTTP contract names it. */
export type PortalStatus =
  | 'active'
  | 'pending'
  | 'unfinished'
  | 'tokens_lost'
  | 'no_rights'
  | 'suspended'
  | 'uninstalled'
  | 'deleted'

/** What the application's page in the portal tells an administrator. Holds no secret. */
export interface InstallStatus {
  readonly state: PortalStatus
  /** Documented spellings of the events that could not be bound. */
  readonly missing: readonly string[]
  /** Unix milliseconds; null before the first event. */
  readonly lastEventAt: number | null
  /** Events that wait for at least one destination. */
  readonly waiting: number
  /** Events that were set aside at some destination. */
  readonly parked: number
}
