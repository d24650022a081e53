/**
 * Guards against server-side request forgery: it decides whether an address may be called at all.
 *
 * The host is judged after `new URL`, which brings decimal, octal, hex, short, full-width and percent-encoded
 * forms of an address into one form. So send with the returned URL, never with the raw text. A name is judged
 * as a name: nobody can know here that `127.0.0.1.nip.io` leads to a private address. The platform refuses
 * such a name by the flag `global_fetch_strictly_public` (docs/cloudflare.md#fetch). Redirects must not be
 * followed.
 */
import { err, ok, type Result } from '../result.ts'
import { isOwnName, judgeName } from './host-name.ts'
import { carriedIpv4, isInside, parseIpRanges, parseIpv4, parseIpv6 } from './ip-address.ts'

/** The policy by which addresses are judged. */
export interface AddressPolicy {
  /** True allows http, any port and local addresses (`UNSAFE_ALLOW_LOCAL_ADDRESSES`). */
  readonly allowLocal: boolean
  /**
   * True allows addresses and names of the operator's own network, on any port (`allowPrivate` of one
   * destination). They need https, and loopback, link-local and metadata addresses stay refused.
   * @default false
   */
  readonly allowPrivate?: boolean
  /**
   * Further ports beside 443 and 8443 (`allowPorts` of one destination). Everything else stays refused.
   * @default []
   */
  readonly allowPorts?: readonly number[]
}

/**
 * The reason why an address is refused.
 * - `not_a_url`: not an absolute URL, or written so that two parsers could read different hosts.
 * - `not_https`: another scheme than https (or http, where local addresses are allowed).
 * - `user_info`: something stands before an `@` in the authority, even nothing.
 * - `unknown_port`: neither 443 nor 8443, nor a port that the policy allows.
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

/** The reasons that concern the host alone. */
type HostReason = Exclude<AddressReason, 'not_https' | 'user_info' | 'unknown_port'>

// `new URL` gives '' for 443. Self-hosted portals and receivers often use 8443 as a second https port. Any
// further port would be a way to reach services that are not meant for the web, so an operator has to allow it.
const KNOWN_PORTS: readonly string[] = ['', '8443']

// `new URL` drops tabs, line ends and outer blanks, and reads `\` as `/`. Other parsers do not, and attackers
// use such a difference to get past a guard. No proper URL holds these characters.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const AMBIGUOUS = /[\u0000-\u0020\u007f-\u009f\\]/

// The ranges of https://www.iana.org/assignments/iana-ipv4-special-registry without link-local (see below),
// and multicast. 192.88.99.x is the 6to4 relay (RFC 7526).
const PRIVATE_IPV4 = parseIpRanges(
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.0.0.0/24',
  '192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24',
  '224.0.0.0/4 240.0.0.0/4',
)

// Metadata services: link-local (AWS, Google, Azure, Oracle …), Alibaba, Oracle's former address, and the
// WireServer of Azure.
const METADATA_IPV4 = parseIpRanges(
  '169.254.0.0/16 100.100.100.200/32 192.0.0.192/32 168.63.129.16/32',
)

// The addresses of an own network: RFC 1918, and unique-local addresses (RFC 4193).
const OWN_IPV4 = parseIpRanges('10.0.0.0/8 172.16.0.0/12 192.168.0.0/16')
const OWN_IPV6 = parseIpRanges('fc00::/7')

const PUBLIC_IPV6 = parseIpRanges('2000::/3')

// The parts of 2000::/3 in which no receiver can be: IETF protocol assignments with Teredo, benchmarking and
// ORCHID, and documentation (RFC 3849, RFC 9637). A 6to4 address is judged by the IPv4 address in it.
const PRIVATE_IPV6 = parseIpRanges('2001::/23 2001:db8::/32 3fff::/20')

// Metadata services: link-local (OpenStack answers on fe80::a9fe:a9fe), AWS, Google and Scaleway.
const METADATA_IPV6 = parseIpRanges('fe80::/10 fd00:ec2::254/128 fd20:ce::254/128 fd00:42::42/128')

/**
 * Judges an address: once when it is configured, and again before each call. The result is the URL to send
 * with.
 *
 * With `allowLocal`, http, any port, private addresses and local names pass. With `allowPrivate` addresses
 * and names of the own network pass on any port. User info, other schemes and metadata services never pass.
 */
export function checkAddress(raw: string, policy: AddressPolicy): Result<URL, AddressReason> {
  if (AMBIGUOUS.test(raw) || !URL.canParse(raw)) return err('not_a_url')
  const url = new URL(raw)
  if (url.protocol !== 'https:' && !(policy.allowLocal && url.protocol === 'http:')) {
    return err('not_https')
  }
  // The authority is read from the raw text: `new URL` accepts `https:host` and `https:///host`, and it drops
  // an empty user info.
  const authority = /^https?:\/\/([^/?#]+)/i.exec(raw)?.[1]
  if (authority === undefined) return err('not_a_url')
  if (authority.includes('@')) return err('user_info')
  if (policy.allowPrivate === true && isOwnHost(url.hostname)) return ok(url)
  if (!policy.allowLocal && !isKnownPort(url.port, policy)) return err('unknown_port')
  const reason = judgeHost(url.hostname)
  if (reason === null || (policy.allowLocal && isLocalReason(reason))) return ok(url)
  return err(reason)
}

function isKnownPort(port: string, { allowPorts = [] }: AddressPolicy): boolean {
  return KNOWN_PORTS.includes(port) || allowPorts.includes(Number(port))
}

/** Whether a host belongs to the operator's own network. */
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

/** Whether an IPv6 address is one of an own network. One that carries an IPv4 address could lead anywhere. */
function isOwnIpv6(address: bigint): boolean {
  return isInside(address, OWN_IPV6) && carriedIpv4(address) === null
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
    // An IPv6 address that carries a public IPv4 address is refused too: no honest receiver has such an address.
    return judgeIpv4(carried) ?? 'private_address'
  }
  if (isInside(address, METADATA_IPV6)) return 'metadata_address'
  const isPublic = isInside(address, PUBLIC_IPV6) && !isInside(address, PRIVATE_IPV6)
  return isPublic ? null : 'private_address'
}
