/** Requests that were acknowledged and refused later: kept apart, and handed over again by the operator. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { drainSpill } from '../../../src/edge/spill/drain.ts'
import type { PortalLookup } from '../../../src/edge/portal-client.ts'
import { replayRefused } from '../../../src/edge/spill/replay-refused.ts'
import { SpillStore } from '../../../src/storage/spill-store.ts'
import {
  decoded,
  DISTRUSTING,
  realPortals,
  spilledKeys,
  UNREACHABLE,
} from '../../support/builders/an-intake.ts'
import { EdgeScenario } from '../../support/scenarios/edge-scenario.ts'

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

async function refusedKeys(): Promise<readonly string[]> {
  const { keys } = await env.INSTALLS.list({ prefix: 'refused:' })
  return keys.map(({ name }) => name)
}

describe('a request that its object refuses', () => {
  it('leaves the spill for a key of its own, and no drain meets it again', async () => {
    await scenario.spillsInVain(1, 2)
    const ids = ['receipt-1', 'receipt-2']
    const keys = await refusedKeys()
    expect(keys.map((key) => key.split(':').at(-1))).toEqual(ids)
    expect(await spilledKeys()).toEqual([])
    const again = scenario.intake(DISTRUSTING)
    await drainSpill(again.cron)
    expect({ lookups: again.lookups, keys: await refusedKeys() }).toEqual({ lookups: [], keys })
  })

  it('is taken by a replay once its object believes it, in the order of receipt', async () => {
    await scenario.spillsInVain(1, 2, 3)
    const { cron } = scenario.intake(realPortals)
    expect(await replayRefused(cron, scenario.memberId)).toEqual({
      replayed: 3,
      refused: 0,
      left: 0,
    })
    expect((await scenario.logged()).map(({ receipt }) => receipt)).toEqual([
      'receipt-1',
      'receipt-2',
      'receipt-3',
    ])
    expect(await refusedKeys()).toEqual([])
  })

  it('stays when it is refused again, and when its object cannot be reached', async () => {
    await scenario.spillsInVain(1, 2)
    const counts = (portals: PortalLookup) =>
      replayRefused(scenario.intake(portals).cron, scenario.memberId)
    expect(await counts(DISTRUSTING)).toEqual({ replayed: 0, refused: 2, left: 0 })
    expect(await counts(UNREACHABLE)).toEqual({ replayed: 0, refused: 0, left: 2 })
    expect(await refusedKeys()).toHaveLength(2)
  })

  it('is one of 300 at most in one replay', async () => {
    const spills = new SpillStore(env.INSTALLS)
    await scenario.spillsInVain(1)
    const [record] = (await spills.refusedPages(scenario.memberId).next()).value ?? []
    if (record === undefined) throw new Error('Cannot find the refused request')
    const value = (await spills.load(record)) ?? ''
    const places = Array.from({ length: 300 }, (_, index) => ({
      ...record,
      receipt: `more-${index}`,
    }))
    await Promise.all(
      places.map((place) => spills.refuse({ ...place, key: 'spill:gone' }, value, record)),
    )
    const { cron } = scenario.intake(DISTRUSTING)
    expect(await replayRefused(cron, scenario.memberId)).toEqual({
      replayed: 0,
      refused: 300,
      left: 1,
    })
  })
})

it('a CLEAN uninstall takes the refused requests of its portal with it, and counts them', async () => {
  await scenario.spillsInVain(1, 2)
  const uninstall = decoded(
    scenario.portal.body('app-ONAPPUNINSTALL-clean', { ts: scenario.portal.ts() }),
  )
  scenario.now += 1000
  scenario.portal.removesApplication()
  expect(await scenario.intake(realPortals).take(uninstall)).toMatchObject({ kind: 'accepted' })
  expect(await refusedKeys()).toEqual([])
  const { erased } = await scenario.view()
  expect({ erased, logged: await scenario.logged() }).toEqual({ erased: 2, logged: [] })
})
