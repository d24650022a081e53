/** When a portal has to wake, and how its one alarm follows the parts that wait for time. */
import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../src/core/durations.ts'
import { SAFETY_ALARM_MS } from '../../src/core/pace/schedule.ts'
import { REFUSED_ALARM_RETRY_MS, Waker } from '../../src/portal/waker.ts'
import { NOW } from '../support/time.ts'

const RETRY_AT = NOW + HOUR_MS

/** A waker whose parts are due at these times, and everything that it did, in order. */
function aWaker(...times: readonly (number | null)[]) {
  const did: string[] = []
  const due: { times: readonly (number | null)[]; isRunning: boolean; nextEvent: number | null } = {
    times,
    isRunning: false,
    nextEvent: null,
  }
  const timers: { readonly ms: number; readonly work: () => void }[] = []
  const storage = { isFull: false }
  const show = (at: number | null) => (at === null ? 'never' : `in ${at - NOW}`)
  const waker = new Waker({
    alarm: {
      load: async () => void did.push('looked at the alarm'),
      ensure: async (at, findBetter?: () => number | null) => {
        if (storage.isFull) throw new Error('disk is full')
        const better = findBetter?.() ?? null
        const instead = better === null ? '' : `, better ${show(better)}`
        did.push(`alarm at the latest ${show(at)}${instead}`)
      },
      moveTo: async (at) => void did.push(`alarm moved to ${show(at)}`),
    },
    timed: times.map((_, index) => ({ dueAt: () => due.times[index] ?? null })),
    pump: { isRunning: () => due.isRunning },
    subscriber: { alarmForNextEvent: () => due.nextEvent },
    checkpoint: {
      flush: () => void did.push('stored'),
      flushInTime: () => void did.push('stored in time'),
    },
    world: { now: () => NOW },
    scheduler: {
      background: (work) => void work.catch(() => {}),
      after: (ms, work) => {
        timers.push({ ms, work })
        return () => {}
      },
      advance: () => void did.push('goes on'),
    },
  })
  return { waker, due, did, timers, storage }
}

describe('wakeAt()', () => {
  it.each([
    ['the earliest time of all parts', [RETRY_AT, null, NOW + 5, NOW + 9], NOW + 5],
    ['null while no part waits', [null, null], null],
    // A part says 0 for "at once".
    ['zero when a part wants to be woken at once', [RETRY_AT, 0], 0],
  ])('is %s', (_case, times, at) => {
    expect(aWaker(...times).waker.wakeAt()).toBe(at)
  })
})

describe('wakeInTime() while storage refuses the alarm', () => {
  it('goes on by one timer in its place, and again until the alarm is set', async () => {
    const { waker, did, timers, storage } = aWaker(RETRY_AT)
    storage.isFull = true
    waker.wakeInTime()
    waker.wakeInTime()
    await settled()
    expect(timers.map(({ ms }) => ms)).toEqual([REFUSED_ALARM_RETRY_MS])
    timers[0]?.work()
    expect(did).toEqual(['goes on'])
    waker.wakeInTime()
    await settled()
    expect(timers).toHaveLength(2)
  })

  it('needs no timer once the alarm is set', async () => {
    const { waker, timers } = aWaker(RETRY_AT)
    waker.wakeInTime()
    await settled()
    expect(timers).toEqual([])
  })
})

describe('wakeInTime()', () => {
  it('sets an alarm that has to be set so that the next event needs none', () => {
    const { waker, due, did } = aWaker(RETRY_AT)
    due.nextEvent = NOW + 9
    waker.wakeInTime()
    expect(did).toEqual([`alarm at the latest in ${HOUR_MS}, better in 9`])
  })
})

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
}

describe('begin()', () => {
  it('sets the safety alarm before the work when there is any', async () => {
    const { waker, did } = aWaker(NOW)
    expect(await waker.begin()).toBe(true)
    expect(did).toEqual(['looked at the alarm', `alarm at the latest in ${SAFETY_ALARM_MS}`])
  })

  it('only keeps an alarm standing when nothing is due yet', async () => {
    const { waker, did } = aWaker(RETRY_AT)
    expect(await waker.begin()).toBe(false)
    expect(did).toEqual(['looked at the alarm', `alarm at the latest in ${RETRY_AT - NOW}`])
  })

  it('sets none when nothing waits', async () => {
    const { waker, did } = aWaker(null)
    expect(await waker.begin()).toBe(false)
    expect(did).toEqual(['looked at the alarm'])
  })
})

describe('atRest()', () => {
  const AT_REST = [`alarm at the latest in ${RETRY_AT - NOW}`]

  it('moves the safety alarm to the next time, once', async () => {
    const { waker, due, did } = aWaker(NOW)
    await waker.begin()
    due.times = [RETRY_AT]
    did.length = 0
    waker.atRest()
    waker.atRest()
    expect(did).toEqual([...AT_REST, `alarm moved to in ${RETRY_AT - NOW}`, ...AT_REST])
  })

  it('moves no alarm that it has not set itself', async () => {
    const { waker, did } = aWaker(RETRY_AT)
    waker.atRest()
    expect(did).toEqual(AT_REST)
  })

  it('leaves the safety alarm while a lane is walked, and moves it when that has ended', async () => {
    const { waker, due, did } = aWaker(NOW)
    await waker.begin()
    due.times = [RETRY_AT]
    due.isRunning = true
    did.length = 0
    waker.atRest()
    expect(did).toEqual(AT_REST)
    due.isRunning = false
    waker.atRest()
    expect(did.at(-1)).toBe(`alarm moved to in ${RETRY_AT - NOW}`)
  })
})

describe('laneRested()', () => {
  it('stores at once what is only in memory when the last lane has come to rest', async () => {
    const { waker, did } = aWaker(null)
    waker.laneRested()
    expect(did).toEqual(['alarm at the latest never', 'stored', 'alarm at the latest never'])
  })

  it('stores in time while other lanes are walked', async () => {
    const { waker, due, did } = aWaker(null)
    due.isRunning = true
    waker.laneRested()
    expect(did).toEqual(['alarm at the latest never', 'stored in time'])
  })
})
