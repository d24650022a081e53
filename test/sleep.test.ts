import { describe, expect, it } from 'vitest'
import { sleep } from '../src/sleep.ts'

const AN_HOUR = 3_600_000

describe('sleep()', () => {
  it('resolves after its time', async () => {
    const begin = Date.now()
    await sleep(20)
    await sleep(20, new AbortController().signal)
    expect(Date.now() - begin).toBeGreaterThanOrEqual(38)
  })

  it('resolves as soon as nobody needs it any more', async () => {
    const ends = new AbortController()
    const slept = sleep(AN_HOUR, ends.signal)
    ends.abort()
    expect(await slept).toBeUndefined()
    expect(await sleep(AN_HOUR, ends.signal)).toBeUndefined()
  })
})
