/** The page of a portal over its real object. */
import { expect } from 'vitest'
import { pageTest as it } from '../../../support/scenarios/page-scenario.ts'
import { until } from '../../../support/until.ts'

it('shows a stuck lane with its reason and the events', async ({ scenario }) => {
  scenario.receiver('erp').answers(410)
  await scenario.portal.sendsMany(2)
  await until(async () => (await scenario.lane('erp')).state === 'disabled')
  const response = await scenario.asks()
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
  const html = await response.text()
  expect(html).toContain('erp is disabled, and its events wait')
  expect(html).toContain('data-sequence="2"')
})

it('a search is an address', async ({ scenario }) => {
  await scenario.relay.passesOn(3)
  expect(await (await scenario.asks('?fate=delivered&destination=erp')).text()).toContain(
    'data-sequence="3"',
  )
  expect(await (await scenario.asks('?fate=parked')).text()).toContain('None of the 3 events')
})

it('its stamp is the one that the page began with, until something happens', async ({
  scenario,
}) => {
  await scenario.relay.comesToRest()
  const stamp = await (await scenario.asks('/stamp')).text()
  expect(await (await scenario.asks()).text()).toContain(`data-stamp="${stamp}"`)
  await scenario.relay.passesOn()
  expect(await (await scenario.asks('/stamp')).text()).not.toBe(stamp)
})

it('a portal that is not known has no page', async ({ scenario }) => {
  for (const path of ['', '/stamp']) expect((await scenario.asks(path)).status).toBe(404)
  expect((await scenario.browser.asks('/admin/portals/acme')).status).toBe(404)
})

it('asks KV for nothing when the script asks for the page anew', async ({ scenario }) => {
  await scenario.relay.passesOn()
  const INSTALLS = { list: () => expect.fail('KV is asked') }
  const path = `/admin/portals/${scenario.memberId}`
  const renewal = { headers: { 'x-renewal': '1' }, settings: { INSTALLS } }
  expect((await scenario.browser.asks(path, renewal)).status).toBe(200)
})
