/**
 * The settings of Cloudflare Access. The people whom it lets through open the admin surface beside the holder of
 * ADMIN_TOKEN.
 */
import type { AdminAccess } from '../http/admin/admission/access-token.ts'
import type { SettingsReader } from './settings-reader.ts'

const TEAM_DOMAIN = /^(?:https:\/\/)?([a-z0-9][a-z0-9-]{0,62}\.cloudflareaccess\.com)\/?$/iu
const AUDIENCE = /^[a-z0-9]{16,128}$/iu

/** Reads ACCESS_TEAM_DOMAIN and ACCESS_AUD; null when Access is not used, or cannot be. */
export function readAdminAccess(reader: SettingsReader): AdminAccess | null {
  const domain = reader.text('ACCESS_TEAM_DOMAIN')
  const audience = reader.text('ACCESS_AUD')
  if (domain === undefined && audience === undefined) return null
  const host = TEAM_DOMAIN.exec(domain ?? '')?.[1] ?? null
  const isAudience = AUDIENCE.test(audience ?? '')
  if (host === null) {
    reader.report(
      'ACCESS_TEAM_DOMAIN',
      'Must be the team domain of Cloudflare Access, such as acme.cloudflareaccess.com',
    )
  }
  if (!isAudience) {
    reader.report('ACCESS_AUD', 'Must be the audience tag of the application in Cloudflare Access')
  }
  if (host === null || audience === undefined || !isAudience) return null
  return { issuer: `https://${host.toLowerCase()}`, audience }
}
