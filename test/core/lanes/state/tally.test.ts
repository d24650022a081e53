/** The numbers of a lane: each attempt counts once, whatever becomes of its events. */
import { expect, it } from 'vitest'
import { NO_TALLY, tallyAttempt, tallyParked } from '../../../../src/core/lanes/state/tally.ts'
import { DELIVERED, REJECTED, aLane, unreachable } from '../../../support/builders/a-lane.ts'
import { aLaneScenario } from '../../../support/scenarios/lane-scenario.ts'
import { NOW } from '../../../support/time.ts'

const PARKED = {
  sequence: 1,
  state: 'parked',
  reason: 'http_422',
  status: 422,
  at: NOW,
  attempts: 1,
} as const

it('counts attempts by their outcome, and events by what became of them', () => {
  const attempts = [
    { outcome: unreachable(), events: 2, fates: [] },
    { outcome: DELIVERED, events: 2, fates: [], agesMs: [200, 700] },
    { outcome: REJECTED, events: 1, fates: [PARKED] },
  ]
  const lane = attempts.reduce(
    (one, { outcome, ...told }) => tallyAttempt(one, outcome, told),
    aLane(),
  )
  expect(lane.tally).toEqual({
    delivered: 2,
    parked: 1,
    attempts: { delivered: 1, unreachable: 1, rejected: 1 },
    latencies: { counts: [1, 0, 1], sumMs: 900 },
  })
})

it('counts an event that an operator has parked, without an attempt', () => {
  expect(tallyParked(aLane(), [PARKED]).tally).toEqual({ ...NO_TALLY, parked: 1 })
})

it('grows with each send of a walk, that of a replay included', async () => {
  const outcomes = { 1: [unreachable()], 2: [REJECTED] }
  const scenario = aLaneScenario({ events: 3, outcomes })
  await scenario.time.passesUntilQuiet()
  scenario.operator.replays({ next: 2, to: 3 })
  await scenario.time.passesUntilQuiet()
  expect(scenario.lane.tally).toEqual({
    delivered: 4,
    parked: 1,
    attempts: { delivered: 4, unreachable: 1, rejected: 1 },
    // Events 1 and 3, after the second that event 1 waited; a replay is no delay, and the refused event has none.
    latencies: { counts: [0, 0, 2], sumMs: 2000 },
  })
})
