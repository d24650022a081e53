/** The start of a portal's object: nothing that is damaged in storage keeps it from beginning. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario()
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

it('a row whose other columns are damaged stops neither constructor, lane nor retention', async () => {
  await scenario.operator.pauses('erp')
  await scenario.portal.sendsMany(2)
  await scenario.rows(`UPDATE log SET received_at = 'long ago', receipt = x'00' WHERE sequence = 1`)
  await scenario.relay.restarts()
  await scenario.portal.sends()
  await scenario.operator.resumes('erp')
  await scenario.settled()
  expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 3])
  expect(await scenario.object.touch()).toEqual({ dropped: 1 })
})

it.each([
  ['is no JSON', '{"lanes":[{'],
  ['is another shape', '{"lanes":[{"destination":"erp"}],"openFrom":null}'],
])('a row of lanes that %s is made anew from the oldest event: rather a repeat', async (_, row) => {
  await scenario.relay.passesOn()
  await scenario.operator.pauses('erp')
  await scenario.portal.sends()
  await scenario.rows('UPDATE lanes SET lanes = ?', row)
  await scenario.relay.restarts()
  await scenario.object.view()
  expect(scenario.logged).toContain('lanes_damaged')
  expect(await scenario.time.passesToAlarm()).toBe(true)
  await scenario.settled()
  expect(scenario.receiver('erp').sequences()).toEqual([1, 1, 2])
  await scenario.time.passes('1 s')
  expect((await scenario.storedLane('erp')).cursor).toBe(2)
})

it('lanes that begin anew have nothing parked: what was parked is sent again', async () => {
  scenario.receiver('erp').failsOnce({ 2: 422 })
  await scenario.relay.passesOn(3)
  expect(await scenario.lane('erp')).toMatchObject({ parked: 1 })
  await scenario.relay.restarts()
  await scenario.rows(`UPDATE lanes SET lanes = '{'`)
  await scenario.evict()
  await scenario.object.view()
  await scenario.time.passes('1 min')
  expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 3, 1, 2, 3])
  expect(await scenario.lane('erp')).toMatchObject({ parked: 0, backlog: 0 })
  expect(await scenario.fate('erp', 2)).toMatchObject({ state: 'delivered' })
})
