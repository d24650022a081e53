import { DAY_MS } from '../../../src/core/durations.ts'
import { describe, expect, it } from 'vitest'
import {
  isRepeatedUninstall,
  keepEndedTokens,
  trustedToken,
} from '../../../src/core/access/ended-tokens.ts'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/installs/install.ts'
import { recordUninstall } from '../../../src/core/access/installs/lifecycle.ts'
import { EVENT_TS } from '../../support/builders/a-delivery.ts'
import { NOW } from '../../support/time.ts'

const CURRENT = { hash: 'current', until: null }
const FORMER = { hash: 'former', until: NOW - 1000 }
const WEBHOOK = { hash: 'webhook', portal: 'acme.bitrix24.com', since: NOW - 5000 }

function aState(partial: Partial<InstallState> = {}): InstallState {
  return { ...NO_INSTALL, hashes: [CURRENT, FORMER], webhooks: [WEBHOOK], ...partial }
}

describe('keepEndedTokens()', () => {
  it('keeps whatever spoke for the portal before and does so no more', () => {
    const before = aState()
    const after = keepEndedTokens(before, { ...before, hashes: [], webhooks: [] }, NOW)
    expect(after.endedTokens).toEqual([
      { hash: 'former', endedAt: NOW - 1000 },
      { hash: 'current', endedAt: NOW },
      { hash: 'webhook', endedAt: NOW },
    ])
  })

  it('gives the very state back where no token ended', () => {
    const after = { ...aState(), generation: 4 }
    expect(keepEndedTokens(aState(), after, NOW)).toBe(after)
  })

  it('keeps them for 60 days, and 32 at most', () => {
    const endedTokens = Array.from({ length: 32 }, (_, index) => ({
      hash: `ended-${index}`,
      endedAt: NOW - 60 * DAY_MS + index,
    }))
    const before = aState({ endedTokens, webhooks: [], hashes: [CURRENT] })
    const after = keepEndedTokens(before, { ...before, hashes: [] }, NOW)
    expect(after.endedTokens).toEqual([...endedTokens.slice(1), { hash: 'current', endedAt: NOW }])
    const more = { ...after, hashes: [FORMER] }
    expect(keepEndedTokens(more, after, NOW - 500).endedTokens).toHaveLength(32)
  })
})

describe('trustedToken()', () => {
  const state = aState({ endedTokens: [{ hash: 'ended', endedAt: NOW }] })

  it.each([
    ['the current one at any time', 'current', NOW + 5000, true],
    ['a former one before its end', 'former', NOW - 1001, true],
    ['a former one after its end', 'former', NOW - 1000, false],
    ['an ended one before its end', 'ended', NOW - 1, true],
    ['an ended one at its end', 'ended', NOW, false],
    ['no other', 'other', NOW - 5000, false],
  ])('trusts %s', (_, hash, at, expected) => {
    expect(trustedToken(state, hash, at)).toBe(expected)
  })
})

describe('isRepeatedUninstall()', () => {
  const ended = keepEndedTokens(aState(), recordUninstall(aState(), EVENT_TS, 1), NOW)

  it.each([
    [
      'the same token and time of receipt',
      { hash: 'current', ts: EVENT_TS, receivedAt: NOW },
      true,
    ],
    ['no other token', { hash: 'other', ts: EVENT_TS, receivedAt: NOW }, false],
    ['no other time', { hash: 'current', ts: EVENT_TS, receivedAt: NOW + 1 }, false],
    ['the same ts of a former edge', { hash: 'current', ts: EVENT_TS, receivedAt: null }, true],
    ['no later ts', { hash: 'current', ts: EVENT_TS + 1, receivedAt: null }, false],
  ])('knows %s', (_, call, expected) => {
    expect(isRepeatedUninstall(ended, call)).toBe(expected)
  })

  it('knows none while something is installed', () => {
    const again = { ...ended, hashes: [{ hash: 'next', until: null }] }
    const call = { hash: 'current', ts: EVENT_TS, receivedAt: NOW }
    expect(isRepeatedUninstall(again, call)).toBe(false)
  })
})
