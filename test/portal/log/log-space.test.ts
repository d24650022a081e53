/** The size of a log against its limit, and the runs that make it smaller. */
import { describe, expect, it } from 'vitest'
import { LogSpace, SEEK_AGAIN_MS } from '../../../src/portal/log/log-space.ts'
import { NOW } from '../../support/time.ts'
import { gate } from '../../support/until.ts'

function aSpace(bytes: number, { maxLogBytes = 1000, fieldBytes = 0 } = {}) {
  const clock = { now: NOW }
  const space = new LogSpace({
    memberId: 'a'.repeat(32),
    db: { bytes: () => bytes },
    fields: { bytes: () => fieldBytes },
    config: { maxLogBytes },
    world: { logLine: () => {}, now: () => clock.now },
  })
  return { space, clock }
}

describe('a log', () => {
  it.each([
    ['below its limit', 1000, {}, { mayBeOver: false, excess: 0 }],
    ['over its limit', 1500, {}, { mayBeOver: true, excess: 500 }],
    ['with many fields', 1500, { fieldBytes: 400 }, { mayBeOver: true, excess: 100 }],
    ['below it without its fields', 1500, { fieldBytes: 600 }, { mayBeOver: true, excess: 0 }],
    ['without a limit', 1e12, { maxLogBytes: 0 }, { mayBeOver: false, excess: 0 }],
  ])('%s', (_case, bytes, terms, { mayBeOver, excess }) => {
    const { space } = aSpace(bytes, terms)
    expect(space.mayBeOver()).toBe(mayBeOver)
    expect(space.excess(space.limit())).toBe(excess)
  })

  it('of a full object has to lose a sixteenth, unless the operator wants no limit', () => {
    expect(aSpace(1600, { maxLogBytes: 6400 }).space.limitWhenFull()).toBe(1500)
    expect(aSpace(1600, { maxLogBytes: 1000 }).space.limitWhenFull()).toBe(1000)
    expect(aSpace(1600, { maxLogBytes: 0 }).space.limitWhenFull()).toBe(0)
    expect(aSpace(1600, { maxLogBytes: 1e9 }).space.limitWhenFull()).toBe(1500)
  })

  it('of a full object loses its part, however much the snapshots of fields take', () => {
    const { space } = aSpace(1600, { maxLogBytes: 6400, fieldBytes: 800 })
    expect(space.excess(space.limitWhenFull())).toBe(50)
  })
})

describe('LogSpace', () => {
  it('runs one work after another, also after one that failed', async () => {
    const { space } = aSpace(0)
    const opened = gate()
    const seen: string[] = []
    const first = space.inTurn(async () => {
      await opened.opened
      seen.push('first')
      throw new Error('disk is full')
    })
    const second = space.inTurn(async () => void seen.push('second'))
    opened.open()
    await expect(first).rejects.toThrow('disk is full')
    await second
    expect(seen).toEqual(['first', 'second'])
  })

  it('seeks room once for all who ask, and again after a minute or when room was found', async () => {
    const { space, clock } = aSpace(0)
    let sought = 0
    const seek = () => space.seekRoom(async () => void (sought += 1))
    await Promise.all([seek(), seek()])
    await seek()
    expect(sought).toBe(1)
    clock.now += SEEK_AGAIN_MS
    await seek()
    expect(sought).toBe(2)
    space.foundRoom()
    await seek()
    expect(sought).toBe(3)
  })

  it('of which a part went in vain loses no further one until storage has taken an event', async () => {
    const { space, clock } = aSpace(1600, { maxLogBytes: 6400 })
    const limits: number[] = []
    const seek = () => space.seekRoom(async () => void limits.push(space.limitWhenFull()))
    await seek()
    for (let n = 0; n < 2; n += 1) {
      clock.now += SEEK_AGAIN_MS
      await seek()
    }
    space.foundRoom()
    await seek()
    expect(limits).toEqual([1500, 0, 0, 1500])
  })
})
