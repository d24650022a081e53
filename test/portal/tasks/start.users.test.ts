/** The start of an object whose destination leaves people out, while events still wait for what is read for them. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { machine } from '../../support/builders/entries.ts'
import { aDefinition, ReadingScenario } from '../../support/scenarios/reading-scenario.ts'
import { gate, until } from '../../support/until.ts'

let scenario: ReadingScenario

beforeEach(async () => {
  scenario = new ReadingScenario([machine('erp', { users: ['!1'] })])
  scenario.rest.fields.set(235, aDefinition())
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

/** Holds the portal's answers back until the test opens the gate. */
function hold() {
  const held = gate()
  scenario.portalSays(async () => {
    await held.opened
    return null
  })
  return { open: () => scenario.inside(() => held.open()) }
}

it('one read for two people is told to a destination that leaves one of them out', async () => {
  const held = hold()
  await scenario.changed(236)
  scenario.rest.fields.set(235, aDefinition({ MANDATORY: 'Y' }))
  await scenario.changed()
  await scenario.changed(235, 'enum_values_set', { userId: 2 })
  await held.open()
  await until(() => scenario.bodies().length === 2)
  expect(scenario.told()).toMatchObject([
    { sequence: 2, previousSequence: null, changes: [{ attribute: 'MANDATORY' }], covers: [2, 3] },
    { sequence: 3, previousSequence: 2, toldBy: 2 },
  ])
  expect(await scenario.fate('erp', 1)).toMatchObject({ state: 'filtered', reason: 'user' })
})

it('a start passes no event that waits for its read, since that may name a further person', async () => {
  await scenario.changed()
  await scenario.time.passesUntilQuiet()
  await scenario.rows(`UPDATE log SET enrichment = ''`)
  await scenario.relay.restarts()
  const held = hold()
  expect((await scenario.lane('erp')).cursor).toBe(0)
  await held.open()
  await scenario.time.passes('3 s')
  expect((await scenario.lane('erp')).cursor).toBe(1)
})
