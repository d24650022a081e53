/** The relay follows a portal only to an address that the OAuth server has named. */
import { expect, it } from 'vitest'
import type { AppInfo } from '../../../src/bitrix24/servers/oauth.ts'
import { newAddressOf } from '../../../src/bitrix24/installs/renamed-portal.ts'
import { CLIENT_ID, MEMBER_ID } from '../../support/identity.ts'

const KNOWN = {
  memberId: MEMBER_ID,
  clientId: CLIENT_ID,
  clientEndpoint: 'https://acme.bitrix24.com/rest/',
}

function anInfo(changes: Partial<AppInfo> = {}): AppInfo {
  return {
    memberId: KNOWN.memberId,
    clientId: KNOWN.clientId,
    domain: 'new-acme.bitrix24.com',
    clientEndpoint: 'https://new-acme.bitrix24.com/rest/',
    userId: 1,
    scope: 'crm',
    status: 'L',
    installed: true,
    expiresAt: null,
    ...changes,
  }
}

it('is the address that the OAuth server names for the same portal and application', () => {
  expect(newAddressOf(anInfo(), KNOWN, { allowLocal: false })).toEqual({
    domain: 'new-acme.bitrix24.com',
    clientEndpoint: 'https://new-acme.bitrix24.com/rest/',
  })
})

it.each<[string, Partial<AppInfo>]>([
  ['another portal', { memberId: '0'.repeat(32) }],
  ['another application', { clientId: 'local.other' }],
  ['the address that is known', { clientEndpoint: KNOWN.clientEndpoint }],
  ['the metadata service', { clientEndpoint: 'https://169.254.169.254/rest/' }],
  ['an address without encryption', { clientEndpoint: 'http://new-acme.bitrix24.com/rest/' }],
  ['no REST address', { clientEndpoint: 'https://new-acme.bitrix24.com/' }],
])('is none when it names %s', (_, changes) => {
  expect(newAddressOf(anInfo(changes), KNOWN, { allowLocal: false })).toBeNull()
})
