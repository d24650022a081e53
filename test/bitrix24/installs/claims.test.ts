import { describe, expect, test } from 'vitest'
import { compareClaims, isSystemUserOf } from '../../../src/bitrix24/installs/claims.ts'
import type { ClaimMismatch } from '../../../src/bitrix24/installs/claims.ts'
import type { AppInfo } from '../../../src/bitrix24/servers/oauth.ts'
import {
  credentials,
  ENDPOINT,
  INFO,
  install,
  TECH,
  VERIFIED,
} from '../../support/network/install-servers.ts'

const DEPS = { oauthUrls: [INFO, TECH] }

/** The OAuth server's answer about the token that `install()` presents. */
function anAnswer(changes: Partial<AppInfo> = {}): AppInfo {
  const { memberId, clientId, domain, userId, scope, status, installed } = VERIFIED
  const known = { memberId, clientId, domain, userId, scope, status, installed }
  return { ...known, clientEndpoint: ENDPOINT, expiresAt: null, ...changes }
}

describe('compareClaims()', () => {
  test.for<[string, Partial<AppInfo>, ClaimMismatch | null]>([
    ['nothing, when all agree', {}, null],
    ['another portal', { memberId: '0'.repeat(32) }, 'member_mismatch'],
    ['another user', { userId: 2 }, 'user_mismatch'],
    ['another host', { domain: 'other.bitrix24.com' }, 'domain_mismatch'],
    ['the portal before the user', { memberId: '0'.repeat(32), userId: 2 }, 'member_mismatch'],
    ['the user before the host', { userId: 2, domain: 'x.bitrix24.com' }, 'user_mismatch'],
  ])('finds %s', ([, changes, expected]) => {
    const request = install({ userId: 1, domain: 'acme.bitrix24.com' })
    expect(compareClaims(request, anAnswer(changes), DEPS)).toBe(expected)
  })

  test('asks nothing of a user that the request does not claim', () => {
    expect(compareClaims(install({ userId: null }), anAnswer({ userId: 7 }), DEPS)).toBe(null)
  })

  test.for<[string, string | null, string | null, boolean]>([
    ['the endpoint alone', 'https://acme.bitrix24.com/rest/', null, true],
    ['the domain alone', null, 'acme.bitrix24.com', true],
    ['both in other case', 'https://ACME.bitrix24.com/rest/', 'Acme.Bitrix24.Com', true],
    ['a default port', 'https://acme.bitrix24.com:443/rest/', null, true],
    ['one right of two', 'https://acme.bitrix24.com/rest/', 'acme.bitrix24.ru', true],
    ['the other right of two', 'https://acme.bitrix24.ru/rest/', 'acme.bitrix24.com', true],
    ['the host of an OAuth server', null, 'oauth.bitrix24.tech', true],
    ['empty text', '', '', true],
    ['a wrong endpoint', 'https://evil.example/rest/', null, false],
    ['a wrong endpoint and an OAuth host', 'https://evil.example/', 'oauth.bitrix.info', false],
    ['a wrong domain', null, 'evil.example', false],
    ['two wrong ones', 'https://evil.example/rest/', 'evil.example', false],
    ['a foreign port', 'https://acme.bitrix24.com:8443/rest/', null, false],
    ['a domain with a foreign port', null, 'acme.bitrix24.com:8443', false],
    ['an unreadable endpoint', 'garbage', null, false],
    ['a bare host as endpoint', 'acme.bitrix24.com', null, false],
    ['an unreadable domain', null, 'acme.bitrix24.com/../x y', false],
    ['user info before a foreign host', 'https://acme.bitrix24.com@evil.example/', null, false],
  ])('compares the hosts claimed: %s', ([, clientEndpoint, domain, agrees]) => {
    const request = install({ clientEndpoint, domain })
    expect(compareClaims(request, anAnswer(), DEPS)).toBe(agrees ? null : 'domain_mismatch')
  })
})

describe('isSystemUserOf()', () => {
  const SYSTEM = anAnswer({ userId: 512 })

  test.for<[string, Partial<AppInfo>, number | null, boolean]>([
    ['the claimed user of the same portal and application', {}, 512, true],
    ['a user that is not claimed', {}, null, true],
    ['another user than the claimed one', {}, 513, false],
    ['a user of another portal', { memberId: '0'.repeat(32) }, 512, false],
    ['a user of another application', { clientId: 'local.other' }, 512, false],
  ])('judges %s', ([, changes, userId, expected]) => {
    const claim = credentials({ userId })
    expect(isSystemUserOf(anAnswer(), { ...SYSTEM, ...changes }, claim)).toBe(expected)
  })
})
