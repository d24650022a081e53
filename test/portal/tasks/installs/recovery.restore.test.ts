/**
 * An object that was restored to an earlier point in time, by the steps of docs/storage.md. KV is younger than the
 * restored row, so the install comes from there: nobody speaks who has ended since, and nothing is used twice.
 */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { REFUSED, RelayScenario, said } from '../../../support/scenarios/relay-scenario.ts'
import { WITH_NEW_TOKEN } from '../../../support/worker/runtime-bindings.ts'
import { until } from '../../../support/until.ts'
import page from '../../../../docs/storage.md?raw'

const [STEP = ''] = [...page.matchAll(/```sql\n(.+?)\n```/gsu)].map(([, sql]) => sql ?? '')

let scenario: RelayScenario

beforeEach(async () => {
  scenario = new RelayScenario()
  await scenario.portal.installs()
  await scenario.isSubscribed()
  await scenario.kvFollows()
})

afterEach(() => scenario.close())

/** The object goes back to the install that it had before, and runs the step of the page. */
async function isRestoredTo(install: string): Promise<void> {
  await scenario.relay.restarts()
  await scenario.inside(({ storage }) => {
    storage.sql.exec('UPDATE install SET install = ?', install)
    storage.sql.exec(STEP)
  })
  await scenario.evict()
}

it('knows the token that came since, and goes on behind every sequence', async () => {
  expect(await said(scenario.portal.sends())).toMatchObject({ body: { sequence: 1 } })
  const before = JSON.stringify(await scenario.stored())
  await scenario.portal.updatesToken()
  await scenario.kvFollows()
  await isRestoredTo(before)
  expect(await said(scenario.portal.sends(WITH_NEW_TOKEN))).toEqual({
    status: 200,
    body: { accepted: true, sequence: 5001 },
  })
  expect((await scenario.view()).recovery).toMatchObject({ from: 'kv' })
})

it('keeps the pair that was renewed since', async () => {
  const before = JSON.stringify(await scenario.stored())
  await scenario.portal.updates({ 'auth[refresh_token]': 'a-later-refresh-token' })
  await scenario.kvFollows()
  const { tokens } = (await scenario.stored()).application ?? {}
  await isRestoredTo(before)
  await scenario.object.view()
  expect((await scenario.stored()).application?.tokens).toBe(tokens)
})

it('stays uninstalled where it was uninstalled since: no former token speaks (G7)', async () => {
  const before = JSON.stringify(await scenario.stored())
  await scenario.portal.uninstalls('keep-data')
  await scenario.kvFollows()
  await isRestoredTo(before)
  expect(await said(scenario.portal.sends())).toEqual(REFUSED)
  await until(async () => (await scenario.stored()).application === null)
  expect(await scenario.stored()).toMatchObject({ hashes: [], generation: 1, lastSequence: 5000 })
})
