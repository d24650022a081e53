import { describe, expect, it } from 'vitest'
import { NO_INSTALL } from '../../../../src/core/access/installs/install.ts'
import {
  dropFormerPin,
  dropOtherWebhooks,
  dropWebhook,
  pinsOf,
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

describe('the pin of a webhook', () => {
  const pinned = { hash: 'w1', portal: 'acme.bitrix24.com', since: NOW, pinId: 'p1' }
  const unpinned = { hash: 'w2', portal: 'b223', since: NOW }
  const state = { ...NO_INSTALL, webhooks: [pinned, unpinned] }
  const { hash: _, ...formerPin } = pinned

  it('becomes a former pin when its token is configured no more', () => {
    const { webhooks, formerPins } = dropOtherWebhooks(state, new Set())
    expect({ webhooks, formerPins }).toEqual({ webhooks: [], formerPins: [formerPin] })
  })

  it('becomes a former pin when its token is configured with another portal, and no longer is one with the same', () => {
    const moved = { ...pinned, portal: 'other.bitrix24.com', pinId: 'p2' }
    const elsewhere = recordWebhook(state, moved)
    expect(elsewhere.formerPins).toEqual([formerPin])
    const back = recordWebhook(elsewhere, pinned)
    expect(back.formerPins).toEqual([{ pinId: 'p2', portal: 'other.bitrix24.com', since: NOW }])
  })

  it('is remembered as one of the last twenty', () => {
    const webhooks = Array.from({ length: 21 }, (_item, n) => ({ ...pinned, pinId: `p${n}` }))
    const { formerPins } = dropOtherWebhooks({ ...NO_INSTALL, webhooks }, new Set())
    expect(formerPins.map(({ pinId }) => pinId)).toEqual(
      Array.from({ length: 20 }, (_item, n) => `p${n + 1}`),
    )
  })

  it('leaves nothing when the webhook is removed by hand', () => {
    expect(dropWebhook(state, 'w1')).toEqual({ ...state, webhooks: [unpinned], kvDirty: true })
    expect(dropWebhook(state, 'w3')).toBe(state)
  })

  it('is forgotten by its id once it is a former pin', () => {
    const former = { ...NO_INSTALL, formerPins: [formerPin, { ...formerPin, pinId: 'p2' }] }
    expect(dropFormerPin(former, 'p1').formerPins.map(({ pinId }) => pinId)).toEqual(['p2'])
  })

  it('is listed before the former pins, and a token configured by a member id has none', () => {
    const member = { hash: 'w3', portal: 'b'.repeat(32), since: NOW }
    const webhooks = [member, pinned]
    expect(pinsOf({ webhooks, formerPins: [formerPin] })).toEqual([pinned, formerPin])
  })
})
