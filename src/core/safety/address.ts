/**
 * The guard against server-side request forgery: whether an address may be called at all. The host is
 * judged after `new URL`, which folds decimal, octal, hex, short, full-width and percent-encoded forms
 * into one, so send with the returned URL and never with the raw text. Names are judged as names: what
 * they resolve to (`127.0.0.1.nip.io`, rebinding) cannot be known here and is left to the platform
 * (`global_fetch_strictly_public`). Redirects must not be followed.
 */
import { err, ok, type Result } from '../result.ts'
import { carriedIpv4, isInside, parseIpRanges, parseIpv4, parseIpv6 } from './ip-address.ts'

/** How strictly addresses are judged. */
export interface AddressPolicy {
  /** True lets http and loopback through (`UNSAFE_ALLOW_LOCAL_ADDRESSES`). */
  readonly allowLocal: boolean
  /**
   * True lets the own network's addresses and names through, on any port: https only, and never
   * loopback, link-local or metadata (`allowPrivate` of one destination). @default false
   */
  readonly allowPrivate?: boolean
}

/**
 * Why an address is refused.
 * - `not_a_url`: not an absolute URL, or written so that two parsers could read different hosts.
 * - `not_https`: another scheme than https (or http, where local addresses are allowed).
 * - `user_info`: something stands before an `@` in the authority, even nothing.
 * - `unknown_port`: neither 443 nor 8443.
 * - `private_address`: an IP literal that is not a public unicast address.
 * - `metadata_address`: link-local, or a cloud's metadata service; refused under every policy.
 * - `local_name`: localhost or a name under a suffix of private networks.
 * - `not_a_public_name`: a name without a public suffix, for example a single label.
 */
export type AddressReason =
  | 'not_a_url'
  | 'not_https'
  | 'user_info'
  | 'unknown_port'
  | 'private_address'
  | 'metadata_address'
  | 'local_name'
  | 'not_a_public_name'

/** The reasons that lie in the host alone. */
type HostReason = Exclude<AddressReason, 'not_https' | 'user_info' | 'unknown_port'>

// 443 reads as '' after parsing. 8443 is the usual second https port of self-hosted portals and
// receivers; every further port would be a way to talk to services that are not meant for the web.
const KNOWN_PORTS: readonly string[] = ['', '8443']

// `new URL` drops tabs, line ends and outer blanks and reads `\` as `/`; other parsers do not, and a
// difference between two parsers is how guards are passed. A proper URL holds none of these.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const AMBIGUOUS = /[\u0000-\u0020\u007f-\u009f\\]/

// https://www.iana.org/assignments/iana-ipv4-special-registry without link-local (see below), and
// multicast. 192.88.99.x is the 6to4 relay (RFC 7526).
const PRIVATE_IPV4 = parseIpRanges(
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.0.0.0/24',
  '192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24',
  '224.0.0.0/4 240.0.0.0/4',
)

// Link-local (AWS, Google, Azure, Oracle …), Alibaba, Oracle's former address, Azure's WireServer.
const METADATA_IPV4 = parseIpRanges(
  '169.254.0.0/16 100.100.100.200/32 192.0.0.192/32 168.63.129.16/32',
)

// What a network may number itself with: RFC 1918, and unique-local addresses (RFC 4193).
const OWN_IPV4 = parseIpRanges('10.0.0.0/8 172.16.0.0/12 192.168.0.0/16')
const OWN_IPV6 = parseIpRanges('fc00::/7')

const PUBLIC_IPV6 = parseIpRanges('2000::/3')

// Parts of 2000::/3 that are no receivers: IETF protocol assignments with Teredo, benchmarking and
// ORCHID; documentation (RFC 3849, RFC 9637). 6to4 is judged by the address that it carries.
const PRIVATE_IPV6 = parseIpRanges('2001::/23 2001:db8::/32 3fff::/20')

// Link-local (OpenStack answers on fe80::a9fe:a9fe), AWS, Google, Scaleway.
const METADATA_IPV6 = parseIpRanges('fe80::/10 fd00:ec2::254/128 fd20:ce::254/128 fd00:42::42/128')

// RFC 6761 and 6762 (appendix G), RFC 8375, RFC 9476, ICANN's collision list, and what resolvers of
// containers serve. `.test`, `.invalid` and `.example` resolve nowhere, so they need no refusal.
const LOCAL_SUFFIXES: ReadonlySet<string> = new Set(
  (
    'localhost localdomain local internal intranet private corp home lan onion arpa alt ' +
    'svc consul docker'
  ).split(' '),
)

// Of these, what a network may name itself with: `.local`, `.internal` and RFC 6762 (appendix G).
const OWN_SUFFIXES: ReadonlySet<string> = new Set(
  'local internal intranet private corp home lan'.split(' '),
)

// Names under suffixes of one's own, or without any, that lead back to the machine itself: /etc/hosts
// of Debian and Red Hat, and Docker's names for its host.
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

/**
 * Judges an address before it is configured and again before it is called.
 *
 * With `allowLocal`, http, any port, private addresses and local names pass; with `allowPrivate` those
 * of the own network pass on any port. User info, other schemes and metadata services never do. The
 * result is the URL to send with.
 */
export function checkAddress(raw: string, policy: AddressPolicy): Result<URL, AddressReason> {
  if (AMBIGUOUS.test(raw) || !URL.canParse(raw)) return err('not_a_url')
  const url = new URL(raw)
  if (url.protocol !== 'https:' && !(policy.allowLocal && url.protocol === 'http:')) {
    return err('not_https')
  }
  // Read from the raw text: `https:host` and `https:///host` parse, and an empty user info is dropped.
  const authority = /^https?:\/\/([^/?#]+)/i.exec(raw)?.[1]
  if (authority === undefined) return err('not_a_url')
  if (authority.includes('@')) return err('user_info')
  if (policy.allowPrivate === true && isOwnHost(url.hostname)) return ok(url)
  if (!policy.allowLocal && !KNOWN_PORTS.includes(url.port)) return err('unknown_port')
  const reason = judgeHost(url.hostname)
  if (reason === null || (policy.allowLocal && isLocalReason(reason))) return ok(url)
  return err(reason)
}

/** Whether a host that is refused otherwise belongs to the own network. */
function isOwnHost(hostname: string): boolean {
  const reason = judgeHost(hostname)
  switch (reason) {
    case 'private_address':
      return hostname.startsWith('[')
        ? isOwnIpv6(parseIpv6(hostname.slice(1, -1)))
        : isInside(parseIpv4(hostname), OWN_IPV4)
    case 'local_name':
    case 'not_a_public_name':
      return isOwnName(hostname)
    case 'not_a_url':
    case 'metadata_address':
    case null:
      return false
  }
}

/** One that carries an IPv4 address may lead to any of them. */
function isOwnIpv6(address: bigint): boolean {
  return isInside(address, OWN_IPV6) && carriedIpv4(address) === null
}

/** A name that has been judged to be no public one. */
function isOwnName(hostname: string): boolean {
  const labels = labelsOf(hostname)
  if (isUnder(labels.join('.'), LOOPBACK_NAMES)) return false
  // Whatever domain is put behind them.
  if (['localhost', 'loopback', 'metadata'].includes(labels[0] ?? '')) return false
  const suffix = labels.at(-1) ?? ''
  // A single label that is a suffix of private networks is nobody's host.
  if (LOCAL_SUFFIXES.has(suffix)) return labels.length > 1 && OWN_SUFFIXES.has(suffix)
  return labels.length === 1
}

function isLocalReason(reason: HostReason): boolean {
  return reason === 'private_address' || reason === 'local_name' || reason === 'not_a_public_name'
}

function judgeHost(hostname: string): HostReason | null {
  if (hostname.startsWith('[')) return judgeIpv6(parseIpv6(hostname.slice(1, -1)))
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname)) return judgeIpv4(parseIpv4(hostname))
  return judgeName(hostname)
}

function judgeIpv4(address: bigint): HostReason | null {
  if (isInside(address, METADATA_IPV4)) return 'metadata_address'
  return isInside(address, PRIVATE_IPV4) ? 'private_address' : null
}

function judgeIpv6(address: bigint): HostReason | null {
  const carried = carriedIpv4(address)
  if (carried !== null) {
    // Even a public IPv4 address is refused here: no honest receiver is written like this.
    return judgeIpv4(carried) ?? 'private_address'
  }
  if (isInside(address, METADATA_IPV6)) return 'metadata_address'
  const isPublic = isInside(address, PUBLIC_IPV6) && !isInside(address, PRIVATE_IPV6)
  return isPublic ? null : 'private_address'
}

function judgeName(hostname: string): HostReason | null {
  const labels = labelsOf(hostname)
  const name = labels.join('.')
  if (name.length > 253 || !labels.every((label) => LABEL.test(label))) return 'not_a_url'
  if (isUnder(name, METADATA_NAMES)) return 'metadata_address'
  const suffix = labels.at(-1) ?? ''
  if (LOCAL_SUFFIXES.has(suffix)) return 'local_name'
  return labels.length > 1 && PUBLIC_SUFFIX.test(suffix) ? null : 'not_a_public_name'
}

function labelsOf(hostname: string): readonly string[] {
  return (hostname.endsWith('.') ? hostname.slice(0, -1) : hostname).split('.')
}

function isUnder(name: string, list: readonly string[]): boolean {
  return list.some((known) => name === known || name.endsWith(`.${known}`))
}
