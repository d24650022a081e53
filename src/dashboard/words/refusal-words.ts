/** Callers that were not let through, in words: what they wanted, why they were refused, and what to do about it. */
import {
  INSTALL_REFUSALS,
  remedyOfRefusal,
  type InstallRefusal,
} from '../../core/access/installs/install-refusal.ts'
import type { ListedRefusalReason, RefusedCallerRequest } from '../../core/refused-caller.ts'
import type { ReasonWords } from './reasons.ts'

const REQUESTS: Readonly<Record<RefusedCallerRequest, string>> = {
  event: 'An event',
  robot: 'A hint of a robot',
  install: 'An installation',
  uninstall: 'An uninstallation',
  notice: 'A notice of the application',
  unknown: 'A call that does not say what it wants',
}

/** The request of a refused caller, as the beginning of a sentence. */
export function requestWords(request: RefusedCallerRequest): string {
  return Object.hasOwn(REQUESTS, request) ? REQUESTS[request] : 'A call'
}

const CALLERS: Readonly<Record<Exclude<ListedRefusalReason, InstallRefusal>, ReasonWords>> = {
  wrong_token: {
    meaning: 'The portal is known, and this token does not speak for it',
    remedy:
      'Compare OUTGOING_WEBHOOK_TOKENS with the token that the portal shows, character by character',
  },
  unknown_portal: {
    meaning: 'Nothing is known of the portal',
    remedy:
      'Install the application there, or configure the token of its outgoing webhook. Where you have configured it, compare it with the one that the portal shows, character by character. Nothing is to be done where you know no such portal',
  },
  wrong_address: {
    meaning: 'The address of the robot is cut off, or was replaced or removed',
    remedy:
      'Make a new address for robots, and put it into the robot. Nothing is to be done where you know no such robot',
  },
  missing_credentials: {
    meaning: 'The call brings no tokens, so it does not come from an installation',
    remedy: "Let an administrator open the application's page in the portal",
  },
  misconfigured: {
    meaning: 'Nothing is configured by which a portal could be verified',
    remedy: 'Correct what the overview names as wrong',
  },
  too_many_requests: {
    meaning: 'The caller was refused so often that it has to wait',
    remedy: 'Wait a minute; then look for its first reason in the list',
  },
}

const INSTALLS: Readonly<Record<InstallRefusal, string>> = {
  foreign_oauth_server: 'The request names an OAuth server that is not allowed',
  token_refused: 'Bitrix24 does not know the access token',
  token_expired: 'The access token is older than an hour',
  not_installed: 'Bitrix24 says that the application is not installed there',
  suspended: 'The plan of the portal has ended, or does not allow REST',
  portal_deleted: 'Bitrix24 says that the portal is closed',
  no_rights: 'The user of the token may not use the application',
  inconsistent: 'The answer of the OAuth server contradicts itself',
  member_mismatch: 'The token belongs to another portal',
  user_mismatch: 'The token belongs to another user',
  domain_mismatch: 'The token belongs to a portal with another address',
  unsafe_endpoint: 'The address of the portal is not a public https address',
  system_user_missing: 'It came without the tokens of the system user',
  system_user_refused: 'Bitrix24 does not know the tokens of the system user',
  system_user_mismatch:
    'The tokens of the system user belong to another portal or another application',
  late: 'An uninstallation came after it',
  not_administrator:
    'A user without the rights of an administrator brought a new application token',
  another_application: 'Another configured application speaks for this portal already',
  no_key: 'It would have to wait, and TOKEN_KEYS is missing',
  too_many_waiting: 'Too many installations of this portal wait',
}

/** Tells in words why a caller was not let through; a word of another release stands for itself. */
export function explainRefusal(reason: ListedRefusalReason): ReasonWords {
  if (isInstallRefusal(reason)) {
    return { meaning: INSTALLS[reason], remedy: remedyOfRefusal(reason) }
  }
  return Object.hasOwn(CALLERS, reason)
    ? CALLERS[reason]
    : { meaning: reason, remedy: 'See docs/troubleshooting.md' }
}

function isInstallRefusal(reason: ListedRefusalReason): reason is InstallRefusal {
  const refusals: readonly string[] = INSTALL_REFUSALS
  return refusals.includes(reason)
}
