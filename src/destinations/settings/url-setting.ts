/** The setting `url`, which every receiver has: its check, and its secret parts. */
import { checkAddress, type AddressPolicy, type AddressReason } from '../../core/safety/address.ts'
import { err, type Result } from '../../core/result.ts'
import type { SettingProblem } from './setting-problem.ts'

const PROBLEMS: Readonly<Record<AddressReason, string>> = {
  not_a_url: 'Must be an absolute https URL',
  not_https: 'Must begin with https://',
  user_info: 'Must hold no user name and no password',
  unknown_port: 'Must use port 443 or 8443',
  private_address: 'Must name a public host as private addresses are refused',
  metadata_address: 'Must name a public host as metadata services are refused',
  local_name: 'Must name a public host as local names are refused',
  not_a_public_name: 'Must name a public host with its full domain',
}

/** Checks the setting `url`; the problem never contains its value. */
export function readUrl(value: unknown, policy: AddressPolicy): Result<URL, SettingProblem> {
  if (value === undefined || value === null || value === '') return problem('Must be set to a URL')
  if (typeof value !== 'string') return problem('Must be a string that holds an https URL')
  const checked = checkAddress(value, policy)
  return checked.ok ? checked : problem(PROBLEMS[checked.error])
}

/** Whether a host passes only where local addresses are allowed. */
export function isLocalHost(url: URL): boolean {
  return !checkAddress(`https://${url.hostname}/`, { allowLocal: false }).ok
}

/**
 * The parts of a URL that must not come back in the text of an answer: the whole URL, its path with the query,
 * and each part that is long enough to be a token by itself.
 */
export function secretsOfUrl(url: URL): readonly string[] {
  const segments = url.pathname.split('/').filter(isLikeToken)
  const values = [...url.searchParams.values()].filter((value) => value.length >= 6)
  // `?key` alone is a value without a name.
  const keys = [...url.searchParams].filter(([key, value]) => value === '' && key.length >= 6)
  const path = url.pathname + url.search
  const named = [...values, ...keys.map(([key]) => key)]
  const parts = [url.href, ...(path === '/' ? [] : [path]), ...segments, ...named]
  // A receiver may repeat a part in its decoded form.
  return [...new Set([...parts, ...segments.map(decode)])]
}

/**
 * A part counts as a token when it is long, or shorter with a digit in it: words such as `services` stay
 * readable.
 */
function isLikeToken(segment: string): boolean {
  return segment.length >= 12 || (segment.length >= 9 && /\d/.test(segment))
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // A URIError: the percent sign encodes nothing.
    return segment
  }
}

function problem(text: string): Result<never, SettingProblem> {
  return err({ setting: 'url', problem: text })
}
