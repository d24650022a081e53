/** The copy of an install in KV: what is in it, and when KV has to hold another one. */
import { describe, expect, it } from 'vitest'
import { NO_INSTALL, type InstallState } from '../../../../src/core/access/installs/install.ts'
import { copyOf, noteCopy } from '../../../../src/core/access/installs/install-copy.ts'
import { anApplication, anInstall } from '../../../support/builders/an-install.ts'
import { NOW } from '../../../support/time.ts'

const FULL: InstallState = {
  ...anInstall({ tokens: 'sealed', systemTokens: 'sealed-too' }),
  installTs: 1,
  uninstallTs: 2,
  uninstallNotice: { ts: 3, clean: true, receivedAt: NOW, nextAskAt: NOW, denied: false },
  hashes: [{ hash: 'h', until: null }],
  tokenTs: 4,
  webhooks: [{ hash: 'w', portal: 'acme.bitrix24.com', since: NOW, pinId: 'p' }],
  formerPins: [{ pinId: 'q', portal: 'former.bitrix24.com', since: NOW }],
  handlerUrl: 'https://relay.example.com/bitrix24/events',
  subscriptions: { ...NO_INSTALL.subscriptions, checkedAt: NOW, hosts: ['relay.example.com'] },
  erased: 5,
  erasedUpTo: NOW,
  endedTokens: [{ hash: 'e', endedAt: NOW }],
  formerDomain: 'former.bitrix24.com',
  endedDomain: 'ended.bitrix24.com',
  domainHolder: { domain: 'acme.bitrix24.com', memberId: 'a'.repeat(32) },
  domains: [{ from: 1, domain: 'acme.bitrix24.com' }],
}

describe('copyOf()', () => {
  it('holds everything that trust and identity rest on, and no pair', () => {
    const { application, subscriptions, ...copied } = FULL
    const { generation, lastSequence, otherApplication, access, ...rest } = copied
    const { refused, recovery, kvDirty, ...members } = rest
    expect(copyOf(FULL)).toEqual({
      ...members,
      application: { ...application, tokens: null, systemTokens: null },
      subscriptions: { hosts: subscriptions.hosts },
    })
    // These are shown to the operator only, or stand beside the copy, or are found anew.
    expect([generation, lastSequence, otherApplication, access]).toEqual([0, 0, null, null])
    expect([refused.count, recovery, kvDirty]).toEqual([0, null, false])
  })

  it('gives the same text, in whatever order an application was written', () => {
    const turned = Object.fromEntries(Object.entries(anApplication()).toReversed())
    // Sound: the same members in another order.
    const other = { ...FULL, application: turned as unknown as InstallState['application'] }
    const one = { ...FULL, application: anApplication() }
    expect(JSON.stringify(copyOf(other))).toBe(JSON.stringify(copyOf(one)))
  })
})

describe('noteCopy()', () => {
  const known = anInstall()

  it.each<[string, Partial<InstallState>, boolean]>([
    ['a token that ends', { endedTokens: [{ hash: 'e', endedAt: NOW }] }, true],
    ['another domain', { domains: [{ from: 1, domain: 'acme.bitrix24.com' }] }, true],
    ['an uninstall notice', { uninstallNotice: FULL.uninstallNotice }, true],
    ['an application that is finished now', anInstall({ finished: false }), true],
    ['a refusal', { refused: { count: 1, lastAt: NOW, reason: 'late' } }, false],
    ['another last sequence', { lastSequence: 7 }, false],
    ['other hosts alone', { subscriptions: FULL.subscriptions }, false],
  ])('%s', (_, changes, kvDirty) => {
    expect(noteCopy(known, { ...known, ...changes }).kvDirty).toBe(kvDirty)
  })

  it('leaves KV behind that is behind already', () => {
    const behind = { ...known, kvDirty: true }
    expect(noteCopy(behind, { ...behind, erased: 1 })).toEqual({ ...behind, erased: 1 })
  })
})
