/** Orders for the lanes of one destination in all portals. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { err, ok } from '../../src/core/result.ts'
import { DRAIN_CRON, runCron } from '../../src/edge/cron.ts'
import { MAX_ASKED } from '../../src/edge/ask-portals.ts'
import { giveOrder, goOnWithOrders } from '../../src/edge/orders.ts'
import type { PortalClient, PortalLookup } from '../../src/edge/portal-client.ts'
import { portalsWith } from '../support/builders/an-intake.ts'
import { memberIdOf } from '../support/identity.ts'
import { EdgeScenario } from '../support/scenarios/edge-scenario.ts'

const PAUSE = { destination: 'erp', act: 'pause' } as const

let scenario: EdgeScenario
let told: string[]

beforeEach(async () => {
  scenario = await EdgeScenario.create()
  told = []
})

afterEach(() => scenario.close())

/** Portals that obey, as far as the methods do not say otherwise. */
function obedient(methods: Partial<PortalClient> = {}): PortalLookup {
  const controlLane: PortalClient['controlLane'] = async () => ok('paused')
  return (memberId) => {
    told.push(memberId)
    return portalsWith({ controlLane, ...methods })(memberId)
  }
}

it('tells every portal, and counts those with such a lane', async () => {
  await scenario.lists(5)
  const portals: PortalLookup = (memberId) =>
    memberId === memberIdOf(3)
      ? portalsWith({ controlLane: async () => err('unknown_lane') })(memberId)
      : obedient()(memberId)
  const { cron } = scenario.intake(portals)
  expect(await giveOrder(cron, PAUSE)).toEqual({ portals: 4, failed: 0, left: 0 })
})

it('replays what is parked, and counts portals where something was', async () => {
  await scenario.lists(3)
  const replay: PortalClient['replay'] = async () => ok(told.length === 1 ? 7 : 0)
  const { cron } = scenario.intake(obedient({ replay }))
  const order = { destination: 'erp', act: 'replay' } as const
  expect(await giveOrder(cron, order)).toEqual({ portals: 1, failed: 0, left: 0 })
})

it('tells 10,000 portals in runs that the platform bears, and the scheduled work goes on', async () => {
  await scenario.lists(10_000)
  const { cron } = scenario.intake(obedient())
  const first = await giveOrder(cron, PAUSE)
  expect(first).toEqual({ portals: MAX_ASKED, failed: 0, left: 10_000 - MAX_ASKED })
  let runs = 1
  for (let before = 0; told.length > before; runs += 1) {
    before = told.length
    await goOnWithOrders(cron)
  }
  expect(told).toHaveLength(10_000)
  expect(new Set(told).size).toBe(10_000)
  expect(runs).toBeLessThanOrEqual(10_000 / MAX_ASKED + 2)
})

it('goes on with the trigger that comes every five minutes', async () => {
  await scenario.lists(MAX_ASKED + 1)
  const { cron } = scenario.intake(obedient())
  await giveOrder(cron, PAUSE)
  await runCron(DRAIN_CRON, cron)
  expect(told).toHaveLength(MAX_ASKED + 1)
})

it('tells of a portal that does not answer, and goes on with the others', async () => {
  await scenario.lists(3)
  const portals: PortalLookup = (memberId) =>
    memberId === memberIdOf(1) ? portalsWith({})(memberId) : obedient()(memberId)
  const { cron, lines } = scenario.intake(portals)
  expect(await giveOrder(cron, PAUSE)).toEqual({ portals: 2, failed: 1, left: 0 })
  expect(lines).toMatchObject([
    { level: 'error', event: 'order_failed', fields: { memberId: memberIdOf(1), act: 'pause' } },
  ])
})

it('does nothing, and says so, while the directory is silent', async () => {
  const { cron, lines } = scenario.intake(obedient())
  const nextOrdered = () => Promise.reject(new Error('Network connection lost.'))
  await goOnWithOrders({ ...cron, directory: { ...cron.directory, nextOrdered } })
  expect(lines.map(({ event }) => event)).toEqual(['orders_unknown'])
})
