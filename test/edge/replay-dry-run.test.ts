/** The dry run of a replay in all portals, over the real directory. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { err, ok } from '../../src/core/result.ts'
import { MAX_ASKED } from '../../src/edge/ask-portals.ts'
import type { PortalClient, PortalLookup } from '../../src/edge/portal-client.ts'
import { dryRunReplay } from '../../src/edge/replay-dry-run.ts'
import { aReport } from '../support/builders/a-report.ts'
import { portalsWith, realPortalList } from '../support/builders/an-intake.ts'
import { memberIdOf } from '../support/identity.ts'
import { EdgeScenario } from '../support/scenarios/edge-scenario.ts'

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

/** Portals with so many parked events by their number; null for one that cannot be reached. */
function portalsOf(parked: Readonly<Record<number, number | null>>): PortalLookup {
  return (memberId) => {
    const count = parked[Number.parseInt(memberId, 16)]
    if (count === null) return portalsWith({})(memberId)
    const replay: PortalClient['replay'] = async (destination, wish, { dryRun }) => {
      expect([destination, wish, dryRun]).toEqual(['erp', { kind: 'parked' }, true])
      return count === undefined ? err('unknown_lane') : ok(count)
    }
    return portalsWith({ replay })(memberId)
  }
}

function run(clientOf: PortalLookup, after = '') {
  const deps = { clientOf, directory: realPortalList() }
  return dryRunReplay(deps, { destination: 'erp', after })
}

it('tells each portal that would send something, and each that is silent', async () => {
  await scenario.lists(4)
  await realPortalList().noteReport(memberIdOf(1), aReport({ domain: 'one.bitrix24.com' }))
  expect(await run(portalsOf({ 0: 0, 1: 7, 2: null }))).toEqual({
    dryRun: true,
    replayed: 7,
    looked: 4,
    byPortal: [
      { memberId: memberIdOf(1), domain: 'one.bitrix24.com', replayed: 7 },
      { memberId: memberIdOf(2), domain: null, replayed: null },
    ],
    cursor: null,
  })
})

it('asks so many portals at once, and goes on behind them', async () => {
  await scenario.lists(MAX_ASKED + 2)
  const portals = portalsOf({ 3: 1, [MAX_ASKED + 1]: 2 })
  const first = await run(portals)
  expect(first).toMatchObject({ looked: MAX_ASKED, replayed: 1, cursor: memberIdOf(MAX_ASKED - 1) })
  const next = await run(portals, first.cursor ?? '')
  expect(next).toMatchObject({ looked: 2, replayed: 2, cursor: null })
})
