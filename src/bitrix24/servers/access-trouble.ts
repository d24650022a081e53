/**
 * Which failures say something about the access to the whole portal, and which only about one call. The
 * table of documented codes is in rest-error.ts; what is decided here is where a code was answered.
 */
import type { AccessTrouble } from '../../core/access/access.ts'
import { hasCode } from './rest-error.ts'
import type { OwnErrorCode, RestError } from './rest-error.ts'

// A field without read right answers "Access denied" with an empty code; a whole plan names its code.
const PORTAL_WIDE_DENIALS: ReadonlySet<string> = new Set([
  'access_denied',
  'user_access_error',
  'allowed_only_intranet_user',
])

const REFUSED_SECRETS: ReadonlySet<string> = new Set(['invalid_client', 'wrong_client'])

/** What a failed refresh means for the portal; null for one that says nothing about it. */
export function troubleOfRefresh(error: RestError): AccessTrouble | null {
  const { kind, code } = error
  switch (kind) {
    case 'dead_token':
    case 'expired':
      return 'tokens_lost'
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
      return commonTrouble(kind)
  }
}

/** Our own code for an application or OAuth server that is not configured any more. */
export const NOT_CONFIGURED: OwnErrorCode = 'not_configured'

/** What a failed call means for the portal; null for one that concerns its method only. */
export function troubleOfCall(method: string, { kind, code }: RestError): AccessTrouble | null {
  // An administrator confirms single methods: `user.get` that waits says nothing of reading fields.
  // So does a denial: event.bind denies what only an administrator may do with the same code.
  const isReading = /^(?:crm\.|userfieldconfig\.|batch$)/.test(method)
  if (kind === 'method_confirmation' && !isReading) return null
  if (kind === 'no_rights' && isReading) {
    return PORTAL_WIDE_DENIALS.has(code.toLowerCase()) ? 'no_rights' : null
  }
  return commonTrouble(kind)
}

function commonTrouble(kind: RestError['kind']): AccessTrouble | null {
  switch (kind) {
    case 'uninstalled':
      return 'uninstalled'
    case 'suspended':
      return 'suspended'
    case 'method_confirmation':
      return 'method_confirmation'
    case 'portal_deleted':
      return 'deleted'
    case 'expired':
    case 'dead_token':
    case 'no_rights':
    case 'no_scope':
    case 'rate_limited':
    case 'not_found':
    case 'refused':
    case 'unreachable':
      return null
  }
}
