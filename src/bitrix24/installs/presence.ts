/**
 * Reads out of Bitrix24's answers whether the application is still installed in a portal. Only Bitrix24's own
 * word ends an installation: an expired or dead token, a closed portal or silence says nothing about it
 * (docs/bitrix24.md#update-and-uninstall).
 */
import type { Presence } from '../../core/access/installs/uninstall-notice.ts'
import type { Result } from '../../core/result.ts'
import type { RestError } from '../servers/rest-error.ts'

/** The codes with which a portal refuses a call of an application that it has. */
const CODES_OF_AN_INSTALLED: ReadonlySet<string> = new Set([
  'insufficient_scope',
  'user_access_error',
])

/** The portal's own word, by its answer to a call with the application's access token. */
export function presenceByPortal(answer: Result<unknown, RestError>): Presence {
  if (answer.ok) return 'installed'
  const { kind, code } = answer.error
  if (kind === 'uninstalled') return 'gone'
  return CODES_OF_AN_INSTALLED.has(code.toLowerCase()) ? 'installed' : 'unknown'
}

/**
 * The OAuth server's word, by its answer to a refresh. A fresh pair is no word about the portal: the portal
 * has to be asked with it.
 */
export function presenceByRefresh(answer: Result<unknown, RestError>): Presence {
  return !answer.ok && answer.error.kind === 'uninstalled' ? 'gone' : 'unknown'
}
