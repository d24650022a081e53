/**
 * Verifies an installation. Everything in it is a claim of its sender, so an OAuth server of the allow-list
 * is asked to whom the access token belongs, and portal, user, endpoint and domain are taken from that answer
 * alone. Nothing is sent to an OAuth server that is not on the list, even if the claim names it, and nothing
 * to a portal before the OAuth server has named its address (docs/bitrix24.md#install).
 */
import { compareClaims, isSystemUserOf } from './claims.ts'
import { chooseServers, confirmToken, MAX_SERVERS_ASKED, namesServer } from './confirm-token.ts'
import type { Confirmation, ConfirmDeps } from './confirm-token.ts'
import type { InstallRequest } from '../wire/request.ts'
import { checkEndpoint } from '../servers/rest-address.ts'
import { askTokenUser } from '../servers/token-user.ts'
import { hasCode, isTransient } from '../servers/rest-error.ts'
import type { RestError } from '../servers/rest-error.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { VerdictRefusal } from '../../core/access/installs/install-refusal.ts'

/** The server that gave no answer, or only asked to come back later. */
export type UnansweredReason = 'oauth_server_unanswered' | 'portal_unanswered'

/** A verified installation, in the words of the OAuth server and of the portal. */
export interface VerifiedInstall {
  readonly memberId: string
  readonly clientId: string
  /** The portal's host, with its port when there is one. */
  readonly domain: string
  /** The portal's REST address; the address policy allows it, and it ends with `/rest/`. */
  readonly clientEndpoint: string
  /** The OAuth server that confirmed the token, as it stands in the configuration. */
  readonly oauthUrl: string
  readonly userId: number
  readonly isAdmin: boolean
  /** Whether the portal has answered a call at its address. Otherwise only the OAuth server has named it. */
  readonly isReached: boolean
  readonly scope: string
  readonly status: string
  /** False until an application with an interface has finished its installation. */
  readonly installed: boolean
  /**
   * The user of the second pair of ONAPPUSERREADY, who is verified to belong to the same portal and
   * application; null for other installations. Only the sender claims that this is the system user, so
   * record it only if the sender may also set an application token.
   */
  readonly systemUserId: number | null
}

/** The decision. */
export type InstallVerdict =
  | { readonly kind: 'confirmed'; readonly install: VerifiedInstall }
  | { readonly kind: 'unknown_application'; readonly install: VerifiedInstall }
  | { readonly kind: 'refused'; readonly reason: VerdictRefusal }
  | { readonly kind: 'unanswered'; readonly reason: UnansweredReason }

/** The dependencies of a verification. */
export interface VerifyDeps extends ConfirmDeps {
  /** The client secrets by client id. */
  readonly applications: ReadonlyMap<string, string>
}

/** The confirmations of an installation: of its own token, and of the system user's where it brings one. */
export interface SenderConfirmation {
  readonly main: Confirmation
  readonly system: Confirmation | null
}

/** The verdict about an installation that no OAuth server has confirmed. */
type Unconfirmed = Extract<InstallVerdict, { kind: 'refused' | 'unanswered' }>

/** Decides whether an installation is true. The promise never rejects for an answer or for the network. */
export async function verifyInstall(
  request: InstallRequest,
  deps: VerifyDeps,
): Promise<InstallVerdict> {
  const confirmed = await confirmSender(request, deps)
  return confirmed.ok ? askPortal(request, confirmed.value, deps) : confirmed.error
}

/**
 * Asks the OAuth servers alone whether the claims of an installation agree with its tokens. This is the cheap
 * half of a verification: at most two calls. An ONAPPUSERREADY names the server of its pairs; one that names
 * none is asked about at the first server alone. It needs no object of the portal, so the edge can ask it before it
 * keeps anything of an installation that it cannot hand over.
 */
export async function confirmSender(
  request: InstallRequest,
  deps: ConfirmDeps,
): Promise<Result<SenderConfirmation, Unconfirmed>> {
  const { credentials } = request
  const systemUser = request.cause === 'user_ready' ? request.systemUser : null
  if (request.cause === 'user_ready' && systemUser === null) return refuse('system_user_missing')
  const servers = chooseServers(credentials, deps.oauthUrls)
  const systemServers = systemUser === null ? [] : chooseServers(systemUser, deps.oauthUrls)
  if (servers === null || systemServers === null) return refuse('foreign_oauth_server')

  // An installation costs two calls, whatever it brings. With a second pair one of the calls is for that pair. Both
  // users are of one portal, so the server of one pair knows the other one too.
  const mayAsk = systemUser === null ? MAX_SERVERS_ASKED : MAX_SERVERS_ASKED - 1
  const isNamedBySystem = systemUser !== null && namesServer(systemUser)
  const asked = !namesServer(credentials) && isNamedBySystem ? systemServers : servers
  const main = await confirmToken(credentials, asked.slice(0, mayAsk), deps)
  if (!main.ok) return judgeFailure(main.error, refusalOf(main.error))
  const { info } = main.value
  const mismatch = compareClaims(request, info, deps)
  if (mismatch !== null) return refuse(mismatch)
  if (checkEndpoint(info.clientEndpoint, deps.policy) === null) return refuse('unsafe_endpoint')
  if (systemUser === null) return ok({ main: main.value, system: null })

  const systemAsked = isNamedBySystem ? systemServers : [main.value.oauthUrl]
  const system = await confirmToken(systemUser, systemAsked, deps)
  if (!system.ok) {
    const isExpired = system.error.kind === 'expired'
    return judgeFailure(system.error, isExpired ? 'token_expired' : 'system_user_refused')
  }
  return isSystemUserOf(info, system.value.info, systemUser)
    ? ok({ main: main.value, system: system.value })
    : refuse('system_user_mismatch')
}

/** Asks the portal, at the address that the OAuth server has named, whether the user is an administrator. */
async function askPortal(
  { credentials }: InstallRequest,
  { main, system }: SenderConfirmation,
  deps: VerifyDeps,
): Promise<InstallVerdict> {
  const { info, oauthUrl } = main
  const user = await askTokenUser(info.clientEndpoint, credentials.accessToken, deps)
  // A token that expires between the two calls says nothing about the user; the OAuth server, asked again,
  // finds it expired too.
  if (!user.ok && (isTransient(user.error) || user.error.kind === 'expired')) {
    return { kind: 'unanswered', reason: 'portal_unanswered' }
  }
  const install: VerifiedInstall = {
    memberId: info.memberId,
    clientId: info.clientId,
    domain: info.domain,
    clientEndpoint: info.clientEndpoint,
    oauthUrl,
    userId: info.userId,
    isAdmin: user.ok && user.value.isAdmin && user.value.userId === info.userId,
    isReached: user.ok,
    scope: info.scope,
    status: info.status,
    installed: info.installed,
    systemUserId: system?.info.userId ?? null,
  }
  const configured = deps.applications.has(info.clientId)
  return { kind: configured ? 'confirmed' : 'unknown_application', install }
}

function judgeFailure(error: RestError, reason: VerdictRefusal): Result<never, Unconfirmed> {
  return isTransient(error)
    ? err({ kind: 'unanswered', reason: 'oauth_server_unanswered' })
    : refuse(reason)
}

function refusalOf(error: RestError): VerdictRefusal {
  switch (error.kind) {
    case 'expired':
      return 'token_expired'
    case 'uninstalled':
      return 'not_installed'
    case 'suspended':
      return 'suspended'
    case 'portal_deleted':
      return 'portal_deleted'
    case 'no_rights':
    case 'no_scope':
    case 'method_confirmation':
      return 'no_rights'
    case 'dead_token':
    case 'not_found':
    case 'refused':
    // `judgeFailure` has sorted out these two kinds before: a server that gave no answer has not refused.
    case 'rate_limited':
    case 'unreachable':
      return hasCode(error, 'inconsistent') ? 'inconsistent' : 'token_refused'
  }
}

function refuse(reason: VerdictRefusal): Result<never, Unconfirmed> {
  return err({ kind: 'refused', reason })
}
