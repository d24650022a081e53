/**
 * A caller that was not let through, as the operator sees it: enough to find a wrong character in a setting, and
 * neither a token nor anything of the body. Pure.
 */
import type { InstallRefusal } from './access/installs/install-refusal.ts'

/** The request of the caller; a `robot` has called an address of robots. */
export type RefusedCallerRequest =
  | 'event'
  | 'robot'
  | 'install'
  | 'uninstall'
  | 'notice'
  | 'unknown'

/**
 * The reason for which the edge or the portal's object refused the caller. For an installation it names the check
 * that has failed.
 */
export type RefusedCallerReason =
  | 'untrusted'
  | 'too_many_requests'
  | 'misconfigured'
  | 'missing_credentials'
  | InstallRefusal

/** One refusal, as the edge notes it. */
export interface RefusedCaller {
  /** Unix milliseconds. */
  readonly at: number
  /** The first 24 bits of an IPv4 address, or 48 of an IPv6 one. */
  readonly network: string
  /** Null when the request names no portal. */
  readonly memberId: string | null
  readonly request: RefusedCallerRequest
  readonly reason: RefusedCallerReason
}

/** A refusal as the directory lists it. */
export interface ListedRefusal extends RefusedCaller {
  /** Whether the portal that the caller names is known: then its token is wrong, and no stranger calls. */
  readonly isKnown: boolean
}

/** The reason as the list tells it: a token that is not trusted is wrong in a way that has a remedy of its own. */
export type ListedRefusalReason =
  | Exclude<RefusedCallerReason, 'untrusted'>
  | 'wrong_token'
  | 'unknown_portal'
  | 'wrong_address'

/** The reason that the list tells. The token of a robot is its address. */
export function listedReason({
  reason,
  request,
  isKnown,
}: Pick<ListedRefusal, 'reason' | 'request' | 'isKnown'>): ListedRefusalReason {
  if (reason !== 'untrusted') return reason
  if (request === 'robot') return 'wrong_address'
  return isKnown ? 'wrong_token' : 'unknown_portal'
}

/** The network of a caller in the usual notation; its part comes from `networkOf`. */
export function networkText(part: string): string {
  if (part.includes(':')) return `${part}::/48`
  return part.split('.').length === 3 ? `${part}.0/24` : part
}
