/**
 * Judges host names by their words alone: nobody can know here where a name leads. The names are those that
 * `new URL` has made: in lower case, with `xn--` for international letters.
 */

/**
 * The reason why a host name is refused.
 * - `not_a_url`: no host has such a name.
 * - `metadata_address`: the name of a cloud's metadata service.
 * - `local_name`: localhost, or a name under a suffix of private networks.
 * - `not_a_public_name`: a name without a public suffix, for example a single label.
 */
export type NameReason = 'not_a_url' | 'metadata_address' | 'local_name' | 'not_a_public_name'

// The suffixes of private networks: RFC 6761, RFC 6762 (appendix G), RFC 8375, RFC 9476, ICANN's list of
// name collisions, and suffixes that resolvers of containers serve. `.test`, `.invalid` and `.example`
// resolve nowhere, so nothing has to be refused there.
const LOCAL_SUFFIXES: ReadonlySet<string> = new Set(
  (
    'localhost localdomain local internal intranet private corp home lan onion arpa alt ' +
    'svc consul docker'
  ).split(' '),
)

// The ones among them by which an own network names its hosts: `.local`, `.internal` and RFC 6762 (appendix
// G).
const OWN_SUFFIXES: ReadonlySet<string> = new Set(
  'local internal intranet private corp home lan'.split(' '),
)

// Names without a suffix, or with one of an own network, that lead back to the machine itself: those in
// /etc/hosts of Debian and Red Hat, and Docker's names for its host.
const LOOPBACK_NAMES: readonly string[] = [
  'localhost4',
  'localhost6',
  'ip6-localhost',
  'ip6-loopback',
  'loopback',
  'docker.internal',
  'containers.internal',
  'localhost.internal',
  'localhost.local',
  'localhost.lan',
]

const METADATA_NAMES: readonly string[] = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
  'rancher-metadata',
  'metadata.tencentyun.com',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'metadata.cloud.ibm.com',
]

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/
const PUBLIC_SUFFIX = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/

/** Returns the reason to refuse a name; null for a public one. */
export function judgeName(hostname: string): NameReason | null {
  const labels = labelsOf(hostname)
  const name = labels.join('.')
  if (name.length > 253 || !labels.every((label) => LABEL.test(label))) return 'not_a_url'
  if (isUnder(name, METADATA_NAMES)) return 'metadata_address'
  const suffix = labels.at(-1) ?? ''
  if (LOCAL_SUFFIXES.has(suffix)) return 'local_name'
  return labels.length > 1 && PUBLIC_SUFFIX.test(suffix) ? null : 'not_a_public_name'
}

/** Whether a name that is not public may be one of the own network. */
export function isOwnName(hostname: string): boolean {
  const labels = labelsOf(hostname)
  if (isUnder(labels.join('.'), LOOPBACK_NAMES)) return false
  // These names are refused with any domain behind them.
  if (['localhost', 'loopback', 'metadata'].includes(labels[0] ?? '')) return false
  const suffix = labels.at(-1) ?? ''
  // A suffix of private networks that stands alone is no host.
  if (LOCAL_SUFFIXES.has(suffix)) return labels.length > 1 && OWN_SUFFIXES.has(suffix)
  return labels.length === 1
}

function labelsOf(hostname: string): readonly string[] {
  return (hostname.endsWith('.') ? hostname.slice(0, -1) : hostname).split('.')
}

function isUnder(name: string, list: readonly string[]): boolean {
  return list.some((known) => name === known || name.endsWith(`.${known}`))
}
