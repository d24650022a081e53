/** The walk of a lane that tells events together, over crashes, operators and a common pace. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import { laneDueAt } from '../../../src/core/lanes/state/lane-state.ts'
import type { DeliveryOutcome } from '../../../src/core/lanes/state/outcome.ts'
import { Crash, aLaneScenario, type LaneScenario } from '../../support/scenarios/lane-scenario.ts'
import {
  DELIVERED,
  ONLY_FIELDS,
  REJECTED,
  UNWANTED,
  anEpoch,
  gone,
  oneTo,
  times,
  unreachable,
} from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const BEHIND = { waitMs: null, max: 50 }
const GATHERING = { waitMs: 30_000, max: 5 }

describe('a lane that is behind', () => {
  test('tells more than ten waiting events in one message', async () => {
    const scenario = aLaneScenario({ events: 12, digestRule: BEHIND })
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(12)])
    expect(scenario.lane.cursor).toBe(12)
    expect(scenario.digests).toEqual([{ sequences: oneTo(12), at: NOW, attempts: 1 }])
  })

  test('sends ten waiting events one by one', async () => {
    const scenario = aLaneScenario({ events: 10, digestRule: BEHIND })
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual(oneTo(10).map((sequence) => [sequence]))
  })

  test('tells a burst in few messages: after a digest it gathers for ten seconds', async () => {
    const scenario = aLaneScenario({ events: 0, digestRule: BEHIND, minIntervalMs: 1000 })
    for (let second = 0; second < 60; second += 1) {
      for (let count = 0; count < 4; count += 1) scenario.portal.sends()
      await scenario.time.passes('1 s')
      scenario.now = NOW + (second + 1) * 1000
    }
    await scenario.time.passesUntilQuiet()
    expect(scenario.received).toEqual(oneTo(240))
    const together = scenario.told.filter((message) => message.length > 1)
    expect(together.map((message) => message.length).toSorted((a, b) => b - a)[0]).toBe(40)
    expect(scenario.told.length).toBeLessThanOrEqual(12)
  })

  test('never tells machines together', async () => {
    const scenario = aLaneScenario({ events: 20, reader: 'machine', digestRule: null })
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual(oneTo(20).map((sequence) => [sequence]))
  })

  test('turns a thousand changes into twenty messages', async () => {
    const scenario = aLaneScenario({ events: 1000, digestRule: BEHIND, minIntervalMs: 1000 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toHaveLength(20)
    expect(scenario.received).toEqual(oneTo(1000))
    expect(Math.min(...scenario.waits)).toBeGreaterThanOrEqual(1)
  })
})

describe('a lane with a digest of its own', () => {
  test('waits for others, and is due when the wait of the first event is over', async () => {
    const scenario = aLaneScenario({ events: 2, digestRule: GATHERING })
    await scenario.walk()
    expect(scenario.sends).toEqual([])
    expect(laneDueAt(scenario.lane, scenario.head)).toBe(NOW + 30_000)
    scenario.now += 10_000
    scenario.portal.sends()
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([[1, 2, 3]])
    expect(scenario.now).toBe(NOW + 30_000)
  })

  test('sends at once when there are as many as one message may hold', async () => {
    const scenario = aLaneScenario({ events: 4, digestRule: GATHERING })
    await scenario.walk()
    scenario.portal.sends()
    await scenario.walk()
    expect(scenario.told).toEqual([oneTo(5)])
  })

  test('tells an event that stayed alone in a message of its own', async () => {
    const scenario = aLaneScenario({ events: 1, digestRule: GATHERING })
    await scenario.time.passesUntilQuiet()
    expect(scenario.sends).toEqual([
      { sequence: 1, at: NOW + 30_000, previousSequence: null, replayed: false },
    ])
  })

  test('begins the next wait with the next event', async () => {
    const scenario = aLaneScenario({ events: 1, digestRule: GATHERING })
    await scenario.time.passesUntilQuiet()
    scenario.now += 5000
    scenario.portal.sends()
    await scenario.walk()
    expect(laneDueAt(scenario.lane, scenario.head)).toBe(NOW + 65_000)
  })
})

describe('G3 at least once: a digest', () => {
  test('is written once, however often it is sent', async () => {
    const scenario = aLaneScenario({
      events: 12,
      digestRule: BEHIND,
      outcomes: { 1: [unreachable()] },
    })
    await scenario.walk({ budgetMs: 1 })
    expect(
      scenario.saves.map(({ gathering, attempts }) => [gathering.underWay?.length, attempts]),
    ).toEqual([
      [12, 0],
      [12, 1],
    ])
    scenario.now += 1000
    await scenario.walk({ budgetMs: 1 })
    expect(
      scenario.saves.slice(2).map(({ cursor, gathering }) => [cursor, gathering.underWay]),
    ).toEqual([[12, null]])
  })

  test('is given up only when the youngest of its events would be', async () => {
    const outcomes = { 1: times(20, unreachable()) }
    const scenario = aLaneScenario({ events: 11, digestRule: BEHIND, retryMs: MINUTE_MS, outcomes })
    scenario.now += 30_000
    scenario.portal.sends()
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toContainEqual(oneTo(12))
    expect(scenario.sends.at(-1)?.at).toBe(NOW + 90_000)
    expect(scenario.parked).toEqual(oneTo(12))
  })

  test('leaves each of its events with the filter that decided it', async () => {
    const epochs = [anEpoch(), anEpoch({ from: 7, events: ONLY_FIELDS })]
    const scenario = aLaneScenario({ digestRule: BEHIND, lane: { epochs } })
    for (const sequence of oneTo(24)) scenario.portal.sends(sequence % 2 === 0 ? UNWANTED : {})
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([[1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 15, 17, 19, 21, 23]])
    expect(scenario.lane).toMatchObject({ cursor: 24, epochs })
  })

  test('that began with one event stays that event when its first attempt failed', async () => {
    const scenario = aLaneScenario({
      events: 1,
      digestRule: BEHIND,
      outcomes: { 1: [unreachable()] },
    })
    await scenario.walk({ budgetMs: 1 })
    for (let count = 0; count < 12; count += 1) scenario.portal.sends()
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([[1], [1], oneTo(13).slice(1)])
  })
})

describe('a digest that the receiver refuses', () => {
  test('goes out event by event, and only the poisonous one is parked', async () => {
    const scenario = aLaneScenario({ events: 12, digestRule: BEHIND })
    scenario.answer = (entry) =>
      entry.sequence === 1 && scenario.sends.length === 1 ? REJECTED : byPoison(entry.sequence)
    const byPoison = (sequence: number): DeliveryOutcome => (sequence === 4 ? REJECTED : DELIVERED)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(12), ...oneTo(12).map((sequence) => [sequence])])
    expect(scenario.parked).toEqual([4])
  })

  test('does not keep later events from being told together', async () => {
    const scenario = aLaneScenario({ events: 12, digestRule: BEHIND, outcomes: { 1: [REJECTED] } })
    scenario.during(12, () => {
      for (let count = 0; count < 11; count += 1) scenario.portal.sends()
    })
    await scenario.time.passesUntilQuiet()
    expect(scenario.told.at(-1)).toEqual(oneTo(23).slice(12))
  })
})

describe('a digest that meets server errors', () => {
  const SPLIT = { ...BEHIND, isSplit: true }

  test('is split when its front alone is taken, and the others follow one by one', async () => {
    const outcomes = { 1: times(3, unreachable()) }
    const scenario = aLaneScenario({ events: 12, digestRule: SPLIT, outcomes })
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([
      ...times(3, oneTo(12)),
      ...oneTo(12).map((sequence) => [sequence]),
    ])
    expect(scenario.lane).toMatchObject({ cursor: 12, gathering: { underWay: null } })
  })

  test('stays together behind its front when the receiver was down', async () => {
    const outcomes = { 1: times(5, unreachable()) }
    const scenario = aLaneScenario({ events: 12, digestRule: SPLIT, outcomes })
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([...times(3, oneTo(12)), ...times(3, [1]), oneTo(12).slice(1)])
  })
})

describe('an operator', () => {
  test('who pauses stops a digest before it is sent', async () => {
    const scenario = aLaneScenario({ events: 12, digestRule: BEHIND })
    scenario.operator.pauses()
    await scenario.time.passesUntilQuiet()
    expect(scenario.sends).toEqual([])
    scenario.operator.resumes()
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(12)])
  })
})

describe('a digest in the way of something else', () => {
  test('that is refused by the daily try of a disabled lane lets the lane go on', async () => {
    const outcomes = { 1: [gone({ probe: true }), REJECTED] }
    const scenario = aLaneScenario({ events: 12, digestRule: BEHIND, outcomes })
    await scenario.time.passesUntilQuiet()
    expect(scenario.lane).toMatchObject({ status: 'active', cursor: 12 })
    expect(scenario.received).toEqual(oneTo(12))
  })

  test('of which an event was parked under way delivers that one too when it is taken', async () => {
    const scenario = aLaneScenario({ events: 12, digestRule: BEHIND })
    scenario.during(1, () => scenario.operator.parks(1))
    await scenario.time.passesUntilQuiet()
    expect(scenario.parked).toEqual([])
    expect(scenario.received).toEqual(oneTo(12))
  })

  test('goes out event by event when a machine reads now', async () => {
    const scenario = aLaneScenario({
      events: 12,
      digestRule: BEHIND,
      outcomes: { 1: [unreachable()] },
    })
    await scenario.walk({ budgetMs: 1 })
    expect(scenario.lane.gathering.underWay).toEqual(oneTo(12))
    const machine = aLaneScenario({
      events: 12,
      lane: scenario.lane,
      reader: 'machine',
      digestRule: null,
    })
    await machine.time.passesUntilQuiet()
    expect(machine.told).toEqual(oneTo(12).map((sequence) => [sequence]))
  })

  test('that retention has cut goes out with what is left of it, and never back', async () => {
    const scenario = aLaneScenario({
      events: 12,
      digestRule: BEHIND,
      outcomes: { 1: [unreachable(MINUTE_MS)] },
    })
    await scenario.walk()
    scenario.drop(10)
    expect(scenario.lane).toMatchObject({ cursor: 10, gathering: { underWay: [11, 12] } })
    scenario.drop(12)
    expect(scenario.lane).toMatchObject({ cursor: 12, gathering: { underWay: null } })
  })

  test('that is still gathered delays no replay', async () => {
    const scenario = aLaneScenario({
      events: 3,
      digestRule: { waitMs: HOUR_MS, max: 50 },
      lane: { cursor: 2, lastMeant: 2 },
      minIntervalMs: 6000,
    })
    scenario.operator.replays({ next: 1, to: 2 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(['r1', 'r2', '3'])
    expect(scenario.waits[0]).toBe(6)
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
        async (actions, answers, digestRule) => {
          const scenario = aLaneScenario({ events: 8, digestRule })
          const script = [...answers]
          let isCrashing = false
          scenario.answer = () => {
            const next = script.shift() ?? 'ok'
            isCrashing = next === 'crash'
            if (next === 'fail') return unreachable()
            return next === 'reject' ? REJECTED : DELIVERED
          }
          scenario.onAnswer = () => {
            if (isCrashing) throw new Crash()
          }
          for (const action of actions) {
            if (action === 'append') scenario.portal.sends()
            else if (action === 'walk') await scenario.walk()
            else if (action === 'crash') scenario.relay.restarts()
            else scenario.now += 700
          }
          await scenario.time.passesUntilQuiet()
          expectAllSettledInOrder(scenario)
        },
      ),
      { numRuns: 300 },
    )
  })
})

function expectAllSettledInOrder(scenario: LaneScenario): void {
  expect(scenario.lane.cursor).toBe(scenario.head)
  const settled = new Set([...scenario.received, ...scenario.parked])
  expect([...settled].toSorted((a, b) => a - b)).toEqual(oneTo(scenario.head))
  const told = scenario.told
  told.slice(1).forEach((message, index) => {
    const before = told[index] ?? []
    // A later message begins where the one before ended, or repeats it from some point on.
    expect(message[0]).toBeLessThanOrEqual((before.at(-1) ?? 0) + 1)
    expect(message[0]).toBeGreaterThanOrEqual(before[0] ?? 0)
  })
}
