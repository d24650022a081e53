/** Every route is called in earnest, and its answer is what the OpenAPI document says. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { realPortalList } from '../../../support/builders/an-intake.ts'
import { machine } from '../../../support/builders/entries.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { until } from '../../../support/until.ts'
import { ADMIN_ROUTES, adminOf } from '../../../support/worker/admin-api.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario([machine('erp')])
})

afterEach(() => scenario.close())

/** What a route has to be asked with, and the status of its success where that is none of the 200s. */
const ASKED: Readonly<
  Record<string, { readonly body?: unknown; readonly query?: string; readonly status?: number }>
> = {
  'GET /portals/{portal}/why': { query: '?sequence=1' },
  'POST /portals/{portal}/lanes/erp/replay': { body: { parked: true } },
  'PUT /portals/{portal}/values/NAME': { body: { value: 'x' } },
  'POST /destinations/erp/replay': { body: { parked: true } },
  // This portal has neither a pin nor an application.
  'DELETE /portals/{portal}/pins/1': { status: 404 },
  'POST /portals/{portal}/reconcile': { status: 409 },
}

it('each route answers as it is described', async () => {
  const { call } = adminOf(() => scenario.memberId)
  scenario.receiver('erp').failsOnce({ 2: 422 })
  await scenario.relay.passesOn(3)
  await until(async () => (await realPortalList().listPortals('')).length === 1)
  const statuses: Record<string, number> = {}
  const expected: Record<string, number> = {}
  // The portal itself goes last.
  for (const route of [...ADMIN_ROUTES.filter((one) => one !== ERASE), ERASE]) {
    const { body, query = '', status = 200 } = ASKED[route] ?? {}
    const own = route === ERASE ? { domain: scenario.memberId } : body
    const asked = route.endsWith('/park') ? { sequence: await waitingEvent() } : own
    const response = await call(`${route}${query}`, { body: asked })
    statuses[route] = response.ok ? 200 : response.status
    expected[route] = status
  }
  expect(statuses).toEqual(expected)
})

const ERASE = 'DELETE /portals/{portal}'

/** An event that waits in the lane, which has passed every other one and is paused. */
async function waitingEvent(): Promise<number> {
  await scenario.settled()
  await scenario.operator.pauses('erp')
  return scenario.portal.sends()
}
