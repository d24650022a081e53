/**
 * Decides whether a failed call says something about the relay's access to the whole portal, or only about
 * that one call. rest-error.ts classifies a code by itself; this file also looks at the method that was
 * called. Example: "access denied" means more for reading fields than for `user.get`.
 */
import { UNREADABLE_CODE, type AccessTrouble } from '../../core/access/access.ts'
import { hasCode, isClosed } from './rest-error.ts'
import type { OwnErrorCode, RestError } from './rest-error.ts'

// One field without read right is answered with an empty code. A denial with one of these codes concerns
// the whole portal, for example because its plan has no REST (docs/bitrix24.md#rest-errors).
const PORTAL_WIDE_DENIALS: ReadonlySet<string> = new Set([
  'access_denied',
  'user_access_error',
  'allowed_only_intranet_user',
  'invalid_credentials',
])

const REFUSED_SECRETS: ReadonlySet<string> = new Set(['invalid_client', 'wrong_client'])

/**
 * Returns the trouble that a failed refresh tells of; null when the failure says nothing about the portal.
 */
export function troubleOfRefresh(error: RestError): AccessTrouble | null {
  const { kind, code } = error
  switch (kind) {
    case 'dead_token':
    case 'expired':
      return code === UNREADABLE_CODE ? 'tokens_unreadable' : 'tokens_lost'
    case 'refused':
      if (REFUSED_SECRETS.has(code.toLowerCase())) return 'secret_refused'
      return hasCode(error, NOT_CONFIGURED) ? 'not_configured' : null
    case 'no_rights':
    case 'no_scope':
      return 'no_rights'
    case 'uninstalled':
    case 'suspended':
    case 'method_confirmation':
    case 'portal_deleted':
    case 'rate_limited':
    case 'not_found':
    case 'unreachable':
      return commonTrouble(error)
  }
}

/** The relay's own code for a pair whose application or OAuth server is not configured any more. */
export const NOT_CONFIGURED: OwnErrorCode = 'not_configured'

/** Returns the trouble that a failed call tells of; null when the failure concerns its method only. */
export function troubleOfCall(method: string, error: RestError): AccessTrouble | null {
  const { kind, code } = error
  // An administrator confirms methods one by one: a `user.get` that waits for this says nothing about reading fields.
  // Nor does a denial: `event.bind` uses one code for everything that only an administrator may do
  // (docs/bitrix24.md#rest-errors).
  const isReading = /^(?:crm\.|userfieldconfig\.|batch$)/.test(method)
  if (kind === 'method_confirmation' && !isReading) return null
  if (kind === 'no_rights' && isReading) {
    return PORTAL_WIDE_DENIALS.has(code.toLowerCase()) ? 'no_rights' : null
  }
  return commonTrouble(error)
}

function commonTrouble(error: RestError): AccessTrouble | null {
  switch (error.kind) {
    case 'uninstalled':
      return 'uninstalled'
    case 'suspended':
      return 'suspended'
    case 'method_confirmation':
      return 'method_confirmation'
    case 'portal_deleted':
      return 'deleted'
    case 'unreachable':
      return isClosed(error) ? 'closed' : null
    case 'expired':
    case 'dead_token':
    case 'no_rights':
    case 'no_scope':
    case 'rate_limited':
    case 'not_found':
    case 'refused':
      return null
  }
}
