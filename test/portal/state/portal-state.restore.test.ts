/**
 * An object that was restored to an earlier point in time. docs/storage.md tells how: the step that skips ahead
 * is the one of that page, so that no `webhook-id` is used for another event.
 */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import page from '../../../docs/storage.md?raw'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario()
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

it('goes on behind every sequence that was ever used, and its lanes go on in order', async () => {
  await scenario.relay.passesOn(2)
  await scenario.relay.restarts()
  const statements = [...page.matchAll(/```sql\n(.+?)\n```/gsu)].map(([, sql]) => sql ?? '')
  expect(statements).toHaveLength(1)
  await scenario.rows(statements.join().replace('5000', '90'))
  await scenario.relay.restarts()
  await scenario.relay.passesOn(2)
  expect(scenario.receiver('erp').links()).toEqual([
    [1, null],
    [2, 1],
    [91, 2],
    [92, 91],
  ])
  expect(await scenario.lane('erp')).toMatchObject({ state: 'active', backlog: 0 })
})

it('that skips ahead has nothing to do before the next event, and no alarm stands for it', async () => {
  await scenario.relay.passesOn(2)
  await scenario.relay.restarts()
  await scenario.rows(`UPDATE install SET install = json_set(install, '$.lastSequence', 90)`)
  await scenario.relay.restarts()
  await scenario.object.view()
  await scenario.time.passesUntilQuiet()
  expect(await scenario.time.alarmAt()).toBeNull()
  expect(await scenario.lane('erp')).toMatchObject({ backlog: 0 })
})
