/** The effect of a receiver's answers on a walk: when it tries again, what it parks, when it stops. */
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import { MAX_WAIT_IN_WALK_MS } from '../../../src/core/lanes/walk-lane.ts'
import { aLaneScenario } from '../../support/scenarios/lane-scenario.ts'
import {
  DELIVERED,
  REJECTED,
  aPlan,
  everyEvent,
  gone,
  oneTo,
  times,
  unreachable,
} from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

describe('waits before the next attempt', () => {
  it('are lengthened by jitter', async () => {
    const scenario = aLaneScenario({
      events: 1,
      random: 0.5,
      outcomes: { 1: times(3, unreachable()) },
    })
    await scenario.time.passesUntilQuiet()
    expect(scenario.waits).toEqual([1.1, 5.5, 33])
  })

  it('end at the deadline: the last attempt falls on it, then the event is parked', async () => {
    const down = times(9, unreachable())
    const scenario = aLaneScenario({ events: 2, retryMs: MINUTE_MS, outcomes: { 1: down } })
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
    const scenario = aLaneScenario({ events: 3, retryMs: MINUTE_MS, outcomes })
    scenario.now += MINUTE_MS
    await scenario.time.passesUntilQuiet()
    expect(scenario.order).toEqual([1, 2, 3])
    expect(scenario.parked).toEqual([1, 2])
  })

  it('begin with the receipt of a live event, and with the wish of a replay', async () => {
    const scenario = aLaneScenario({
      events: 1,
      retryMs: MINUTE_MS,
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
