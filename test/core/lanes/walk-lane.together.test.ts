/** The walk of a lane that tells events together: the cases that a message for people and a batch have in common. */
import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import {
  aLaneScenario,
  Crash,
  type LaneScenario,
  type LaneScenarioOptions,
} from '../../support/scenarios/lane-scenario.ts'
import {
  ONLY_FIELDS,
  UNWANTED,
  aPlan,
  anEpoch,
  oneTo,
  unreachable,
} from '../../support/builders/a-lane.ts'

const ROOM = { bytes: 1_000_000, sizeOf: () => 1000 }

/** The rules under which events that wait go out together. */
const RULES: readonly (readonly [string, LaneScenarioOptions])[] = [
  ['a message for people', { reader: 'person', digestRule: { waitMs: null, max: 50 } }],
  ['a batch for a machine', { reader: 'machine', digestRule: { waitMs: 0, max: 100, room: ROOM } }],
]

describe.each(RULES)('%s', (_rule, usual) => {
  const aScenario = (options: LaneScenarioOptions): LaneScenario =>
    aLaneScenario({ ...usual, ...options })

  /** Twelve events that were sent together, and did not reach the receiver. */
  async function thatFailed(waitMs?: number): Promise<LaneScenario> {
    const scenario = aScenario({ events: 12, outcomes: { 1: [unreachable(waitMs)] } })
    await scenario.walk({ budgetMs: 1 })
    expect(scenario.told).toEqual([oneTo(12)])
    return scenario
  }

  test('leaves out what the destination does not get, and counts only what it does', async () => {
    const scenario = aScenario({ lane: { epochs: [anEpoch({ from: 1, events: ONLY_FIELDS })] } })
    for (let count = 0; count < 22; count += 1)
      scenario.portal.sends(count % 2 === 0 ? {} : UNWANTED)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(22).filter((sequence) => sequence % 2 === 1)])
    expect(scenario.lane).toMatchObject({ cursor: 22, lastMeant: 21 })
  })

  test('G3 at least once: is written before it is sent, and a crash sends the same again', async () => {
    const scenario = aScenario({ events: 12 })
    scenario.onAnswer = () => {
      scenario.onAnswer = () => {}
      throw new Crash()
    }
    await scenario.walk()
    expect(scenario.lane.gathering.underWay).toEqual(oneTo(12))
    scenario.portal.sendsMany(2)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(12), oneTo(12), [13, 14]])
  })

  test('is the same after it has failed, although more has come', async () => {
    const scenario = await thatFailed()
    scenario.portal.sendsMany(20)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(12), oneTo(12), oneTo(32).slice(12)])
    expect(scenario.digests[0]).toMatchObject({ sequences: oneTo(12), attempts: 2 })
  })

  test('is the same after the filter has changed, which decides behind it', async () => {
    const scenario = await thatFailed()
    scenario.relay.deploys(aPlan({ events: ['onCrmDeal*'] }))
    scenario.portal.sends()
    scenario.portal.sends(UNWANTED)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(12), oneTo(12), [14]])
  })

  test('was decided by the filter that stood when it was sent', async () => {
    const scenario = aScenario({ events: 12 })
    scenario.during(1, () => scenario.relay.deploys(aPlan({ events: ['onCrmDeal*'] })))
    await scenario.time.passesUntilQuiet()
    expect(scenario.lane.epochs.map(({ from, events }) => [from, events])).toEqual([
      [1, ['*']],
      [13, ['onCrmDeal*']],
    ])
  })

  test('goes without its front when the operator has parked that', async () => {
    const scenario = await thatFailed()
    scenario.operator.parks(1)
    scenario.portal.sendsMany(2)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(12), oneTo(12).slice(1), [13, 14]])
    expect(scenario.parked).toEqual([1])
  })

  test('is forgotten when retention has dropped its events', async () => {
    const scenario = await thatFailed(MINUTE_MS)
    scenario.portal.sends()
    scenario.drop(12)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(12), [13]])
  })
})
