/** The page of the destinations and its acts. */
import { expect } from 'vitest'
import { feedbackOf } from '../../../../src/http/admin/pages/destinations.ts'
import { realPortalList } from '../../../support/builders/an-intake.ts'
import { pageTest as it } from '../../../support/scenarios/page-scenario.ts'
import { until } from '../../../support/until.ts'

it('lists the configured destinations', async ({ scenario }) => {
  const html = await (await scenario.browser.asks('/admin/destinations')).text()
  expect(html).toContain('id="crm-alerts"')
  expect(html).toContain('id="erp"')
  expect(html).not.toContain('slackcanary')
})

it('shows a sample without sending it', async ({ scenario }) => {
  const html = await (await scenario.browser.asks('/admin/destinations/erp/preview')).text()
  expect(html).toContain('The message about an invented event')
  expect(scenario.network.sent).toHaveLength(0)
})

it('sends a test message, and says what the receiver answered', async ({ scenario }) => {
  scenario.network.handle(() => new Response('no', { status: 404 }))
  const response = await scenario.browser.posts('/admin/destinations/erp/test')
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('erp has not taken the test message')
})

it('pauses and resumes in all portals', async ({ scenario }) => {
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

it.for(['test', 'pause', 'resume'])(
  'the address of %s, asked for without its button, leads to the page',
  async (act, { scenario }) => {
    const response = await scenario.browser.asks(`/admin/destinations/erp/${act}`)
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/admin/destinations',
    ])
    expect(scenario.network.sent).toHaveLength(0)
  },
)

it.each([
  [{ portals: 3, failed: 0, left: 0 }, 'ordered'],
  [{ portals: 400, failed: 0, left: 9 }, 'ordered_on'],
  [{ portals: 400, failed: 1, left: 9 }, 'ordered_in_part'],
  [{ portals: 0, failed: 0, left: 0 }, 'nothing_to_replay'],
] as const)('an order that has come to %o is told as %s', (progress, feedback) => {
  expect(feedbackOf('replay', progress)).toBe(feedback)
})

it('asks before a replay in all portals, and sends nothing before the button', async ({
  scenario,
}) => {
  scenario.receiver('erp').failsOnce({ 1: 422 })
  await scenario.relay.passesOn()
  await until(async () => (await scenario.lane('erp')).parked === 1)
  await until(async () => (await realPortalList().listPortals('')).length === 1)
  const sent = scenario.network.sent.length
  for (const query of ['', '?cursor=x', '?cursor=']) {
    const html = await (
      await scenario.browser.asks(`/admin/destinations/erp/replay${query}`)
    ).text()
    expect(html).toContain('1 parked event would be sent again')
  }
  expect(scenario.network.sent).toHaveLength(sent)
  const response = await scenario.browser.posts('/admin/destinations/erp/replay')
  expect(response.headers.get('location')).toBe('/admin/destinations?said=ordered')
  await until(async () => (await scenario.lane('erp')).parked === 0)
})

it('an unknown destination has no page and no act', async ({ scenario }) => {
  expect((await scenario.browser.asks('/admin/destinations/x/preview')).status).toBe(404)
  expect((await scenario.browser.asks('/admin/destinations/x/replay')).status).toBe(404)
  for (const act of ['test', 'pause', 'resume', 'replay']) {
    expect((await scenario.browser.posts(`/admin/destinations/x/${act}`)).status).toBe(404)
  }
})
