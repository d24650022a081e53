import { describe, expect, it } from 'vitest'
import {
  CallerMemory,
  MAX_TOKENS_REMEMBERED,
  type CallerToken,
} from '../../src/edge/caller-memory.ts'
import { NOW } from '../support/time.ts'

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

  it('lets the first who asks know, and anew when all have their answer', () => {
    const memory = new CallerMemory()
    const first = [memory.beginAsking(token('a', 'hash')), memory.beginAsking(token('a', 'hash'))]
    const others = [memory.beginAsking(token('a', 'other')), memory.beginAsking(token('b', 'hash'))]
    expect({ first, others }).toEqual({ first: [true, false], others: [true, true] })
    memory.endAsking(token('a', 'hash'))
    expect(memory.beginAsking(token('a', 'hash'))).toBe(false)
    memory.endAsking(token('a', 'hash'))
    memory.endAsking(token('a', 'hash'))
    expect(memory.beginAsking(token('a', 'hash'))).toBe(true)
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
