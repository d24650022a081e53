import { DAY_MS, HOUR_MS } from '../../../src/core/durations.ts'
import { describe, expect, it } from 'vitest'
import { MAX_REPEATS, MAX_WAIT_IN_WALK_MS } from '../../../src/core/lanes/walk-lane.ts'
import { Crash, aLaneScenario, type LaneScenario } from '../../support/lane-scenario.ts'
import {
  DELIVERED,
  ONLY_FIELDS,
  REJECTED,
  UNWANTED,
  aPlan,
  anEpoch,
  everyEvent,
  gone,
  oneTo,
  times,
  unreachable,
} from '../../support/a-lane.ts'
import { NOW } from '../../support/time.ts'

function previous(scenario: LaneScenario): (number | null)[][] {
  return scenario.sends.map(({ sequence, previousSequence }) => [sequence, previousSequence])
}

describe('G2 order: walkLane()', () => {
  it('sends everything that waits in sequence order', async () => {
    const scenario = aLaneScenario({ events: 120 })
    await scenario.walk()
    expect(scenario.order).toEqual(oneTo(120))
    expect(scenario.lane).toMatchObject({ cursor: 120, lastMeant: 120 })
  })

  it('sends nothing behind an event that is being retried', async () => {
    const scenario = aLaneScenario({ events: 3, outcomes: { 2: times(4, unreachable()) } })
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1, 2, 2, 2, 2, 2, 3])
  })

  it('sends an event that arrives during an attempt after it', async () => {
    const scenario = aLaneScenario({ events: 1 })
    scenario.during(1, () => scenario.portal.sends())
    await scenario.walk()
    expect(scenario.order).toEqual([1, 2])
  })

  it('tells the sequence that the destination was meant to get before, on every attempt', async () => {
    const outcomes = { 2: [unreachable(), unreachable()], 3: [REJECTED] }
    const scenario = aLaneScenario({ events: 4, outcomes })
    await scenario.time.passesUntilQuiet()
    expect(previous(scenario)).toEqual([
      [1, null],
      [2, 1],
      [2, 1],
      [2, 1],
      [3, 2],
      [4, 3],
    ])
  })

  it('tells the same on every replay, also of what was set aside', async () => {
    const scenario = aLaneScenario({ events: 3, outcomes: { 2: [unreachable()] } })
    scenario.during(2, () => scenario.operator.parks(2))
    await scenario.time.passesUntilQuiet()
    scenario.operator.replays({})
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(['1', '2', '3', 'r1', 'r2', 'r3'])
    expect(previous(scenario).slice(3)).toEqual(previous(scenario).slice(0, 3))
  })

  it('passes quarantined events and those of another filter, and leaves them out of the count', async () => {
    const scenario = aLaneScenario({ lane: { epochs: [anEpoch({ events: ONLY_FIELDS })] } })
    scenario.portal.sends({ quarantined: 'invalid_fields' })
    for (let count = 0; count < 120; count += 1) scenario.portal.sends(UNWANTED)
    scenario.portal.sends()
    scenario.portal.sends(UNWANTED)
    scenario.portal.sends()
    await scenario.walk()
    scenario.operator.replays({})
    await scenario.time.passesUntilQuiet()
    const once = [
      [122, null],
      [124, 122],
    ]
    expect(previous(scenario)).toEqual([...once, ...once])
  })

  it('decides each event by the filter that stood at its sequence', async () => {
    const scenario = aLaneScenario({ lane: { epochs: [anEpoch({ events: ONLY_FIELDS })] } })
    const pair = () => {
      scenario.portal.sends()
      scenario.portal.sends(UNWANTED)
    }
    pair()
    await scenario.walk()
    scenario.relay.deploys(aPlan({ events: ['onCrmDeal*'] }))
    pair()
    await scenario.walk()
    scenario.relay.deploys(aPlan({ silent: 'no_value' }))
    pair()
    await scenario.walk()
    scenario.relay.deploys(aPlan({ events: ONLY_FIELDS }))
    pair()
    await scenario.walk()
    scenario.operator.replays({})
    await scenario.time.passesUntilQuiet()
    const once = [
      [1, null],
      [4, 1],
      [7, 4],
    ]
    expect(previous(scenario)).toEqual([...once, ...once])
  })

  it.each(['person', 'machine'] as const)(
    'takes an event as meant whose filter changed while a %s got it, also after a crash',
    async (reader) => {
      const scenario = aLaneScenario({ events: 3, reader })
      scenario.during(2, () => {
        scenario.relay.deploys(aPlan({ silent: 'no_value' }))
        scenario.relay.deploys(aPlan({ fields: ['*'] }))
        scenario.relay.deploys(aPlan({ silent: 'no_value' }))
      })
      await scenario.walk()
      scenario.relay.restarts()
      await scenario.walk()
      expect(scenario.lane).toMatchObject({ cursor: 3, lastMeant: 2 })
      scenario.relay.deploys(aPlan())
      scenario.portal.sends()
      await scenario.walk()
      scenario.operator.replays({})
      await scenario.time.passesUntilQuiet()
      const once = [
        [1, null],
        [2, 1],
        [4, 2],
      ]
      expect(previous(scenario)).toEqual([...once, ...once])
    },
  )

  it('leaves an event out that is still to be retried when its filter changes', async () => {
    const scenario = aLaneScenario({ events: 3, outcomes: { 2: [unreachable()] } })
    scenario.during(2, () => scenario.relay.deploys(aPlan({ silent: 'no_value' })))
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1, 2])
    expect(scenario.lane).toMatchObject({ cursor: 3, lastMeant: 1, attempts: 0 })
  })

  it('tells the last meant sequence across the floor that retention has dropped', async () => {
    const scenario = aLaneScenario({ events: 60 })
    await scenario.walk()
    scenario.drop(57)
    scenario.operator.replays({ next: 58 })
    await scenario.time.passesUntilQuiet()
    expect(previous(scenario).slice(60)).toEqual([
      [58, 57],
      [59, 58],
      [60, 59],
    ])
  })

  it('tells an expired event as the one before, so that the receiver sees the gap', async () => {
    const scenario = aLaneScenario({ events: 4, lane: { status: 'paused' } })
    scenario.drop(2)
    scenario.operator.resumes()
    await scenario.walk()
    expect(previous(scenario)).toEqual([
      [3, 2],
      [4, 3],
    ])
    expect(scenario.lane.expired).toBe(2)
  })
})

describe('waits before the next attempt', () => {
  it('are 1 s, 5 s, 30 s, 2 min, 10 min, then every 30 min', async () => {
    const scenario = aLaneScenario({ events: 1, outcomes: { 1: times(8, unreachable()) } })
    await scenario.time.passesUntilQuiet()
    expect(scenario.waits).toEqual([1, 5, 30, 120, 600, 1800, 1800, 1800])
  })

  it('are lengthened by jitter', async () => {
    const scenario = aLaneScenario({
      events: 1,
      random: 0.5,
      outcomes: { 1: times(3, unreachable()) },
    })
    await scenario.time.passesUntilQuiet()
    expect(scenario.waits).toEqual([1.1, 5.5, 33])
  })

  it('are lengthened by Retry-After to 24 h at most, and never shortened', async () => {
    const asked = [60_000, 1000, 29_999, 7 * DAY_MS].map(unreachable)
    const scenario = aLaneScenario({ events: 1, outcomes: { 1: asked } })
    await scenario.time.passesUntilQuiet()
    expect(scenario.waits).toEqual([60, 5, 30, 86_400])
  })

  it('end at the deadline: the last attempt falls on it, then the event is parked', async () => {
    const down = times(9, unreachable())
    const scenario = aLaneScenario({ events: 2, retryMs: 60_000, outcomes: { 1: down } })
    await scenario.time.passesUntilQuiet()
    expect(scenario.sends.map(({ sequence, at }) => [sequence, (at - NOW) / 1000])).toEqual([
      [1, 0],
      [1, 1],
      [1, 6],
      [1, 36],
      [1, 60],
      [2, 60],
    ])
    expect(scenario.fates.get(1)).toMatchObject({
      state: 'parked',
      reason: 'http_503',
      attempts: 5,
    })
  })

  it('leave one attempt to an event whose turn comes after its deadline', async () => {
    const outcomes = { 1: [unreachable()], 2: [unreachable()] }
    const scenario = aLaneScenario({ events: 3, retryMs: 60_000, outcomes })
    scenario.now += 60_000
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1, 2, 3])
    expect(scenario.parked).toEqual([1, 2])
  })

  it('begin with the receipt of a live event, and with the wish of a replay', async () => {
    const scenario = aLaneScenario({
      events: 1,
      retryMs: 60_000,
      outcomes: { 1: [DELIVERED, unreachable()] },
    })
    await scenario.walk()
    scenario.now += HOUR_MS
    scenario.operator.replays({})
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(['1', 'r1', 'r1'])
    expect(scenario.parked).toEqual([])
  })

  it('up to 1.5 s are slept, longer ones are left to the alarm', async () => {
    expect(MAX_WAIT_IN_WALK_MS).toBe(1500)
    const short = aLaneScenario({ events: 1, lane: { notBefore: NOW + 1500 } })
    await short.walk()
    expect([short.sleeps, short.order]).toEqual([[1500], [1]])
    const long = aLaneScenario({ events: 1, lane: { notBefore: NOW + 1501 } })
    await long.walk()
    expect([long.sleeps, long.order]).toEqual([[], []])
  })

  it('keep the pace of a receiver, over successes and replays', async () => {
    const scenario = aLaneScenario({
      events: 4,
      minIntervalMs: 1000,
      lane: { cursor: 2, lastMeant: 2 },
    })
    scenario.operator.replays({})
    await scenario.walk()
    expect(scenario.mixed).toEqual(['3', 'r1', '4', 'r2'])
    expect(scenario.waits).toEqual([1, 1, 1])
  })
})

describe('outcomes', () => {
  it('a message that is rejected is parked, and the lane goes on', async () => {
    const scenario = aLaneScenario({ events: 3, outcomes: { 2: [REJECTED] } })
    await scenario.walk()
    expect(scenario.order).toEqual([1, 2, 3])
    expect(scenario.fates.get(2)).toMatchObject({
      state: 'parked',
      reason: 'http_422',
      status: 422,
    })
  })

  it('20 rejections in a row disable the lane; tomorrow it is tried with the next event', async () => {
    const scenario = aLaneScenario({ events: 24, outcomes: everyEvent(21, REJECTED) })
    await scenario.walk()
    expect(scenario.order).toEqual(oneTo(20))
    expect(scenario.lane).toMatchObject({
      status: 'disabled',
      disabledReason: 'rejects_everything',
    })
    await scenario.time.passes('1 day')
    expect(scenario.order).toEqual(oneTo(21))
    await scenario.time.passes('1 day')
    expect(scenario.received).toEqual([22, 23, 24])
    expect(scenario.lane.status).toBe('active')
  })

  it('19 rejections, a success and 19 more do not', async () => {
    const outcomes = { ...everyEvent(39, REJECTED), 20: [DELIVERED] }
    const scenario = aLaneScenario({ events: 39, outcomes })
    await scenario.walk()
    expect(scenario.lane).toMatchObject({ status: 'active', cursor: 39, rejectedInARow: 19 })
  })

  it('an endpoint that is gone disables the lane: events wait, a daily try ends it', async () => {
    const outcomes = { 2: [gone({ probe: true }), unreachable(), gone({ probe: true })] }
    const scenario = aLaneScenario({ events: 4, retryMs: DAY_MS, outcomes })
    await scenario.time.passes('10 days')
    expect(scenario.order).toEqual([1, 2, 2, 2, 2, 3, 4])
    expect(scenario.waits.slice(1, 4)).toEqual([86_400, 86_400, 86_400])
    expect(scenario.parked).toEqual([])
  })

  it('an endpoint that forbids it is not tried again, until its settings change', async () => {
    const scenario = aLaneScenario({ events: 2, outcomes: { 1: [gone({ probe: false })] } })
    await scenario.time.passesUntilQuiet()
    expect([scenario.order, scenario.lane.status]).toEqual([[1], 'disabled'])
    scenario.relay.deploys(aPlan({ fingerprint: 'f2' }))
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1, 1, 2])
  })

  it('a disabled lane never parks by time', async () => {
    const outcomes = { 1: [gone({ probe: true }), ...times(29, unreachable())] }
    const scenario = aLaneScenario({ events: 2, retryMs: DAY_MS, outcomes })
    await scenario.time.passes('29 days')
    expect(scenario.order).toEqual(times(30, 1))
    await scenario.time.passesUntilQuiet()
    expect(scenario.received).toEqual([1, 2])
    expect(scenario.parked).toEqual([])
  })

  it('a misconfigured destination stops its lane until it is right again', async () => {
    const scenario = aLaneScenario({ events: 1 })
    scenario.relay.deploys(aPlan({ problem: 'misconfigured', fingerprint: 'unusable' }))
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([])
    scenario.relay.deploys(aPlan())
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1])
  })

  it('a removed destination’s lane goes on when its name returns', async () => {
    const scenario = aLaneScenario({ events: 2 })
    scenario.during(1, () => scenario.relay.deploys(null))
    await scenario.time.passesUntilQuiet()
    expect([scenario.order, scenario.lane.status]).toEqual([[1], 'removed'])
    scenario.relay.deploys(aPlan())
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1, 2])
  })

  it('G10 a disabled lane keeps its probe over events that it passes', async () => {
    const outcomes = everyEvent(20, REJECTED)
    const scenario = aLaneScenario({ events: 20, outcomes })
    await scenario.walk()
    scenario.portal.sends({ quarantined: 'invalid_fields' })
    await scenario.walk()
    scenario.portal.sends()
    await scenario.time.passesUntilQuiet()
    expect(scenario.sends.at(-1)).toMatchObject({ sequence: 22, at: NOW + DAY_MS })
  })

  it('G10 a disabled lane keeps its probe when retention or the operator takes its front', async () => {
    const scenario = aLaneScenario({ events: 4, outcomes: { 1: [gone({ probe: true })] } })
    await scenario.walk()
    scenario.drop(1)
    scenario.operator.parks(2)
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1, 3, 4])
    expect(scenario.sends[1]?.at).toBe(NOW + DAY_MS)
  })
})

describe('G3 at least once: checkpoints', () => {
  it('save each outcome before the next send where a person reads', async () => {
    const scenario = aLaneScenario({ events: 4 })
    const savedAtSend: unknown[] = []
    scenario.onAnswer = () => savedAtSend.push(scenario.saves.at(-1)?.cursor)
    await scenario.walk()
    expect(savedAtSend).toEqual([undefined, 1, 2, 3])
    expect(scenario.saves.map(({ cursor }) => cursor)).toEqual([1, 2, 3])
    expect(scenario.lane.cursor).toBe(4)
  })

  it('save every 10 sends where a machine reads, and leave the rest to the second', async () => {
    const scenario = aLaneScenario({ events: 25, reader: 'machine' })
    await scenario.walk()
    expect(MAX_REPEATS).toEqual({ person: 1, machine: 10 })
    expect(scenario.saves.map(({ cursor }) => cursor)).toEqual([10, 20])
    expect(scenario.lane.cursor).toBe(25)
    scenario.portal.sends()
    await scenario.walk()
    expect(scenario.saves).toHaveLength(2)
  })

  it('make sure within a second of outcomes that wait for the next save', async () => {
    const scenario = aLaneScenario({ events: 1, reader: 'machine' })
    await scenario.walk()
    // Nothing follows: the portal's lanes come to rest, and save then.
    expect(scenario.timelySaves).toBe(0)
    scenario.portal.sends()
    scenario.portal.sends()
    await scenario.walk()
    expect([scenario.timelySaves, scenario.saves]).toEqual([2, []])
  })

  it('save nothing twice where each outcome is saved at once', async () => {
    const outcomes = { 1: [unreachable(), unreachable()] }
    const scenario = aLaneScenario({ events: 1, reader: 'machine', outcomes })
    await scenario.walk({ budgetMs: 1 })
    scenario.now += 1000
    await scenario.walk({ budgetMs: 1 })
    expect([scenario.saves.length, scenario.timelySaves]).toEqual([2, 0])
  })

  it('save exact fates and failures at once, and count from there', async () => {
    const outcomes = { 2: [unreachable()], 5: [REJECTED] }
    const scenario = aLaneScenario({ events: 16, reader: 'machine', outcomes })
    await scenario.walk()
    expect(scenario.saves.map(({ cursor, attempts }) => [cursor, attempts])).toEqual([
      [1, 1],
      [2, 0],
      [5, 0],
      [15, 0],
    ])
  })

  it('save a replay at once, and with it whatever was unsaved', async () => {
    const scenario = aLaneScenario({
      events: 15,
      lane: { cursor: 1, lastMeant: 1 },
      reader: 'machine',
    })
    scenario.operator.replays({})
    scenario.saves.length = 0
    await scenario.walk()
    expect(scenario.mixed.slice(0, 3)).toEqual(['2', 'r1', '3'])
    expect(scenario.saves.map(({ cursor }) => cursor)).toEqual([2, 12])
  })

  it.each([
    ['person', 25, [25]],
    ['machine', 25, [21, 22, 23, 24, 25]],
    ['machine', 20, oneTo(20).slice(10)],
  ] as const)('a crash shows a %s after event %i only %j again', async (reader, at, again) => {
    const scenario = aLaneScenario({ events: 30, reader })
    scenario.during(at, () => {
      throw new Crash()
    })
    await scenario.walk()
    await scenario.walk()
    expect(scenario.received).toEqual([...oneTo(at), ...again, ...oneTo(30).slice(at)])
  })

  it('write nothing for events that are only passed: they are passed again after a crash', async () => {
    const scenario = aLaneScenario({ lane: { epochs: [anEpoch({ events: ONLY_FIELDS })] } })
    scenario.portal.sends(UNWANTED)
    await scenario.walk()
    expect([scenario.saves, scenario.lane.cursor]).toEqual([[], 1])
    scenario.relay.restarts()
    expect(scenario.lane.cursor).toBe(0)
    scenario.portal.sends()
    await scenario.walk()
    expect(scenario.order).toEqual([2])
  })
})

describe('an outcome awaited across a generation change', () => {
  it.each([
    ['person', DELIVERED],
    ['machine', DELIVERED],
    ['person', REJECTED],
    ['person', unreachable()],
  ] as const)('is written nowhere (%s, %o)', async (reader, outcome) => {
    const scenario = aLaneScenario({ events: 3, reader, outcomes: { 1: [outcome] } })
    const before = scenario.lane
    scenario.during(1, () => (scenario.generation += 1))
    await scenario.walk()
    expect(scenario.order).toEqual([1])
    expect(scenario.lane).toBe(before)
    expect([scenario.saves, [...scenario.fates]]).toEqual([[], []])
  })

  it('is written nowhere when it is a replay’s', async () => {
    const scenario = aLaneScenario({ events: 1 })
    await scenario.walk()
    scenario.operator.replays({})
    const [before, saves] = [scenario.lane, scenario.saves.length]
    scenario.during(1, () => (scenario.generation += 1))
    await scenario.walk()
    expect(scenario.lane).toBe(before)
    expect([scenario.saves.length, scenario.fates.size]).toEqual([saves, 0])
  })

  it('takes no checkpoint of the walk with it', async () => {
    const scenario = aLaneScenario({ events: 5, reader: 'machine' })
    scenario.during(3, () => (scenario.generation += 1))
    await scenario.walk()
    expect(scenario.saves).toEqual([])
  })
})
