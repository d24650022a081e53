import { describe, expect, it } from 'vitest'
import {
  NO_INSTALL,
  changeApplication,
  countRefusal,
  dropOtherWebhooks,
  isKnownPortal,
  mirrorOf,
  recordWebhook,
} from '../../../../src/core/access/installs/install.ts'
import { anApplication } from '../../../support/builders/an-install.ts'
import { NOW } from '../../../support/time.ts'

describe('mirrorOf()', () => {
  it('holds the tokens of application and webhooks, and no pair where there is no application', () => {
    const install = {
      ...NO_INSTALL,
      generation: 2,
      hashes: [{ hash: 'former', until: NOW }],
      webhooks: [{ hash: 'w1', portal: 'acme.bitrix24.com', since: NOW }],
    }
    expect(mirrorOf(install)).toEqual({
      generation: 2,
      hashes: [
        { hash: 'former', until: NOW },
        { hash: 'w1', until: null },
      ],
      tokens: null,
      systemTokens: null,
      domain: null,
    })
  })
})

describe('changeApplication()', () => {
  const application = anApplication({ tokens: 'sealed', finished: false })
  const installed = { ...NO_INSTALL, application }

  it.each([
    ['sets the dirty flag for a new pair', { tokens: 'sealed-again' }, true],
    ['sets it not for what KV does not hold', { finished: true }, false],
  ])('%s', (_name, changes, kvDirty) => {
    expect(changeApplication(installed, changes)).toEqual({
      ...installed,
      application: { ...application, ...changes },
      kvDirty,
    })
  })

  it('never takes the dirty flag away', () => {
    const behind = { ...installed, kvDirty: true }
    expect(changeApplication(behind, { finished: true }).kvDirty).toBe(true)
  })

  it('changes nothing where no application is recorded', () => {
    expect(changeApplication(NO_INSTALL, { finished: true })).toBe(NO_INSTALL)
  })
})

describe('countRefusal()', () => {
  it('counts and keeps the last reason, and nothing that KV would have to know', () => {
    const once = countRefusal(NO_INSTALL, 'not_administrator', NOW)
    expect(countRefusal(once, 'domain_mismatch', NOW + 1)).toEqual({
      ...NO_INSTALL,
      refused: { count: 2, lastAt: NOW + 1, reason: 'domain_mismatch' },
    })
  })
})

describe('recordWebhook()', () => {
  const webhook = { hash: 'w1', portal: 'acme.bitrix24.com', since: NOW }

  it('notes each token once, with what it is configured for now', () => {
    const other = { ...webhook, hash: 'w2' }
    const moved = { ...webhook, portal: 'b223', since: NOW + 1 }
    const both = recordWebhook(recordWebhook(NO_INSTALL, webhook), other)
    expect(both).toEqual({ ...NO_INSTALL, webhooks: [webhook, other], kvDirty: true })
    expect(recordWebhook(both, moved).webhooks).toEqual([other, moved])
  })

  it('leaves KV as it is for a token that KV knows', () => {
    const known = { ...NO_INSTALL, webhooks: [webhook] }
    expect(recordWebhook(known, { ...webhook, portal: 'b223' }).kvDirty).toBe(false)
  })

  it('leaves KV behind that is behind already', () => {
    const behind = { ...NO_INSTALL, webhooks: [webhook], kvDirty: true }
    expect(recordWebhook(behind, { ...webhook, portal: 'b223' }).kvDirty).toBe(true)
  })
})

describe('dropOtherWebhooks()', () => {
  const webhooks = ['w1', 'w2'].map((hash) => ({ hash, portal: 'acme.bitrix24.com', since: NOW }))
  const state = { ...NO_INSTALL, webhooks }

  it('forgets what is configured no more and marks KV as behind', () => {
    expect(dropOtherWebhooks(state, new Set(['w2', 'w3']))).toEqual({
      ...state,
      webhooks: webhooks.slice(1),
      kvDirty: true,
    })
  })

  it('answers the same state when all are configured', () => {
    expect(dropOtherWebhooks(state, new Set(['w1', 'w2']))).toBe(state)
  })
})

describe('isKnownPortal()', () => {
  it.each([
    ['a portal without anything', {}, false],
    ['one with an application', { application: anApplication() }, true],
    ['one that was uninstalled', { uninstallTs: 1 }, true],
  ])('%s: %j', (_name, partial, expected) => {
    expect(isKnownPortal({ ...NO_INSTALL, ...partial })).toBe(expected)
  })
})
