import { beforeEach, describe, expect, it } from 'vitest'
import type { RepeatedEvent } from '../../../src/core/fields/reconciled-event.ts'
import { RepeatedEvents } from '../../../src/portal/fields/repeated-events.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { anEvent, aUserField } from '../../support/builders/a-delivery.ts'
import { NOW } from '../../support/time.ts'

let clock: ManualClock
let repeats: RepeatedEvents
let dueAt: number[]

beforeEach(() => {
  clock = new ManualClock(NOW)
  dueAt = []
  repeats = new RepeatedEvents({
    world: { now: clock.now, sleep: clock.sleep },
    scheduler: { background: (work) => void work },
    onDue: () => dueAt.push(clock.now() - NOW),
  })
})

function aRepeat({ id = 1, sequence = 41, userId = 7, isCopy = false } = {}): RepeatedEvent {
  const field = aUserField({ id, fieldName: `F${id}` })
  return { sequence, event: { ...anEvent({ userId }), field }, isCopy }
}

async function passes(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) {
    clock.advance(50)
    await Promise.resolve()
    await Promise.resolve()
  }
}

describe('a repeated event', () => {
  it.each([
    ['at once', 0, 1200],
    ['at the end of its second', 1000, 1250],
    ['long after it', 30_000, 30_250],
  ])('that comes %s waits until its second is over', async (_when, after, due) => {
    await passes(after)
    repeats.note(aRepeat(), NOW)
    await passes(due - after - 50)
    expect(dueAt).toEqual([])
    await passes(50)
    expect(dueAt).toEqual([due])
    expect(repeats.due()).toMatchObject([{ id: 1, fieldName: 'F1' }])
  })

  it('waits for the ones behind it, and for three seconds at most', async () => {
    for (let count = 0; count < 40; count += 1) {
      repeats.note(aRepeat({ sequence: 41 + count }), clock.now())
      await passes(100)
    }
    expect(dueAt[0]).toBe(3000)
  })

  it('is taken once, and by its field alone', () => {
    repeats.note(aRepeat(), NOW)
    repeats.note(aRepeat({ id: 2, sequence: 42 }), NOW)
    expect([repeats.has(1), repeats.has(3), repeats.isEmpty()]).toEqual([true, false, false])
    expect(repeats.take(1)?.sequence).toBe(41)
    expect(repeats.take(1)).toBeNull()
    expect(repeats.takeAll().map(({ sequence }) => sequence)).toEqual([42])
    expect(repeats.isEmpty()).toBe(true)
  })

  it('that was taken wakes nobody', async () => {
    repeats.note(aRepeat(), NOW)
    repeats.take(1)
    await passes(5000)
    expect(dueAt).toEqual([])
  })

  it('names its user only when all of its field name the same', () => {
    repeats.note(aRepeat(), NOW)
    repeats.note(aRepeat(), NOW)
    expect(repeats.take(1)?.event.userId).toBe(7)
    repeats.note(aRepeat(), NOW)
    repeats.note(aRepeat({ userId: 8 }), NOW)
    expect(repeats.take(1)?.event.userId).toBeNull()
  })

  it.each([
    ['before', [true, false]],
    ['behind', [false, true]],
  ])('keeps its user when a copy of another handler comes %s it', (_when, order) => {
    for (const isCopy of order) repeats.note(aRepeat({ userId: isCopy ? 8 : 7, isCopy }), NOW)
    expect(repeats.take(1)).toMatchObject({ isCopy: false, event: { userId: 7 } })
  })
})
