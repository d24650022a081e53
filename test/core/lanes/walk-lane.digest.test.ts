/** The walk of a lane that tells events together, over crashes, operators and a common pace. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { laneDueAt } from '../../../src/core/lanes/lane-state.ts'
import type { DeliveryOutcome } from '../../../src/core/lanes/outcome.ts'
import {
  Crash,
  DELIVERED,
  ONLY_FIELDS,
  REJECTED,
  UNWANTED,
  aPlan,
  anEpoch,
  gone,
  laneWorld,
  oneTo,
  unreachable,
  type LaneWorld,
} from '../../support/lane-scenario.ts'
import { NOW } from '../../support/time.ts'

const BEHIND = { waitMs: null, max: 50 }
const GATHERING = { waitMs: 30_000, max: 5 }

/** What each message told. */
function messages({ sends }: LaneWorld): (readonly number[])[] {
  return sends.map(({ sequence, sequences }) => sequences ?? [sequence])
}

describe('a lane that is behind', () => {
  test('tells more than ten waiting events in one message', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND })
    await world.run()
    expect(messages(world)).toEqual([oneTo(12)])
    expect(world.lane.cursor).toBe(12)
    expect(world.digests).toEqual([{ sequences: oneTo(12), at: NOW, attempts: 1 }])
  })

  test('sends ten waiting events one by one', async () => {
    const world = laneWorld({ events: 10, digest: BEHIND })
    await world.run()
    expect(messages(world)).toEqual(oneTo(10).map((sequence) => [sequence]))
  })

  test('leaves out what the destination does not get, and counts only what it does', async () => {
    const epochs = [anEpoch({ from: 1, events: ONLY_FIELDS })]
    const world = laneWorld({ digest: BEHIND, lane: { epochs } })
    for (let count = 0; count < 22; count += 1) world.append(count % 2 === 0 ? {} : UNWANTED)
    await world.run()
    expect(messages(world)).toEqual([oneTo(22).filter((sequence) => sequence % 2 === 1)])
    expect(world.lane.cursor).toBe(22)
  })

  test('tells a burst in few messages: after a digest it gathers for ten seconds', async () => {
    const world = laneWorld({ events: 0, digest: BEHIND, minIntervalMs: 1000 })
    for (let second = 0; second < 60; second += 1) {
      for (let count = 0; count < 4; count += 1) world.append()
      await world.run({ forMs: 1000 })
      world.now = NOW + (second + 1) * 1000
    }
    await world.run()
    expect(world.received).toEqual(oneTo(240))
    const together = messages(world).filter((message) => message.length > 1)
    expect(together.map((message) => message.length).toSorted((a, b) => b - a)[0]).toBe(40)
    expect(messages(world).length).toBeLessThanOrEqual(12)
  })

  test('never tells machines together', async () => {
    const world = laneWorld({ events: 20, reader: 'machine', digest: null })
    await world.run()
    expect(messages(world)).toEqual(oneTo(20).map((sequence) => [sequence]))
  })

  test('turns a thousand changes into twenty messages', async () => {
    const world = laneWorld({ events: 1000, digest: BEHIND, minIntervalMs: 1000 })
    await world.run()
    expect(messages(world)).toHaveLength(20)
    expect(world.received).toEqual(oneTo(1000))
    expect(Math.min(...world.waits)).toBeGreaterThanOrEqual(1)
  })
})

describe('a lane with a digest of its own', () => {
  test('waits for others, and is due when the wait of the first event is over', async () => {
    const world = laneWorld({ events: 2, digest: GATHERING })
    await world.walk()
    expect(world.sends).toEqual([])
    expect(laneDueAt(world.lane, world.head)).toBe(NOW + 30_000)
    world.now += 10_000
    world.append()
    await world.run()
    expect(messages(world)).toEqual([[1, 2, 3]])
    expect(world.now).toBe(NOW + 30_000)
  })

  test('sends at once when there are as many as one message may hold', async () => {
    const world = laneWorld({ events: 4, digest: GATHERING })
    await world.walk()
    world.append()
    await world.walk()
    expect(messages(world)).toEqual([oneTo(5)])
  })

  test('tells an event that stayed alone in a message of its own', async () => {
    const world = laneWorld({ events: 1, digest: GATHERING })
    await world.run()
    expect(world.sends).toEqual([
      { sequence: 1, at: NOW + 30_000, previousSequence: null, replayed: false },
    ])
  })

  test('begins the next wait with the next event', async () => {
    const world = laneWorld({ events: 1, digest: GATHERING })
    await world.run()
    world.now += 5000
    world.append()
    await world.walk()
    expect(laneDueAt(world.lane, world.head)).toBe(NOW + 65_000)
  })
})

describe('G3 at least once: a digest', () => {
  test('is written before it is sent, and a crash sends the same message again', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND })
    world.onAnswer = () => {
      world.onAnswer = () => {}
      throw new Crash()
    }
    await world.walk()
    expect(world.lane.digest).toEqual(oneTo(12))
    world.append()
    world.append()
    await world.run()
    expect(messages(world)).toEqual([oneTo(12), oneTo(12), [13, 14]])
  })

  test('that failed is sent again as the same message although more has come', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND, outcomes: { 1: [unreachable()] } })
    await world.walk({ budgetMs: 1 })
    for (let count = 0; count < 20; count += 1) world.append()
    await world.run()
    expect(messages(world)).toEqual([oneTo(12), oneTo(12), oneTo(32).slice(12)])
    expect(world.digests.map(({ attempts }) => attempts)).toEqual([2, 1])
  })

  test('is the same message after the filter has changed', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND, outcomes: { 1: [unreachable()] } })
    await world.walk({ budgetMs: 1 })
    world.configure(aPlan({ events: ['onCrmDeal*'] }))
    world.append()
    world.append(UNWANTED)
    await world.run()
    expect(messages(world)).toEqual([oneTo(12), oneTo(12), [14]])
  })

  test('that began with one event stays that event when its first attempt failed', async () => {
    const world = laneWorld({ events: 1, digest: BEHIND, outcomes: { 1: [unreachable()] } })
    await world.walk({ budgetMs: 1 })
    for (let count = 0; count < 12; count += 1) world.append()
    await world.run()
    expect(messages(world)).toEqual([[1], [1], oneTo(13).slice(1)])
  })

  test('whose events retention has dropped is forgotten', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND, outcomes: { 1: [unreachable(60_000)] } })
    await world.walk()
    world.append()
    world.drop(12)
    await world.run()
    expect(messages(world)).toEqual([oneTo(12), [13]])
  })
})

describe('a digest that the receiver refuses', () => {
  test('goes out event by event, and only the poisonous one is set aside', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND })
    world.answer = (entry) =>
      entry.sequence === 1 && world.sends.length === 1 ? REJECTED : byPoison(entry.sequence)
    const byPoison = (sequence: number): DeliveryOutcome => (sequence === 4 ? REJECTED : DELIVERED)
    await world.run()
    expect(messages(world)).toEqual([oneTo(12), ...oneTo(12).map((sequence) => [sequence])])
    expect(world.parked).toEqual([4])
  })

  test('does not keep later events from being told together', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND, outcomes: { 1: [REJECTED] } })
    world.during(12, () => {
      for (let count = 0; count < 11; count += 1) world.append()
    })
    await world.run()
    expect(messages(world).at(-1)).toEqual(oneTo(23).slice(12))
  })
})

describe('an operator', () => {
  test('who parks the front of a waiting digest sends the rest as one message', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND, outcomes: { 1: [unreachable()] } })
    await world.walk({ budgetMs: 1 })
    world.park(1)
    await world.run()
    expect(messages(world)).toEqual([oneTo(12), oneTo(12).slice(1)])
    expect(world.parked).toEqual([1])
  })

  test('who pauses stops a digest before it is sent', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND })
    world.pause()
    await world.run()
    expect(world.sends).toEqual([])
    world.resume()
    await world.run()
    expect(messages(world)).toEqual([oneTo(12)])
  })
})

describe('a digest in the way of something else', () => {
  test('that is refused by the daily try of a disabled lane lets the lane go on', async () => {
    const outcomes = { 1: [gone({ probe: true }), REJECTED] }
    const world = laneWorld({ events: 12, digest: BEHIND, outcomes })
    await world.run()
    expect(world.lane).toMatchObject({ status: 'active', cursor: 12 })
    expect(world.received).toEqual(oneTo(12))
  })

  test('of which an event was set aside under way delivers that one too when it is taken', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND })
    world.during(1, () => world.park(1))
    await world.run()
    expect(world.parked).toEqual([])
    expect(world.received).toEqual(oneTo(12))
  })

  test('goes out event by event when a machine reads now', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND, outcomes: { 1: [unreachable()] } })
    await world.walk({ budgetMs: 1 })
    expect(world.lane.digest).toEqual(oneTo(12))
    const machine = laneWorld({ events: 12, lane: world.lane, reader: 'machine', digest: null })
    await machine.run()
    expect(messages(machine)).toEqual(oneTo(12).map((sequence) => [sequence]))
  })

  test('that retention has cut goes out with what is left of it, and never back', async () => {
    const world = laneWorld({ events: 12, digest: BEHIND, outcomes: { 1: [unreachable(60_000)] } })
    await world.walk()
    world.drop(10)
    expect(world.lane).toMatchObject({ cursor: 10, digest: [11, 12] })
    world.drop(12)
    expect(world.lane).toMatchObject({ cursor: 12, digest: null })
  })

  test('that is still gathered delays no replay', async () => {
    const world = laneWorld({
      events: 3,
      digest: { waitMs: 3_600_000, max: 50 },
      lane: { cursor: 2, lastMeant: 2 },
      minIntervalMs: 6000,
    })
    world.replay({ next: 1, to: 2 })
    await world.run()
    expect(world.mixed).toEqual(['r1', 'r2', '3'])
    expect(world.waits[0]).toBe(6)
  })
})

describe("the receiver's common pace", () => {
  test('is waited for, without an attempt being counted', async () => {
    const world = laneWorld({ events: 1 })
    world.slots.push(NOW + 5000, NOW + 9000)
    await world.run()
    expect(world.sends.map(({ at }) => at)).toEqual([NOW + 9000])
    expect(world.lane.attempts).toBe(0)
  })

  test('holds a replay back as well when an answer asked for it', async () => {
    const world = laneWorld({ events: 2, lane: { cursor: 2, lastMeant: 2 } })
    world.answer = () => ({ kind: 'delivered', status: 200, holdMs: 7000 })
    world.replay({ next: 1, to: 2 })
    await world.run()
    expect(world.waits).toEqual([7])
  })

  test('is asked for again by a lane that began anew', async () => {
    const world = laneWorld({ events: 1 })
    world.slots.push(NOW + 60_000)
    await world.walk()
    expect(laneDueAt(world.lane, world.head)).toBe(NOW + 60_000)
    world.restart()
    await world.run()
    expect(world.sends.map(({ at }) => at)).toEqual([NOW])
  })

  test('is not asked for in a loop when its clock is behind', async () => {
    const world = laneWorld({ events: 1 })
    let asks = 0
    world.takeSlot = () => {
      asks += 1
      return world.now < NOW + 2000 ? NOW : null
    }
    await world.run()
    expect(asks).toBe(21)
  })

  test('holds back what an answer asked for although it took the message', async () => {
    const world = laneWorld({ events: 2 })
    world.answer = () => ({ kind: 'delivered', status: 200, holdMs: 7000 })
    await world.run()
    expect(world.waits).toEqual([7])
  })
})

describe('G2 order and G5 nothing lost', () => {
  test('hold for every mixture of failures, crashes, arrivals and digests', async () => {
    expect.hasAssertions()
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('append', 'walk', 'crash', 'wait'), { maxLength: 60 }),
        fc.array(fc.constantFrom('ok', 'fail', 'reject', 'crash'), { maxLength: 40 }),
        fc.constantFrom(BEHIND, GATHERING, { waitMs: 1000, max: 3 }),
        async (actions, answers, digest) => {
          const world = laneWorld({ events: 8, digest })
          const script = [...answers]
          let isCrashing = false
          world.answer = () => {
            const next = script.shift() ?? 'ok'
            isCrashing = next === 'crash'
            if (next === 'fail') return unreachable()
            return next === 'reject' ? REJECTED : DELIVERED
          }
          world.onAnswer = () => {
            if (isCrashing) throw new Crash()
          }
          for (const action of actions) {
            if (action === 'append') world.append()
            else if (action === 'walk') await world.walk()
            else if (action === 'crash') world.restart()
            else world.now += 700
          }
          await world.run()
          expectAllSettledInOrder(world)
        },
      ),
      { numRuns: 300 },
    )
  })
})

function expectAllSettledInOrder(world: LaneWorld): void {
  expect(world.lane.cursor).toBe(world.head)
  const settled = new Set([...world.received, ...world.parked])
  expect([...settled].toSorted((a, b) => a - b)).toEqual(oneTo(world.head))
  const told = messages(world)
  told.slice(1).forEach((message, index) => {
    const before = told[index] ?? []
    // A later message begins where the one before ended, or repeats it from some point on.
    expect(message[0]).toBeLessThanOrEqual((before.at(-1) ?? 0) + 1)
    expect(message[0]).toBeGreaterThanOrEqual(before[0] ?? 0)
  })
}
