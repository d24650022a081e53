/** The daily visit of a portal. What its steps do is tested beside them. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { SECOND_MS } from '../../../src/core/durations.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

it('drops what is old, and answers how many events that were', async () => {
  await scenario.relay.passesOn(2)
  await scenario.time.passesUntilQuiet()
  await scenario.time.passesWithoutAlarm('40 days')
  expect(await scenario.object.touch()).toEqual({ dropped: 2 })
})

it('sets a lost alarm again, also in an object that believes to have one', async () => {
  await scenario.losesAlarm()
  await scenario.object.touch()
  expect(await scenario.time.alarmIn()).toBe(5 * SECOND_MS)
})

it('of a portal that nothing is known of leaves no table and no alarm behind', async () => {
  expect(await scenario.object.touch()).toEqual({ dropped: 0 })
  expect(await scenario.tableNames()).toEqual([])
  expect(await scenario.time.alarmAt()).toBeNull()
})
