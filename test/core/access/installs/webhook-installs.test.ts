import { describe, expect, it } from 'vitest'
import { NO_INSTALL } from '../../../../src/core/access/installs/install.ts'
import {
  dropOtherWebhooks,
  recordWebhook,
} from '../../../../src/core/access/installs/webhook-installs.ts'
import { NOW } from '../../../support/time.ts'

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
