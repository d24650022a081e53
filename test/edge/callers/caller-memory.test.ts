import { describe, expect, it } from 'vitest'
import {
  CallerMemory,
  MAX_TOKENS_REMEMBERED,
  type CallerToken,
} from '../../../src/edge/callers/caller-memory.ts'
import { NOW } from '../../support/time.ts'

function token(memberId: string, tokenHash: string): CallerToken {
  return { memberId, tokenHash }
}

describe('CallerMemory', () => {
  const trusted = { trusted: true, now: 0 }

  it('keeps the 5,000 newest', () => {
    const memory = new CallerMemory()
    for (const index of Array.from({ length: MAX_TOKENS_REMEMBERED + 1 }).keys()) {
      memory.remember(token('a', `hash-${index}`), trusted)
    }
    expect(MAX_TOKENS_REMEMBERED).toBe(5000)
    const known = [0, 1, 5000].map((index) => memory.recall(token('a', `hash-${index}`), 1))
    expect(known).toEqual(['unknown', 'trusted', 'trusted'])
  })

  it('keeps portals apart', () => {
    const memory = new CallerMemory()
    memory.remember(token('a', 'hash'), trusted)
    memory.remember(token('b', 'hash'), { trusted: false, now: 0 })
    expect([memory.recall(token('a', 'hash'), 1), memory.recall(token('b', 'hash'), 1)]).toEqual([
      'trusted',
      'refused',
    ])
    memory.forget('a')
    expect([memory.recall(token('a', 'hash'), 1), memory.recall(token('b', 'hash'), 1)]).toEqual([
      'unknown',
      'refused',
    ])
  })

  it('remembers what KV named for a portal, until its install changes', () => {
    const memory = new CallerMemory()
    expect(memory.recallRecord('a')).toBeNull()
    const hashes = [{ hash: 'hash', until: null }]
    memory.rememberRecord('a', hashes)
    expect([memory.recallRecord('a'), memory.recallRecord('b')]).toEqual([hashes, null])
    memory.forget('a')
    expect(memory.recallRecord('a')).toBeNull()
  })

  it('remembers for 10 s that a key of the rate limit is used up', () => {
    const memory = new CallerMemory()
    memory.rememberSpent('198.51.100.7', NOW)
    const at = (ms: number) =>
      ['198.51.100.7', '198.51.100.8'].map((key) => memory.isSpent(key, NOW + ms))
    expect([at(0), at(9999), at(10_000)]).toEqual([
      [true, false],
      [true, false],
      [false, false],
    ])
  })

  it('forgets a word when its time is over: 30 s for a trusted token, 10 s for a refused one', () => {
    const memory = new CallerMemory()
    memory.remember(token('a', 'trusted'), { trusted: true, now: NOW })
    memory.remember(token('a', 'refused'), { trusted: false, now: NOW })
    const at = (ms: number) =>
      ['trusted', 'refused'].map((hash) => memory.recall(token('a', hash), NOW + ms))
    expect([at(9999), at(10_000), at(29_999), at(30_000)]).toEqual([
      ['trusted', 'refused'],
      ['trusted', 'unknown'],
      ['trusted', 'unknown'],
      ['unknown', 'unknown'],
    ])
  })

  it('takes the newest word', () => {
    const memory = new CallerMemory()
    memory.remember(token('a', 'hash'), { trusted: false, now: 0 })
    memory.remember(token('a', 'hash'), trusted)
    expect(memory.recall(token('a', 'hash'), 1)).toBe('trusted')
  })
})
