/** The page of the destinations and its acts. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PageScenario } from '../../../support/scenarios/page-scenario.ts'

let scenario: PageScenario

beforeEach(async () => {
  scenario = await PageScenario.start()
})

afterEach(() => scenario.close())

it('lists the configured destinations', async () => {
  const html = await (await scenario.browser.asks('/admin/destinations')).text()
  expect(html).toContain('id="crm-alerts"')
  expect(html).toContain('id="erp"')
  expect(html).not.toContain('slackcanary')
})

it('shows a sample without sending it', async () => {
  const html = await (await scenario.browser.asks('/admin/destinations/erp/preview')).text()
  expect(html).toContain('The message about an invented event')
  expect(scenario.network.sent).toHaveLength(0)
})

it('sends a test message, and says what the receiver answered', async () => {
  scenario.network.handle(() => new Response('no', { status: 404 }))
  const response = await scenario.browser.posts('/admin/destinations/erp/test')
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('erp has not taken the test message')
})

it('pauses and resumes in all portals', async () => {
  await scenario.relay.passesOn()
  for (const [act, state] of [
    ['pause', 'paused'],
    ['resume', 'active'],
  ] as const) {
    const response = await scenario.browser.posts(`/admin/destinations/erp/${act}`)
    expect(response.headers.get('location')).toBe('/admin/destinations?said=ordered')
    expect((await scenario.lane('erp')).state).toBe(state)
  }
})

it('an unknown destination has no page and no act', async () => {
  expect((await scenario.browser.asks('/admin/destinations/x/preview')).status).toBe(404)
  for (const act of ['test', 'pause', 'resume', 'replay']) {
    expect((await scenario.browser.posts(`/admin/destinations/x/${act}`)).status).toBe(404)
  }
})
