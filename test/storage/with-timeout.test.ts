import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { withTimeout } from '../../src/storage/with-timeout.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('withTimeout()', () => {
  it('hands on what comes in time, and leaves no timer behind', async () => {
    expect(await withTimeout(Promise.resolve('answer'), 1000)).toBe('answer')
    await expect(withTimeout(Promise.reject(new Error('no')), 1000)).rejects.toThrow('no')
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['the portal', undefined],
    ['KV', 'KV'],
  ] as const)('rejects at the end of the time, and not before: %s', async (named, whom) => {
    let outcome: unknown = 'open'
    const never = new Promise<never>(() => undefined)
    withTimeout(never, 1000, whom).catch((error: unknown) => {
      outcome = error
    })
    await vi.advanceTimersByTimeAsync(999)
    expect(outcome).toBe('open')
    await vi.advanceTimersByTimeAsync(1)
    expect(outcome).toEqual(new Error(`Cannot wait any longer for ${named}`))
  })
})
