import { describe, expect, it } from 'vitest'
import {
  judgeWebhook,
  readingUrl,
  refusePin,
  webhookRule,
} from '../../../src/core/access/outgoing-webhook.ts'
import { DOMAIN, MEMBER_ID } from '../../support/identity.ts'

describe('webhookRule()', () => {
  it.each([
    ['*', 'any'],
    [MEMBER_ID, 'member'],
    [DOMAIN, 'domain'],
    ['acme.example:8443', 'domain'],
    [MEMBER_ID.slice(1), 'domain'],
    [`${MEMBER_ID}0`, 'domain'],
    [`0${MEMBER_ID}`, 'domain'],
    [MEMBER_ID.replace('a', 'g'), 'domain'],
    ['', 'domain'],
  ])('takes %j for %s', (portal, rule) => {
    expect(webhookRule(portal)).toBe(rule)
  })
})

describe('G7 trust: judgeWebhook()', () => {
  it.each([
    ['any portal in development', '*', null, 'yes'],
    ['the configured member_id', MEMBER_ID, null, 'yes'],
    ['the configured member_id, whatever its domain', MEMBER_ID, 'other.bitrix24.com', 'yes'],
    ['no other member_id', MEMBER_ID.replace('a', 'b'), null, 'no'],
    ['no other member_id, also when the domain is one', MEMBER_ID.replace('a', 'b'), DOMAIN, 'no'],
    ['the first portal that uses a domain', DOMAIN, null, 'pin_needed'],
    ['the portal whose install has the domain', DOMAIN, DOMAIN, 'yes'],
    ['that domain in any case', DOMAIN, 'Acme.Bitrix24.COM', 'yes'],
    ['no portal whose install has another domain', DOMAIN, 'evil.bitrix24.com', 'no'],
    ['no portal whose domain only ends like it', DOMAIN, `x${DOMAIN}`, 'no'],
    ['no portal on another port', DOMAIN, `${DOMAIN}:8443`, 'no'],
  ] as const)('lets a token speak for %s', (_name, portal, verifiedDomain, expected) => {
    expect(judgeWebhook(portal, { memberId: MEMBER_ID, verifiedDomain })).toBe(expected)
  })
})

describe('readingUrl()', () => {
  const rest = 'https://acme.bitrix24.com/rest/1/secret/'
  const portal = { memberId: MEMBER_ID, verifiedDomain: null }

  it.each([
    ['the address of an entry that has spoken', DOMAIN, rest, [DOMAIN], null, rest],
    ['none of an entry without an address', DOMAIN, null, [DOMAIN], null, null],
    ['none of an entry that has not spoken', DOMAIN, rest, [], null, null],
    ['none of a domain that is not the verified one', DOMAIN, rest, [DOMAIN], 'b.example', null],
  ])('gives %s', (_name, configured, address, noted, verifiedDomain, expected) => {
    const webhooks = [{ token: 't', portal: configured, rest: address }]
    expect(readingUrl(webhooks, { ...portal, verifiedDomain, noted })).toBe(expected)
  })
})

describe('refusePin()', () => {
  const MEMBER = 'a'.repeat(32)
  const portal = { memberId: MEMBER, verifiedDomain: null, hasEnded: false, portals: ['*'] }

  it.each<[string, Partial<Parameters<typeof refusePin>[1]>, unknown]>([
    ['nothing is known', {}, null],
    [
      'an installation of this domain has ended',
      { hasEnded: true, verifiedDomain: 'ACME.test' },
      null,
    ],
    [
      'one of another domain has ended',
      { hasEnded: true, verifiedDomain: 'b.test' },
      'ended_installation',
    ],
    ['one of an unknown domain has ended', { hasEnded: true }, 'ended_installation'],
    ['a destination names the portal', { portals: ['x', MEMBER.toUpperCase()] }, 'named_portal'],
    ['a destination matches the portal', { portals: ['a*'] }, null],
    ['the domain is verified', { verifiedDomain: 'acme.test', portals: [MEMBER] }, null],
    [
      'the domain was verified once',
      { hasEnded: true, verifiedDomain: 'acme.test', portals: [MEMBER] },
      'named_portal',
    ],
  ])('%s', (_, known, expected) => {
    expect(refusePin('acme.test', { ...portal, ...known })).toBe(expected)
  })
})
