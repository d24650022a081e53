/** The stamp changes with everything that the page of a portal shows, and with nothing else. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { stampOf, type StampParts } from '../../../src/portal/views/stamp.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { aLane } from '../../support/builders/a-lane.ts'

const PARTS: StampParts = {
  state: { head: () => 5, version: () => 1, isFull: () => false },
  enricher: { readableHead: () => 5 },
  book: { all: () => [aLane({ cursor: 5 })] },
  troubles: { current: () => null },
  bulletinBook: { all: () => [] },
  bulletins: { open: () => [] },
}

it.each<[string, Partial<StampParts>]>([
  ['a new event', { state: { ...PARTS.state, head: () => 6 } }],
  ['a changed install', { state: { ...PARTS.state, version: () => 2 } }],
  ['a full object', { state: { ...PARTS.state, isFull: () => true } }],
  ['an explained event', { enricher: { readableHead: () => 4 } }],
  ['a lane that has moved', { book: { all: () => [aLane({ cursor: 4 })] } }],
  ['a lane that has failed', { book: { all: () => [aLane({ cursor: 5, attempts: 1 })] } }],
  ['a bulletin that was told', { bulletinBook: { all: () => [aLane({ cursor: 1 })] } }],
  [
    'something that lasts, and was told',
    { bulletins: { open: () => [{ type: 'relay.portal.quiet', about: null, since: 1 }] } },
  ],
  ['a trouble', { troubles: { current: () => ({ trouble: 'suspended', code: '', at: 1 }) } }],
])('changes with %s', async (_, changed) => {
  expect(await stampOf({ ...PARTS, ...changed })).not.toBe(await stampOf(PARTS))
})

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

it('is null for an unknown portal', async () => {
  expect(await scenario.object.stamp()).toBeNull()
})

it('stays the same while nothing happens, writes nothing and plans no alarm', async () => {
  await scenario.relay.comesToRest()
  const before = await scenario.object.stamp()
  const observed = await scenario.observe()
  for (let looks = 0; looks < 20; looks += 1) expect(await scenario.object.stamp()).toBe(before)
  expect(observed).toMatchObject({ writes: [], commits: [], alarms: [] })
})

it('changes with an event, with its delivery and with a pause', async () => {
  await scenario.relay.comesToRest()
  const stamps = [await scenario.object.stamp()]
  await scenario.relay.passesOn()
  stamps.push(await scenario.object.stamp())
  await scenario.operator.pauses('erp')
  stamps.push(await scenario.object.stamp())
  expect(new Set(stamps).size).toBe(3)
})
