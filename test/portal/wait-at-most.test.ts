/** A wait for work that may never end. */
import { describe, expect, it } from 'vitest'
import { waitAtMost } from '../../src/portal/wait-at-most.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { NOW } from '../support/time.ts'

/** Sleeps that end at once, and how long those would have been together that nobody has ended before. */
function aWorld() {
  const slept = { ms: 0 }
  const sleep = async (ms: number, ends?: AbortSignal) => {
    await new Promise<void>((resolve) => setTimeout(resolve))
    if (ends?.aborted !== true) slept.ms += ms
  }
  return { slept, sleep }
}

describe('waitAtMost()', () => {
  it('waits no longer than it may', async () => {
    const { slept, sleep } = aWorld()
    expect(await waitAtMost(new Promise(() => {}), 100, { sleep })).toBe(false)
    expect(slept.ms).toBe(100)
  })

  it('goes on when the work has ended', async () => {
    const { slept, sleep } = aWorld()
    expect(await waitAtMost(Promise.resolve(), 100, { sleep })).toBe(true)
    expect(slept.ms).toBeLessThanOrEqual(10)
  })

  it('fails with the work, and not with what fails later', async () => {
    const { sleep } = aWorld()
    const failed = Promise.reject(new Error('disk is full'))
    await expect(waitAtMost(failed, 100, { sleep })).rejects.toThrow('disk is full')
    const later = Promise.withResolvers<void>()
    expect(await waitAtMost(later.promise, 10, { sleep })).toBe(false)
    later.reject(new Error('disk is full'))
    await expect(later.promise).rejects.toThrow('disk is full')
  })

  it.each([
    ['well', () => Promise.resolve('done')],
    ['badly', () => Promise.reject(new Error('no answer')).catch(() => undefined)],
  ])('ends with work that ends %s, and leaves no timer behind', async (_, work) => {
    const clock = new ManualClock(NOW)
    expect(await waitAtMost(work(), 1000, clock)).toBe(true)
    expect(clock.sleepers).toBe(0)
  })

  it('ends after its time when the work does not', async () => {
    const clock = new ManualClock(NOW)
    const waited = waitAtMost(new Promise(() => {}), 1000, clock)
    clock.advance(1000)
    expect(await waited).toBe(false)
  })
})
