/** The sequence before a delivery that the same destination was meant to get, and in how many parts it is looked for. */
import { expect, it } from 'vitest'
import { MAX_PASSED } from '../../../src/core/lanes/lane-reader.ts'
import { findPreviousSequence } from '../../../src/core/lanes/previous-sequence.ts'
import { ONLY_FIELDS, UNWANTED, anEpoch, oneTo } from '../../support/builders/a-lane.ts'
import { aLaneScenario, type LaneScenario } from '../../support/scenarios/lane-scenario.ts'

/** A lane that gets the first event alone, and not the `count` behind it. */
function onlyTheFirst(count: number): LaneScenario {
  const scenario = aLaneScenario({ lane: { epochs: [anEpoch({ events: ONLY_FIELDS })] } })
  scenario.portal.sends()
  for (const _ of oneTo(count)) scenario.portal.sends(UNWANTED)
  return scenario
}

it('is that of the nearest event before that the destination gets', async () => {
  const scenario = onlyTheFirst(30)
  expect(await findPreviousSequence(scenario.ports(), 32)).toEqual({ previous: 1 })
  expect(scenario.sleeps).toEqual([])
})

it('is the last one before the floor when the log holds none', async () => {
  const scenario = aLaneScenario({ events: 2, lane: { meantBeforeFloor: 7 } })
  expect(await findPreviousSequence(scenario.ports(), 1)).toEqual({ previous: 7 })
})

it('is null where the destination was meant to get nothing before', async () => {
  const scenario = aLaneScenario({ events: 2 })
  expect(await findPreviousSequence(scenario.ports(), 1)).toEqual({ previous: null })
})

it('is looked for among some hundred events at a time, and others have their turn between', async () => {
  const count = 2 * MAX_PASSED + 3
  const scenario = onlyTheFirst(count)
  expect(await findPreviousSequence(scenario.ports(), count + 2)).toEqual({ previous: 1 })
  expect(scenario.sleeps).toEqual([0, 0])
})

it('is not looked for any further once the walk has ended', async () => {
  const scenario = onlyTheFirst(2 * MAX_PASSED)
  const isEnded = () => scenario.sleeps.length === 1
  const found = await findPreviousSequence(scenario.ports(), 2 * MAX_PASSED + 2, isEnded)
  expect(found).toBeNull()
  expect(scenario.sleeps).toEqual([0])
})
