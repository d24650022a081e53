import { describe, expect, it } from 'vitest'
import { hourOf } from '../../../src/core/tallies/lane-hours.ts'
import { MAX_REPEATS } from '../../../src/core/lanes/walk-lane.ts'
import { NOW } from '../../support/time.ts'
import { Crash, aLaneScenario, type LaneScenario } from '../../support/scenarios/lane-scenario.ts'
import {
  DELIVERED,
  ONLY_FIELDS,
  REJECTED,
  UNWANTED,
  aPlan,
  anEpoch,
  oneTo,
  times,
  unreachable,
} from '../../support/builders/a-lane.ts'

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

  it('tells the same on every replay, also of what was parked', async () => {
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
    const live = [
      [1, null],
      [4, 1],
      [7, 4],
    ]
    // The operator may also have what the present filter takes and a former one did not.
    const replayed = [
      [1, null],
      [3, 1],
      [4, 1],
      [5, 4],
      [7, 4],
    ]
    expect(previous(scenario)).toEqual([...live, ...replayed])
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
      const live = [
        [1, null],
        [2, 1],
        [4, 2],
      ]
      expect(previous(scenario)).toEqual([...live, [1, null], [2, 1], [3, 2], [4, 2]])
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

  it('make sure in time of outcomes that wait for the next save', async () => {
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

describe('an outcome that was awaited while the log was erased', () => {
  it.each([
    ['person', DELIVERED],
    ['machine', DELIVERED],
    ['person', REJECTED],
    ['person', unreachable()],
  ] as const)('is written nowhere (%s, %o)', async (reader, outcome) => {
    const scenario = aLaneScenario({ events: 3, reader, outcomes: { 1: [outcome] } })
    const before = scenario.lane
    scenario.during(1, () => (scenario.erasures += 1))
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
    scenario.during(1, () => (scenario.erasures += 1))
    await scenario.walk()
    expect(scenario.lane).toBe(before)
    expect([scenario.saves.length, scenario.fates.size]).toEqual([saves, 0])
  })

  it('takes no checkpoint of the walk with it', async () => {
    const scenario = aLaneScenario({ events: 5, reader: 'machine' })
    scenario.during(3, () => (scenario.erasures += 1))
    await scenario.walk()
    expect(scenario.saves).toEqual([])
  })
})

it('notes the hours of a lane with its attempts: what waited, and how long deliveries took', async () => {
  const scenario = aLaneScenario({ events: 3, outcomes: { 1: [unreachable()], 2: [REJECTED] } })
  await scenario.time.passesUntilQuiet()
  scenario.operator.replays({ next: 1, to: 3 })
  await scenario.time.passesUntilQuiet()
  // Events 1 and 3 after the second that event 1 waited; a replay is no delay, and the refused event has none.
  expect(scenario.lane.hours).toEqual([[hourOf(NOW), 3, 0, 0, 2]])
})
