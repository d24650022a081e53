import { describe, expect, it } from 'vitest'
import { startTimer } from '../../src/portal/start-timer.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { NOW } from '../support/time.ts'

describe('startTimer()', () => {
  function start(work: () => void) {
    const clock = new ManualClock(NOW)
    const kept: Promise<void>[] = []
    const cancel = startTimer(clock, { ms: 1000, work, keepAlive: (timer) => kept.push(timer) })
    return { clock, kept, cancel }
  }

  it('does the work when its time has come, and keeps the object alive until then', async () => {
    const did: string[] = []
    const { clock, kept } = start(() => did.push('work'))
    clock.advance(999)
    await Promise.resolve()
    expect(did).toEqual([])
    clock.advance(1)
    await kept[0]
    expect(did).toEqual(['work'])
  })

  it('that is cancelled does nothing, and keeps the object alive no longer', async () => {
    const did: string[] = []
    const { clock, kept, cancel } = start(() => did.push('work'))
    cancel()
    await kept[0]
    expect([did, clock.sleepers]).toEqual([[], 0])
  })

  it('tells whoever keeps it alive that the work has failed', async () => {
    const { clock, kept } = start(() => {
      throw new Error('disk is full')
    })
    clock.advance(1000)
    await expect(kept[0]).rejects.toThrow('disk is full')
  })
})
