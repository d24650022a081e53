/** A wait for work that may never end. */
import { describe, expect, it } from 'vitest'
import { waitWithTimeout } from '../../src/portal/patience.ts'

/** Sleeps that end at once, and how long they would have been together. */
function aWorld() {
  const slept = { ms: 0 }
  const sleep = (ms: number) => {
    slept.ms += ms
    return new Promise<void>((resolve) => setTimeout(resolve))
  }
  return { slept, sleep }
}

describe('waitWithTimeout()', () => {
  it('waits no longer than it may', async () => {
    const { slept, sleep } = aWorld()
    expect(await waitWithTimeout(new Promise(() => {}), 100, { sleep })).toBe(false)
    expect(slept.ms).toBe(100)
  })

  it('goes on when the work has ended', async () => {
    const { slept, sleep } = aWorld()
    expect(await waitWithTimeout(Promise.resolve(), 100, { sleep })).toBe(true)
    expect(slept.ms).toBeLessThanOrEqual(10)
  })

  it('fails with the work, and not with what fails later', async () => {
    const { sleep } = aWorld()
    const failed = Promise.reject(new Error('disk is full'))
    await expect(waitWithTimeout(failed, 100, { sleep })).rejects.toThrow('disk is full')
    const later = Promise.withResolvers<void>()
    expect(await waitWithTimeout(later.promise, 10, { sleep })).toBe(false)
    later.reject(new Error('disk is full'))
    await expect(later.promise).rejects.toThrow('disk is full')
  })
})
