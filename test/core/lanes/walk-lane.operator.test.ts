/** The acts of an operator on a lane that is walked: pause, resume, park, replay. */
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { MAX_PASSED } from '../../../src/core/lanes/lane-reader.ts'
import { walkLane } from '../../../src/core/lanes/walk-lane.ts'
import { Crash, aLaneScenario } from '../../support/scenarios/lane-scenario.ts'
import {
  DELIVERED,
  ONLY_FIELDS,
  REJECTED,
  UNWANTED,
  anEpoch,
  everyEvent,
  gone,
  times,
  unreachable,
} from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

describe('an operator', () => {
  it('pauses in the middle of an attempt: its outcome counts, nothing follows', async () => {
    const scenario = aLaneScenario({ events: 3 })
    scenario.during(1, () => scenario.operator.pauses())
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1])
    expect(scenario.lane).toMatchObject({ status: 'paused', cursor: 1 })
    scenario.operator.resumes()
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1, 2, 3])
  })

  it.each([
    ['at once', unreachable(), 0],
    ['not before a Retry-After', unreachable(MINUTE_MS), 60],
    ['at once, also after the endpoint was gone', gone({ probe: false }), 0],
  ])('resumes a lane that was paused while its attempt failed: it tries %s', async (...row) => {
    const [, outcome, seconds] = row
    const scenario = aLaneScenario({ events: 1, outcomes: { 1: [outcome] } })
    scenario.during(1, () => scenario.operator.pauses())
    await scenario.time.passes('30 days')
    expect([scenario.order, scenario.lane.status]).toEqual([[1], 'paused'])
    const resumedAt = scenario.now
    scenario.now = NOW
    scenario.operator.resumes()
    await scenario.time.passesUntilQuiet()
    expect(scenario.sends[1]?.at).toBe(NOW + seconds * 1000)
    expect(resumedAt).toBe(NOW)
  })

  it('resumes a lane that waits: it tries at once', async () => {
    const scenario = aLaneScenario({ events: 1, outcomes: { 1: times(6, unreachable()) } })
    await scenario.time.passes('15 min')
    const [attempts, { now }] = [scenario.sends.length, scenario]
    scenario.operator.resumes()
    await scenario.walk()
    expect(scenario.sends[attempts]?.at).toBe(now)
  })

  it('parks the front while its attempt is under way: delivered meanwhile is delivered', async () => {
    const scenario = aLaneScenario({ events: 2 })
    scenario.during(1, () => scenario.operator.parks(1))
    await scenario.walk()
    expect(scenario.order).toEqual([1, 2])
    expect(scenario.fates.get(1)).toMatchObject({ state: 'delivered', attempts: 1 })
    expect(scenario.parked).toEqual([])
  })

  it('parks the front while its attempt fails: it stays parked, the next is not to blame', async () => {
    const scenario = aLaneScenario({ events: 2, outcomes: { 1: [unreachable()] } })
    scenario.during(1, () => scenario.operator.parks(1))
    await scenario.walk()
    expect(scenario.order).toEqual([1, 2])
    expect(scenario.fates.get(1)).toMatchObject({ state: 'parked', reason: 'set_aside' })
    expect(scenario.fates.has(2)).toBe(false)
  })
})

describe('a replay of one event behind many that the destination does not get', () => {
  const CHOOSY = { epochs: [anEpoch({ events: ONLY_FIELDS })] }

  it('looks for the one before it in turns, and only once while it waits for a slot', async () => {
    const scenario = aLaneScenario({ lane: CHOOSY })
    scenario.portal.sends()
    for (let count = 0; count < 3 * MAX_PASSED; count += 1) scenario.portal.sends(UNWANTED)
    scenario.portal.sends()
    await scenario.walk()
    const last = scenario.head
    scenario.operator.replays({ next: last, to: last })
    scenario.slots.push(...[1, 2, 3].map((n) => scenario.now + n * 1000))
    const ports = scenario.ports()
    let looked = 0
    const outlinesBefore: typeof ports.log.outlinesBefore = (before, limit) => {
      const found = ports.log.outlinesBefore(before, limit)
      looked += found.length
      return found
    }
    const turns = scenario.sleeps.length
    await walkLane({ ...ports, log: { ...ports.log, outlinesBefore } }, scenario.now + 30_000)
    expect(scenario.sends.at(-1)).toMatchObject({ sequence: last, previousSequence: 1 })
    expect(looked).toBeLessThan(4 * MAX_PASSED)
    expect(scenario.sleeps.slice(turns).filter((ms) => ms === 0)).toHaveLength(3)
  })
})

describe('replay jobs', () => {
  /** A lane that has delivered 3 of 6 events. */
  const half = { events: 6, lane: { cursor: 3, lastMeant: 3 } }

  it('leave no fate of an event that was dropped while it was sent', async () => {
    const scenario = aLaneScenario({ ...half, outcomes: { 1: [REJECTED] } })
    scenario.operator.replays({ to: 1 })
    scenario.during(1, () => scenario.drop(2))
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toContain('r1')
    expect(scenario.parked).toEqual([])
  })

  it('send one event at a time between live ones', async () => {
    const scenario = aLaneScenario(half)
    scenario.operator.replays({})
    await scenario.walk()
    expect(scenario.mixed).toEqual(['4', 'r1', '5', 'r2', '6', 'r3'])
  })

  it('of parked events take only those', async () => {
    const outcomes = { 2: [REJECTED], 60: [REJECTED] }
    const scenario = aLaneScenario({ events: 60, outcomes })
    await scenario.walk()
    scenario.operator.replays({ parkedOnly: true })
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed.slice(60)).toEqual(['r2', 'r60'])
    expect(scenario.parked).toEqual([])
    expect(scenario.lane.replays).toEqual([])
  })

  it.each([
    ['a range', false],
    ['parked events', true],
  ])('of %s keep what still waits for its enrichment (G1)', async (_name, parkedOnly) => {
    // The lane of a new destination begins behind the event that waits.
    const scenario = aLaneScenario({ events: 3, lane: { cursor: 3 } })
    for (const sequence of [1, 3]) {
      const parked = { state: 'parked', reason: 'set_aside', status: null, at: NOW } as const
      scenario.fates.set(sequence, { sequence, attempts: 0, ...parked })
    }
    scenario.readableUpTo = 2
    scenario.operator.replays({ parkedOnly })
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(parkedOnly ? ['r1'] : ['r1', 'r2'])
    expect(scenario.lane.replays).toMatchObject([{ next: 3, to: 3 }])
    scenario.readableUpTo = 3
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed.at(-1)).toBe('r3')
    expect(scenario.lane.replays).toEqual([])
  })

  it('whose rest waits for its enrichment hold up no live event, and end before the next job', async () => {
    const scenario = aLaneScenario({ events: 3, lane: { cursor: 3 } })
    scenario.readableUpTo = 2
    scenario.operator.replays({ next: 3, to: 3 })
    scenario.operator.replays({ next: 1, to: 1 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual([])
    scenario.portal.sends()
    scenario.readableUpTo = 4
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(['4', 'r3', 'r1'])
  })

  it('never run while the lane retries', async () => {
    const scenario = aLaneScenario({ ...half, outcomes: { 4: times(3, unreachable()) } })
    scenario.operator.replays({ to: 1 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(['4', '4', '4', '4', 'r1', '5', '6'])
  })

  it('retry by themselves, while live events go on', async () => {
    const scenario = aLaneScenario({ ...half, outcomes: { 1: times(3, unreachable()) } })
    scenario.operator.replays({ to: 2 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(['4', 'r1', '5', '6', 'r1', 'r1', 'r1', 'r2'])
    expect(scenario.waits.slice(3)).toEqual([1, 5, 30, 0])
    expect(scenario.fates.get(1)).toMatchObject({ state: 'delivered', attempts: 4 })
  })

  it('count the attempts that an event has had before', async () => {
    const scenario = aLaneScenario({ events: 1, outcomes: { 1: [unreachable(), REJECTED] } })
    await scenario.time.passesUntilQuiet()
    scenario.operator.replays({})
    await scenario.time.passesUntilQuiet()
    expect(scenario.fates.get(1)).toMatchObject({ state: 'delivered', attempts: 3 })
  })

  it('hold live events back by Retry-After alone', async () => {
    const scenario = aLaneScenario({ ...half, outcomes: { 1: [unreachable(MINUTE_MS)] } })
    scenario.operator.replays({ to: 1 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.sends.map(({ at }) => at - NOW)).toEqual([
      0,
      0,
      MINUTE_MS,
      MINUTE_MS,
      MINUTE_MS,
    ])
    expect(scenario.mixed).toEqual(['4', 'r1', '5', 'r1', '6'])
  })

  it('are worked off one after the other', async () => {
    const scenario = aLaneScenario({ events: 3 })
    await scenario.walk()
    scenario.operator.replays({ next: 2 })
    scenario.operator.replays({ to: 1 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed.slice(3)).toEqual(['r2', 'r3', 'r1'])
  })

  it('survive a crash, with at most one event again', async () => {
    const scenario = aLaneScenario({ events: 4, reader: 'machine' })
    await scenario.walk()
    scenario.operator.replays({})
    scenario.during(3, () => {
      throw new Crash()
    })
    await scenario.time.passesUntilQuiet()
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed.slice(4)).toEqual(['r1', 'r2', 'r3', 'r3', 'r4'])
    expect(scenario.lane).toMatchObject({ cursor: 4, replays: [] })
  })

  it('pass what retention has dropped meanwhile', async () => {
    const scenario = aLaneScenario({ events: 4, outcomes: { 2: [REJECTED], 4: [REJECTED] } })
    await scenario.walk()
    scenario.operator.replays({ parkedOnly: true })
    scenario.operator.replays({})
    const [first, second] = scenario.lane.replays
    scenario.drop(2)
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed.slice(4)).toEqual(['r4', 'r3', 'r4'])
    expect([first?.next, second?.next]).toEqual([1, 1])
  })

  it('pass a parked event whose row is gone although its fate is not', async () => {
    const scenario = aLaneScenario({ events: 3, outcomes: everyEvent(3, REJECTED) })
    await scenario.walk()
    scenario.log.splice(0, 2)
    scenario.operator.replays({ parkedOnly: true })
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed.slice(3)).toEqual(['r3'])
  })

  it('pass what the destination was never meant to get', async () => {
    const scenario = aLaneScenario({ lane: { epochs: [anEpoch({ events: ONLY_FIELDS })] } })
    scenario.portal.sends()
    for (let count = 0; count < 120; count += 1) scenario.portal.sends(UNWANTED)
    scenario.portal.sends()
    scenario.portal.sends()
    await scenario.walk()
    scenario.operator.replays({ to: 122 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed.slice(3)).toEqual(['r1', 'r122'])
    expect(scenario.lane.replays).toEqual([])
  })

  it('wait for a paused lane', async () => {
    const scenario = aLaneScenario({ events: 1 })
    await scenario.walk()
    scenario.operator.replays({})
    scenario.operator.pauses()
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1])
  })

  it('G10 are the daily try of a disabled lane for which nothing else waits', async () => {
    const outcomes = { 1: [DELIVERED, gone({ probe: true }), unreachable()] }
    const scenario = aLaneScenario({ events: 2, outcomes })
    await scenario.walk()
    scenario.operator.replays({ to: 1 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(['1', '2', 'r1', 'r1', 'r1'])
    expect(scenario.waits.slice(2)).toEqual([86_400, 86_400])
    expect(scenario.lane).toMatchObject({ status: 'active', replays: [] })
  })

  it('leave the daily try to a live event that waits', async () => {
    const outcomes = { 3: [gone({ probe: true })] }
    const scenario = aLaneScenario({ events: 3, lane: { cursor: 2, lastMeant: 2 }, outcomes })
    scenario.operator.replays({})
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(['3', '3', 'r1', 'r2'])
  })

  it('are no try of a disabled lane that forbids it', async () => {
    const scenario = aLaneScenario({
      events: 1,
      outcomes: { 1: [DELIVERED, gone({ probe: false })] },
    })
    await scenario.walk()
    scenario.operator.replays({})
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(['1', 'r1'])
    expect(scenario.lane).toMatchObject({ status: 'disabled', replays: [{ next: 1 }] })
  })
})
