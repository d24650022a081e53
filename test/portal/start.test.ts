/** The start of a portal's object: nothing that is damaged in storage keeps it from beginning. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PortalScenario } from '../support/portal-scenario.ts'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario()
  await scenario.start()
})

afterEach(() => scenario.close())

it('a row whose other columns are damaged stops neither constructor, lane nor retention', async () => {
  await scenario.portal().controlLane('erp', { kind: 'pause' })
  await scenario.appendMany(2)
  await scenario.rows(`UPDATE log SET received_at = 'long ago', receipt = x'00' WHERE sequence = 1`)
  await scenario.restart()
  await scenario.append()
  await scenario.portal().controlLane('erp', { kind: 'resume' })
  await scenario.settled()
  expect(scenario.sequences('erp')).toEqual([1, 2, 3])
  expect(await scenario.portal().touch()).toEqual({ dropped: 1 })
})

it.each([
  ['is no JSON', '{"lanes":[{'],
  ['is another shape', '{"lanes":[{"destination":"erp"}],"openFrom":null}'],
])('a row of lanes that %s is made anew from the oldest event: rather a repeat', async (_, row) => {
  await scenario.append()
  await scenario.settled()
  await scenario.portal().controlLane('erp', { kind: 'pause' })
  await scenario.append()
  await scenario.rows('UPDATE lanes SET lanes = ?', row)
  await scenario.restart()
  await scenario.portal().view()
  expect(scenario.logged).toContain('lanes_damaged')
  expect(await scenario.alarmInTime()).toBe(true)
  await scenario.settled()
  expect(scenario.sequences('erp')).toEqual([1, 1, 2])
  await scenario.advance(1000)
  expect((await scenario.storedLane('erp')).cursor).toBe(2)
})
