/** Some failures say something about the whole portal, and others only about one call. */
import { expect, it } from 'vitest'
import {
  NOT_CONFIGURED,
  troubleOfCall,
  troubleOfRefresh,
} from '../../../src/bitrix24/servers/access-trouble.ts'
import type { RestErrorKind } from '../../../src/bitrix24/servers/rest-error.ts'

const READ = 'crm.requisite.userfield.get'

function failed(kind: RestErrorKind, code = '') {
  return { kind, code, status: 400 }
}

it.each<[RestErrorKind, string, string | null]>([
  ['dead_token', 'invalid_grant', 'tokens_lost'],
  ['dead_token', 'unreadable_pair', 'tokens_unreadable'],
  ['expired', 'expired_token', 'tokens_lost'],
  ['refused', 'INVALID_CLIENT', 'secret_refused'],
  ['refused', 'wrong_client', 'secret_refused'],
  ['refused', NOT_CONFIGURED, 'not_configured'],
  ['refused', 'invalid_request', null],
  ['no_scope', 'invalid_scope', 'no_rights'],
  ['uninstalled', 'NOT_INSTALLED', 'uninstalled'],
  ['suspended', 'PAYMENT_REQUIRED', 'suspended'],
  ['portal_deleted', 'PORTAL_DELETED', 'deleted'],
  ['unreachable', 'timeout', null],
  ['unreachable', 'PORTAL_DELETED', 'closed'],
  ['rate_limited', '', null],
])('a refresh that fails with %s (%s) means %s', (kind, code, trouble) => {
  expect(troubleOfRefresh(failed(kind, code))).toBe(trouble)
})

it.each<[string, RestErrorKind, string, string | null]>([
  [READ, 'no_rights', 'ACCESS_DENIED', 'no_rights'],
  ['batch', 'no_rights', 'user_access_error', 'no_rights'],
  ['batch', 'no_rights', 'INVALID_CREDENTIALS', 'no_rights'],
  ['event.get', 'no_rights', 'INVALID_CREDENTIALS', null],
  [READ, 'unreachable', 'PORTAL_DELETED', 'closed'],
  [READ, 'unreachable', 'INTERNAL_SERVER_ERROR', null],
  // One field without read right.
  [READ, 'no_rights', '', null],
  // An event that only an administrator may bind.
  ['event.bind', 'no_rights', 'ACCESS_DENIED', null],
  ['user.get', 'no_rights', 'ACCESS_DENIED', null],
  ['userfieldconfig.get', 'method_confirmation', 'METHOD_CONFIRM_WAITING', 'method_confirmation'],
  ['user.get', 'method_confirmation', 'METHOD_CONFIRM_WAITING', null],
  ['event.get', 'suspended', 'PAYMENT_REQUIRED', 'suspended'],
  [READ, 'not_found', 'ERROR_NOT_FOUND', null],
  [READ, 'no_scope', 'insufficient_scope', null],
])('a call of %s that fails with %s (%s) means %s', (method, kind, code, trouble) => {
  expect(troubleOfCall(method, failed(kind, code))).toBe(trouble)
})
