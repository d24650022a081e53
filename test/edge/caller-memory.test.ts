import { describe, expect, it } from 'vitest'
import { CallerMemory, MAX_TOKENS_REMEMBERED } from '../../src/edge/caller-memory.ts'
import { NOW } from '../support/time.ts'

describe('CallerMemory', () => {
  const trusted = { trusted: true, now: 0 }

  it('keeps the 5,000 newest', () => {
    const memory = new CallerMemory()
    for (const index of Array.from({ length: MAX_TOKENS_REMEMBERED + 1 }).keys()) {
      memory.remember('a', `hash-${index}`, trusted)
    }
    expect(MAX_TOKENS_REMEMBERED).toBe(5000)
    const known = [0, 1, 5000].map((index) => memory.recall('a', `hash-${index}`, 1))
    expect(known).toEqual(['unknown', 'trusted', 'trusted'])
  })

  it('keeps portals apart', () => {
    const memory = new CallerMemory()
    memory.remember('a', 'hash', trusted)
    memory.remember('b', 'hash', { trusted: false, now: 0 })
    expect([memory.recall('a', 'hash', 1), memory.recall('b', 'hash', 1)]).toEqual([
      'trusted',
      'refused',
    ])
    memory.forget('a')
    expect([memory.recall('a', 'hash', 1), memory.recall('b', 'hash', 1)]).toEqual([
      'unknown',
      'refused',
    ])
  })

  it('lets the first who asks know, and anew when all have their answer', () => {
    const memory = new CallerMemory()
    const first = [memory.beginAsking('a', 'hash'), memory.beginAsking('a', 'hash')]
    const others = [memory.beginAsking('a', 'other'), memory.beginAsking('b', 'hash')]
    expect({ first, others }).toEqual({ first: [true, false], others: [true, true] })
    memory.endAsking('a', 'hash')
    expect(memory.beginAsking('a', 'hash')).toBe(false)
    memory.endAsking('a', 'hash')
    memory.endAsking('a', 'hash')
    expect(memory.beginAsking('a', 'hash')).toBe(true)
  })

  it('forgets a word when its time is over: 30 s for a trusted token, 10 s for a refused one', () => {
    const memory = new CallerMemory()
    memory.remember('a', 'trusted', { trusted: true, now: NOW })
    memory.remember('a', 'refused', { trusted: false, now: NOW })
    const at = (ms: number) =>
      ['trusted', 'refused'].map((hash) => memory.recall('a', hash, NOW + ms))
    expect([at(9999), at(10_000), at(29_999), at(30_000)]).toEqual([
      ['trusted', 'refused'],
      ['trusted', 'unknown'],
      ['trusted', 'unknown'],
      ['unknown', 'unknown'],
    ])
  })

  it('takes the newest word', () => {
    const memory = new CallerMemory()
    memory.remember('a', 'hash', { trusted: false, now: 0 })
    memory.remember('a', 'hash', trusted)
    expect(memory.recall('a', 'hash', 1)).toBe('trusted')
  })
})
