import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HOUR_MS } from '../../src/core/durations.ts'
import { logUnreachable, STORE_BUDGET_MS, tryTwice } from '../../src/edge/two-tries.ts'
import { never } from '../support/builders/an-intake.ts'
import { NOW } from '../support/time.ts'

const TOO_LONG = 'Cannot wait any longer for the portal'

let now: number

beforeEach(() => {
  now = NOW
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

async function pass(ms: number): Promise<void> {
  now += ms
  await vi.advanceTimersByTimeAsync(ms)
}

/** What became of a promise, without waiting for it. */
function watched<T>(promise: Promise<T>): () => 'open' | T | Error {
  let state: 'open' | T | Error = 'open'
  promise.then(
    (value) => {
      state = value
    },
    (error: unknown) => {
      state = error instanceof Error ? error : new Error(String(error))
    },
  )
  return () => state
}

describe('tryTwice()', () => {
  it('does not try again after an answer', async () => {
    const call = vi.fn<() => Promise<string>>(() => Promise.resolve('answer'))
    expect(await tryTwice(call, () => now)).toEqual({ ok: true, value: 'answer' })
    expect(call).toHaveBeenCalledTimes(1)
  })

  it('answers with the second try when the first fails, even at the call itself', async () => {
    const call = vi
      .fn<() => Promise<string>>(() => Promise.resolve('answer'))
      .mockImplementationOnce(() => {
        throw new Error('Cannot make a stub')
      })
    expect(await tryTwice(call, () => now)).toEqual({ ok: true, value: 'answer' })
  })

  it('waits two seconds at most when the clock is set back meanwhile', async () => {
    const state = watched(tryTwice(never, () => now))
    now -= HOUR_MS
    await pass(STORE_BUDGET_MS / 2)
    await pass(STORE_BUDGET_MS)
    expect(state()).not.toBe('open')
  })

  it('tells the error of the second try', async () => {
    const errors = [new Error('first'), new Error('second')]
    const tried = await tryTwice(
      () => Promise.reject(errors.shift() ?? new Error('third')),
      () => now,
    )
    expect(tried).toEqual({ ok: false, error: { error: new Error('second') } })
  })

  it.each([
    { first: 'hangs', afterMs: 1000, restMs: 1000 },
    { first: 'fails', afterMs: 300, restMs: 1700 },
    { first: 'fails', afterMs: 0, restMs: 2000 },
  ] as const)('gives both 2 s together: the first $first after $afterMs ms', async (timing) => {
    const { first, afterMs, restMs } = timing
    const { promise: failing, reject } = Promise.withResolvers<never>()
    const calls = [first === 'fails' ? failing : never(), never()]
    const outcome = watched(
      tryTwice(
        () => calls.shift() ?? never(),
        () => now,
      ),
    )
    await pass(afterMs)
    if (first === 'fails') reject(new Error('Durable Object is overloaded'))
    // The second try begins.
    await pass(0)
    await pass(restMs - 1)
    expect(outcome()).toBe('open')
    await pass(1)
    expect(outcome()).toEqual({ ok: false, error: { error: new Error(TOO_LONG) } })
    expect(STORE_BUDGET_MS).toBe(2000)
  })
})

it('logUnreachable() warns with the portal and the error, without a token of its text', () => {
  const lines: unknown[] = []
  const logLine = (...line: unknown[]) => lines.push(line)
  const token = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
  logUnreachable({ logLine }, 'portal', new Error(`overloaded: auth=${token}`))
  expect(lines).toEqual([
    [
      'warn',
      'portal_unreachable',
      { memberId: 'portal', error: expect.stringContaining('overloaded') },
    ],
  ])
  expect(JSON.stringify(lines)).not.toContain(token)
})
