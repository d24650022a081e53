/** The applications of the relay at Bitrix24, and the OAuth servers that may be asked about them. */
import * as v from 'valibot'
import { checkAddress, type AddressPolicy } from '../core/safety/address.ts'
import { noList, type SettingsReader } from './settings-reader.ts'

/** The OAuth servers of Bitrix24 (docs/bitrix24.md, "OAuth servers"). */
export const DEFAULT_OAUTH_URLS = [
  'https://oauth.bitrix.info',
  'https://oauth.bitrix24.tech',
] as const

const APPLICATIONS_FORM = 'Must be a JSON object of client id to client secret'

// Every schema has a message of its own. The library's own messages show the value, which is a secret here.
const ApplicationsSchema = v.pipe(
  noList(APPLICATIONS_FORM),
  v.record(
    v.pipe(v.string(APPLICATIONS_FORM), v.minLength(1, APPLICATIONS_FORM)),
    v.pipe(v.string(APPLICATIONS_FORM), v.minLength(1, APPLICATIONS_FORM)),
    APPLICATIONS_FORM,
  ),
)

/** Reads the applications, client id to client secret: BITRIX24_APPLICATIONS, and the one pair beside it. */
export function readApplications(reader: SettingsReader): ReadonlyMap<string, string> {
  const several = reader.parse('BITRIX24_APPLICATIONS', ApplicationsSchema)
  const applications = new Map(Object.entries(several ?? {}))
  const clientId = reader.text('BITRIX24_CLIENT_ID')
  const clientSecret = reader.text('BITRIX24_CLIENT_SECRET')
  if (clientId !== undefined && clientSecret !== undefined) applications.set(clientId, clientSecret)
  else if (clientId !== undefined) {
    reader.report('BITRIX24_CLIENT_SECRET', 'Must be set, as BITRIX24_CLIENT_ID is')
  } else if (clientSecret !== undefined) {
    reader.report('BITRIX24_CLIENT_ID', 'Must be set, as BITRIX24_CLIENT_SECRET is')
  }
  return applications
}

/** Reads BITRIX24_OAUTH_URLS; a wrong address is reported and left out. */
export function readOAuthUrls(reader: SettingsReader, policy: AddressPolicy): readonly string[] {
  const form = 'Must be a list of https URLs'
  const schema = v.pipe(
    v.array(v.string(form), form),
    v.minLength(1, 'Must name at least one server'),
  )
  const urls = reader.parse('BITRIX24_OAUTH_URLS', schema) ?? DEFAULT_OAUTH_URLS
  return urls.flatMap((url) => {
    const checked = checkAddress(url, policy)
    if (checked.ok) return [checked.value.origin]
    reader.report('BITRIX24_OAUTH_URLS', `Must hold https URLs of public hosts (${checked.error})`)
    return []
  })
}
