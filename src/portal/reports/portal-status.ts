/** The state of a portal in one word, with its remedy. */
import { remedyOfTrouble, statusOfTrouble } from '../../core/access/access.ts'
import type { PortalStatus } from '../../core/access/portal-status.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { AccessTroubles } from '../tokens/troubles.ts'

/** Everything that the state of a portal is read from. */
export interface StatusParts {
  readonly state: Pick<PortalState, 'install' | 'pending' | 'isFull'>
  readonly troubles: Pick<AccessTroubles, 'current' | 'pairState'>
}

/** The state of the portal in one word. */
export function portalStatus(parts: StatusParts): PortalStatus {
  const install = parts.state.install()
  const { application, webhooks, hashes } = install
  const access = parts.troubles.current()
  // A full object loses events, which is worse than every other state.
  if (parts.state.isFull()) return 'portal_full'
  if (application === null) {
    if (parts.state.pending() !== null) return 'pending'
    if (webhooks.length === 0) return 'uninstalled'
    return access === null ? 'active' : statusOfTrouble(access.trouble)
  }
  if (!application.finished || hashes.length === 0) return 'unfinished'
  if (access !== null) return statusOfTrouble(access.trouble)
  return parts.troubles.pairState() === 'lost' ? 'tokens_lost' : 'active'
}

/**
 * The sentence that tells an operator what to do about the portal's state; null when there is nothing to do.
 */
export function remedyOfStatus(parts: StatusParts): string | null {
  const install = parts.state.install()
  const { application, hashes } = install
  const access = parts.troubles.current()
  switch (portalStatus(parts)) {
    case 'unfinished':
      return application?.finished === true && hashes.length === 0 ? NO_TOKEN_REMEDY : FINISH_REMEDY
    case 'portal_full':
      return FULL_REMEDY
    case 'active':
    case 'pending':
      return null
    case 'tokens_lost':
    case 'no_rights':
    case 'suspended':
    case 'uninstalled':
    case 'deleted':
      if (access === null && application === null) return null
      return remedyOfTrouble(access?.trouble ?? 'tokens_lost')
  }
}

const FULL_REMEDY =
  'The storage of the portal is full, and new events are refused: set MAX_LOG_BYTES, so that the oldest events make room, or a smaller RETENTION_DAYS'

const FINISH_REMEDY =
  "Bitrix24 sends nothing until the installation is finished: let an administrator open the application's page in the portal"

const NO_TOKEN_REMEDY =
  'The portal has not told its application token yet: install the application again, or let its page send APPLICATION_TOKEN'
