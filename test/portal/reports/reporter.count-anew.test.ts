/**
 * A portal of which nothing is left counts anew before the directory ends its line: what it has counted goes on counting there,
 * and should it come back, nothing is counted twice and no counter falls.
 */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NO_PORTAL_TALLY } from '../../../src/core/tallies/portal-tally.ts'
import { NO_TALLY } from '../../../src/core/lanes/state/tally.ts'
import { TOTALS_HOLD_MS } from '../../../src/objects/directory.ts'
import { realPortalList } from '../../support/builders/an-intake.ts'
import { configured, machine } from '../../support/builders/entries.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { refuseTransactions } from '../../support/worker/observed.ts'
import { WITH_NEW_TOKEN } from '../../support/worker/runtime-bindings.ts'
import { until } from '../../support/until.ts'

let scenario: RelayScenario
let askedAt = Date.now()

beforeEach(async () => {
  scenario = new RelayScenario()
  scenario.adapt = (settings) => ({ ...settings, destinations: configured([machine('erp')]) })
  await scenario.portal.installs()
  await scenario.isSubscribed()
  await scenario.portal.sends()
  await scenario.portal.sends()
  await until(() => scenario.receiver('erp').count === 2)
  await scenario.portal.uninstalls('keep-data')
  await until(async () => (await scenario.view()).state === 'uninstalled')
  await scenario.object.touch()
  scenario.time.passesWithoutAlarm('31 days')
})

afterEach(() => scenario.close())

/** The counters over all portals, when the directory remembers the former sums no more. */
async function counters() {
  askedAt += TOTALS_HOLD_MS
  const { totals, past } = await realPortalList().sumMetrics(askedAt)
  const delivered = totals.destinations['erp']?.tally.delivered ?? 0
  return {
    accepted: totals.tally.accepted + past.portals.accepted,
    delivered: delivered + (past.destinations['erp']?.delivered ?? 0),
  }
}

/** The row of the lanes as it is stored. */
async function storedBook() {
  const [row] = (await scenario.tables())['lanes'] ?? []
  return JSON.parse(String(row?.['lanes']))
}

it('begins with the visit that finds nothing, and goes on with the next installation', async () => {
  expect(await counters()).toEqual({ accepted: 2, delivered: 2 })
  await scenario.object.touch()
  expect(await realPortalList().listPortals('')).toEqual([])
  const { tally, lanes } = await storedBook()
  expect(tally).toEqual({ ...NO_PORTAL_TALLY, since: expect.any(Number), from: 2 })
  expect(tally.since).toBeGreaterThan(0)
  expect(lanes).toMatchObject([{ destination: 'erp', tally: NO_TALLY }])
  expect(await counters()).toEqual({ accepted: 2, delivered: 2 })
  await scenario.object.touch()
  expect((await storedBook()).tally).toEqual(tally)
  await scenario.portal.installs({ ts: scenario.portal.ts(), ...WITH_NEW_TOKEN })
  expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
  await until(() => scenario.receiver('erp').count === 3)
  await scenario.object.touch()
  expect(await counters()).toEqual({ accepted: 3, delivered: 3 })
})

it('is stored before the line ends: a storage that refuses it keeps the line until the next visit', async () => {
  const accepts = await scenario.inside(({ storage }) => refuseTransactions(storage))
  await scenario.object.touch().catch(() => undefined)
  await scenario.inside(() => accepts())
  expect(await realPortalList().listPortals('')).toEqual([scenario.memberId])
  expect(await counters()).toEqual({ accepted: 2, delivered: 2 })
  await scenario.object.touch()
  expect(await realPortalList().listPortals('')).toEqual([])
  expect(await counters()).toEqual({ accepted: 2, delivered: 2 })
})
