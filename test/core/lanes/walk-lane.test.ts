import { describe, expect, it } from 'vitest'
import { MAX_REPEATS, MAX_WAIT_IN_WALK_MS } from '../../../src/core/lanes/walk-lane.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/lanes/retry.ts'
import {
  Crash,
  DELIVERED,
  ONLY_FIELDS,
  REJECTED,
  UNWANTED,
  aPlan,
  anEpoch,
  everyEvent,
  gone,
  laneWorld,
  oneTo,
  times,
  unreachable,
  type LaneWorld,
} from '../../support/lane-scenario.ts'
import { NOW } from '../../support/time.ts'

function previous(world: LaneWorld): (number | null)[][] {
  return world.sends.map(({ sequence, previousSequence }) => [sequence, previousSequence])
}

describe('G2 order: walkLane()', () => {
  it('sends everything that waits in sequence order', async () => {
    const world = laneWorld({ events: 120 })
    await world.walk()
    expect(world.order).toEqual(oneTo(120))
    expect(world.lane).toMatchObject({ cursor: 120, lastMeant: 120 })
  })

  it('sends nothing behind an event that is being retried', async () => {
    const world = laneWorld({ events: 3, outcomes: { 2: times(4, unreachable()) } })
    await world.run()
    expect(world.order).toEqual([1, 2, 2, 2, 2, 2, 3])
  })

  it('sends an event that arrives during an attempt after it', async () => {
    const world = laneWorld({ events: 1 })
    world.during(1, () => world.append())
    await world.walk()
    expect(world.order).toEqual([1, 2])
  })

  it('tells the sequence that the destination was meant to get before, on every attempt', async () => {
    const outcomes = { 2: [unreachable(), unreachable()], 3: [REJECTED] }
    const world = laneWorld({ events: 4, outcomes })
    await world.run()
    expect(previous(world)).toEqual([
      [1, null],
      [2, 1],
      [2, 1],
      [2, 1],
      [3, 2],
      [4, 3],
    ])
  })

  it('tells the same on every replay, also of what was set aside', async () => {
    const world = laneWorld({ events: 3, outcomes: { 2: [unreachable()] } })
    world.during(2, () => world.park(2))
    await world.run()
    world.replay({})
    await world.run()
    expect(world.mixed).toEqual(['1', '2', '3', 'r1', 'r2', 'r3'])
    expect(previous(world).slice(3)).toEqual(previous(world).slice(0, 3))
  })

  it('passes quarantined events and those of another filter, and leaves them out of the count', async () => {
    const world = laneWorld({ lane: { epochs: [anEpoch({ events: ONLY_FIELDS })] } })
    world.append({ quarantined: 'invalid_fields' })
    for (let count = 0; count < 120; count += 1) world.append(UNWANTED)
    world.append()
    world.append(UNWANTED)
    world.append()
    await world.walk()
    world.replay({})
    await world.run()
    const once = [
      [122, null],
      [124, 122],
    ]
    expect(previous(world)).toEqual([...once, ...once])
  })

  it('decides each event by the filter that stood at its sequence', async () => {
    const world = laneWorld({ lane: { epochs: [anEpoch({ events: ONLY_FIELDS })] } })
    const pair = () => {
      world.append()
      world.append(UNWANTED)
    }
    pair()
    await world.walk()
    world.configure(aPlan({ events: ['onCrmDeal*'] }))
    pair()
    await world.walk()
    world.configure(aPlan({ silent: 'no_value' }))
    pair()
    await world.walk()
    world.configure(aPlan({ events: ONLY_FIELDS }))
    pair()
    await world.walk()
    world.replay({})
    await world.run()
    const once = [
      [1, null],
      [4, 1],
      [7, 4],
    ]
    expect(previous(world)).toEqual([...once, ...once])
  })

  it.each(['person', 'machine'] as const)(
    'takes an event as meant whose filter changed while a %s got it, also after a crash',
    async (reader) => {
      const world = laneWorld({ events: 3, reader })
      world.during(2, () => {
        world.configure(aPlan({ silent: 'no_value' }))
        world.configure(aPlan({ fields: ['*'] }))
        world.configure(aPlan({ silent: 'no_value' }))
      })
      await world.walk()
      world.restart()
      await world.walk()
      expect(world.lane).toMatchObject({ cursor: 3, lastMeant: 2 })
      world.configure(aPlan())
      world.append()
      await world.walk()
      world.replay({})
      await world.run()
      const once = [
        [1, null],
        [2, 1],
        [4, 2],
      ]
      expect(previous(world)).toEqual([...once, ...once])
    },
  )

  it('leaves an event out that is still to be retried when its filter changes', async () => {
    const world = laneWorld({ events: 3, outcomes: { 2: [unreachable()] } })
    world.during(2, () => world.configure(aPlan({ silent: 'no_value' })))
    await world.run()
    expect(world.order).toEqual([1, 2])
    expect(world.lane).toMatchObject({ cursor: 3, lastMeant: 1, attempts: 0 })
  })

  it('tells the last meant sequence across the floor that retention has dropped', async () => {
    const world = laneWorld({ events: 60 })
    await world.walk()
    world.drop(57)
    world.replay({ next: 58 })
    await world.run()
    expect(previous(world).slice(60)).toEqual([
      [58, 57],
      [59, 58],
      [60, 59],
    ])
  })

  it('tells an expired event as the one before, so that the receiver sees the gap', async () => {
    const world = laneWorld({ events: 4, lane: { status: 'paused' } })
    world.drop(2)
    world.resume()
    await world.walk()
    expect(previous(world)).toEqual([
      [3, 2],
      [4, 3],
    ])
    expect(world.lane.expired).toBe(2)
  })
})

describe('waits before the next attempt', () => {
  it('are 1 s, 5 s, 30 s, 2 min, 10 min, then every 30 min', async () => {
    const world = laneWorld({ events: 1, outcomes: { 1: times(8, unreachable()) } })
    await world.run()
    expect(world.waits).toEqual([1, 5, 30, 120, 600, 1800, 1800, 1800])
  })

  it('are lengthened by jitter', async () => {
    const world = laneWorld({ events: 1, random: 0.5, outcomes: { 1: times(3, unreachable()) } })
    await world.run()
    expect(world.waits).toEqual([1.1, 5.5, 33])
  })

  it('are lengthened by Retry-After to 24 h at most, and never shortened', async () => {
    const asked = [60_000, 1000, 29_999, 7 * DAY_MS].map(unreachable)
    const world = laneWorld({ events: 1, outcomes: { 1: asked } })
    await world.run()
    expect(world.waits).toEqual([60, 5, 30, 86_400])
  })

  it('end at the deadline: the last attempt falls on it, then the event is parked', async () => {
    const down = times(9, unreachable())
    const world = laneWorld({ events: 2, retryMs: 60_000, outcomes: { 1: down } })
    await world.run()
    expect(world.sends.map(({ sequence, at }) => [sequence, (at - NOW) / 1000])).toEqual([
      [1, 0],
      [1, 1],
      [1, 6],
      [1, 36],
      [1, 60],
      [2, 60],
    ])
    expect(world.fates.get(1)).toMatchObject({
      state: 'parked',
      reason: 'http_503',
      attempts: 5,
    })
  })

  it('leave one attempt to an event whose turn comes after its deadline', async () => {
    const outcomes = { 1: [unreachable()], 2: [unreachable()] }
    const world = laneWorld({ events: 3, retryMs: 60_000, outcomes })
    world.now += 60_000
    await world.run()
    expect(world.order).toEqual([1, 2, 3])
    expect(world.parked).toEqual([1, 2])
  })

  it('begin with the receipt of a live event, and with the wish of a replay', async () => {
    const world = laneWorld({
      events: 1,
      retryMs: 60_000,
      outcomes: { 1: [DELIVERED, unreachable()] },
    })
    await world.walk()
    world.now += HOUR_MS
    world.replay({})
    await world.run()
    expect(world.mixed).toEqual(['1', 'r1', 'r1'])
    expect(world.parked).toEqual([])
  })

  it('up to 1.5 s are slept, longer ones are left to the alarm', async () => {
    expect(MAX_WAIT_IN_WALK_MS).toBe(1500)
    const short = laneWorld({ events: 1, lane: { notBefore: NOW + 1500 } })
    await short.walk()
    expect([short.sleeps, short.order]).toEqual([[1500], [1]])
    const long = laneWorld({ events: 1, lane: { notBefore: NOW + 1501 } })
    await long.walk()
    expect([long.sleeps, long.order]).toEqual([[], []])
  })

  it('keep the pace of a receiver, over successes and replays', async () => {
    const world = laneWorld({ events: 4, minIntervalMs: 1000, lane: { cursor: 2, lastMeant: 2 } })
    world.replay({})
    await world.walk()
    expect(world.mixed).toEqual(['3', 'r1', '4', 'r2'])
    expect(world.waits).toEqual([1, 1, 1])
  })
})

describe('outcomes', () => {
  it('a message that is rejected is parked, and the lane goes on', async () => {
    const world = laneWorld({ events: 3, outcomes: { 2: [REJECTED] } })
    await world.walk()
    expect(world.order).toEqual([1, 2, 3])
    expect(world.fates.get(2)).toMatchObject({
      state: 'parked',
      reason: 'http_422',
      status: 422,
    })
  })

  it('20 rejections in a row disable the lane; tomorrow it is tried with the next event', async () => {
    const world = laneWorld({ events: 24, outcomes: everyEvent(21, REJECTED) })
    await world.walk()
    expect(world.order).toEqual(oneTo(20))
    expect(world.lane).toMatchObject({ status: 'disabled', disabledReason: 'rejects_everything' })
    await world.run({ forMs: DAY_MS })
    expect(world.order).toEqual(oneTo(21))
    await world.run({ forMs: DAY_MS })
    expect(world.received).toEqual([22, 23, 24])
    expect(world.lane.status).toBe('active')
  })

  it('19 rejections, a success and 19 more do not', async () => {
    const outcomes = { ...everyEvent(39, REJECTED), 20: [DELIVERED] }
    const world = laneWorld({ events: 39, outcomes })
    await world.walk()
    expect(world.lane).toMatchObject({ status: 'active', cursor: 39, rejectedInARow: 19 })
  })

  it('an endpoint that is gone disables the lane: events wait, a daily try ends it', async () => {
    const outcomes = { 2: [gone({ probe: true }), unreachable(), gone({ probe: true })] }
    const world = laneWorld({ events: 4, retryMs: DAY_MS, outcomes })
    await world.run({ forMs: 10 * DAY_MS })
    expect(world.order).toEqual([1, 2, 2, 2, 2, 3, 4])
    expect(world.waits.slice(1, 4)).toEqual([86_400, 86_400, 86_400])
    expect(world.parked).toEqual([])
  })

  it('an endpoint that forbids it is not tried again, until its settings change', async () => {
    const world = laneWorld({ events: 2, outcomes: { 1: [gone({ probe: false })] } })
    await world.run()
    expect([world.order, world.lane.status]).toEqual([[1], 'disabled'])
    world.configure(aPlan({ settingsHash: 'f2' }))
    await world.run()
    expect(world.order).toEqual([1, 1, 2])
  })

  it('a disabled lane never parks by time', async () => {
    const outcomes = { 1: [gone({ probe: true }), ...times(29, unreachable())] }
    const world = laneWorld({ events: 2, retryMs: DAY_MS, outcomes })
    await world.run({ forMs: 29 * DAY_MS })
    expect(world.order).toEqual(times(30, 1))
    await world.run()
    expect(world.received).toEqual([1, 2])
    expect(world.parked).toEqual([])
  })

  it('a misconfigured destination stops its lane until it is right again', async () => {
    const world = laneWorld({ events: 1 })
    world.configure(aPlan({ problem: 'misconfigured', settingsHash: 'unusable' }))
    await world.run()
    expect(world.order).toEqual([])
    world.configure(aPlan())
    await world.run()
    expect(world.order).toEqual([1])
  })

  it('a removed destination’s lane goes on when its name returns', async () => {
    const world = laneWorld({ events: 2 })
    world.during(1, () => world.configure(null))
    await world.run()
    expect([world.order, world.lane.status]).toEqual([[1], 'removed'])
    world.configure(aPlan())
    await world.run()
    expect(world.order).toEqual([1, 2])
  })

  it('G10 a disabled lane keeps its probe over events that it passes', async () => {
    const outcomes = everyEvent(20, REJECTED)
    const world = laneWorld({ events: 20, outcomes })
    await world.walk()
    world.append({ quarantined: 'invalid_fields' })
    await world.walk()
    world.append()
    await world.run()
    expect(world.sends.at(-1)).toMatchObject({ sequence: 22, at: NOW + DAY_MS })
  })

  it('G10 a disabled lane keeps its probe when retention or the operator takes its front', async () => {
    const world = laneWorld({ events: 4, outcomes: { 1: [gone({ probe: true })] } })
    await world.walk()
    world.drop(1)
    world.park(2)
    await world.run()
    expect(world.order).toEqual([1, 3, 4])
    expect(world.sends[1]?.at).toBe(NOW + DAY_MS)
  })
})

describe('G3 at least once: checkpoints', () => {
  it('save each outcome before the next send where a person reads', async () => {
    const world = laneWorld({ events: 4 })
    const savedAtSend: unknown[] = []
    world.onAnswer = () => savedAtSend.push(world.saves.at(-1)?.cursor)
    await world.walk()
    expect(savedAtSend).toEqual([undefined, 1, 2, 3])
    expect(world.saves.map(({ cursor }) => cursor)).toEqual([1, 2, 3])
    expect(world.lane.cursor).toBe(4)
  })

  it('save every 10 sends where a machine reads, and leave the rest to the second', async () => {
    const world = laneWorld({ events: 25, reader: 'machine' })
    await world.walk()
    expect(MAX_REPEATS).toEqual({ person: 1, machine: 10 })
    expect(world.saves.map(({ cursor }) => cursor)).toEqual([10, 20])
    expect(world.lane.cursor).toBe(25)
    world.append()
    await world.walk()
    expect(world.saves).toHaveLength(2)
  })

  it('save exact fates and failures at once, and count from there', async () => {
    const outcomes = { 2: [unreachable()], 5: [REJECTED] }
    const world = laneWorld({ events: 16, reader: 'machine', outcomes })
    await world.walk()
    expect(world.saves.map(({ cursor, attempts }) => [cursor, attempts])).toEqual([
      [1, 1],
      [2, 0],
      [5, 0],
      [15, 0],
    ])
  })

  it('save a replay at once, and with it whatever was unsaved', async () => {
    const world = laneWorld({ events: 15, lane: { cursor: 1, lastMeant: 1 }, reader: 'machine' })
    world.replay({})
    world.saves.length = 0
    await world.walk()
    expect(world.mixed.slice(0, 3)).toEqual(['2', 'r1', '3'])
    expect(world.saves.map(({ cursor }) => cursor)).toEqual([2, 12])
  })

  it.each([
    ['person', 25, [25]],
    ['machine', 25, [21, 22, 23, 24, 25]],
    ['machine', 20, oneTo(20).slice(10)],
  ] as const)('a crash shows a %s after event %i only %j again', async (reader, at, again) => {
    const world = laneWorld({ events: 30, reader })
    world.during(at, () => {
      throw new Crash()
    })
    await world.walk()
    await world.walk()
    expect(world.received).toEqual([...oneTo(at), ...again, ...oneTo(30).slice(at)])
  })

  it('write nothing for events that are only passed: they are passed again after a crash', async () => {
    const world = laneWorld({ lane: { epochs: [anEpoch({ events: ONLY_FIELDS })] } })
    world.append(UNWANTED)
    await world.walk()
    expect([world.saves, world.lane.cursor]).toEqual([[], 1])
    world.restart()
    expect(world.lane.cursor).toBe(0)
    world.append()
    await world.walk()
    expect(world.order).toEqual([2])
  })
})

describe('an outcome awaited across a generation change', () => {
  it.each([
    ['person', DELIVERED],
    ['machine', DELIVERED],
    ['person', REJECTED],
    ['person', unreachable()],
  ] as const)('is written nowhere (%s, %o)', async (reader, outcome) => {
    const world = laneWorld({ events: 3, reader, outcomes: { 1: [outcome] } })
    const before = world.lane
    world.during(1, () => (world.generation += 1))
    await world.walk()
    expect(world.order).toEqual([1])
    expect(world.lane).toBe(before)
    expect([world.saves, [...world.fates]]).toEqual([[], []])
  })

  it('is written nowhere when it is a replay’s', async () => {
    const world = laneWorld({ events: 1 })
    await world.walk()
    world.replay({})
    const [before, saves] = [world.lane, world.saves.length]
    world.during(1, () => (world.generation += 1))
    await world.walk()
    expect(world.lane).toBe(before)
    expect([world.saves.length, world.fates.size]).toEqual([saves, 0])
  })

  it('takes no checkpoint of the walk with it', async () => {
    const world = laneWorld({ events: 5, reader: 'machine' })
    world.during(3, () => (world.generation += 1))
    await world.walk()
    expect(world.saves).toEqual([])
  })
})
