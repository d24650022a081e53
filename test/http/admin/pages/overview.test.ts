/** The overview over the real directory. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PageScenario } from '../../../support/scenarios/page-scenario.ts'
import { until } from '../../../support/until.ts'

let scenario: PageScenario

beforeEach(async () => {
  scenario = await PageScenario.start()
})

afterEach(() => scenario.close())

async function pageOf(query = ''): Promise<string> {
  const response = await scenario.browser.asks(`/admin${query}`)
  expect(response.status).toBe(200)
  return response.text()
}

it('tells a stuck lane with the button that ends it, and finds the portal', async () => {
  scenario.receiver('erp').answers(410)
  await scenario.portal.sends()
  const resume = `action="/admin/portals/${scenario.memberId}/lanes/erp/resume"`
  await until(async () => (await pageOf(`?q=${scenario.memberId}`)).includes(resume))
  const html = await pageOf(`?q=${scenario.memberId.slice(0, 20)}`)
  expect(html).toContain(`href="/admin/portals/${scenario.memberId}"`)
  expect(await pageOf('?q=nothing-like-this')).toContain('No portal has such a domain')
})

it.each(['?cursor=x', '?q=', '?q=%00', `?q=${'x'.repeat(999)}`, '?said=x'])(
  'takes the query %s for a page',
  async (query) => expect(await pageOf(query)).toContain('<h1>Overview</h1>'),
)
