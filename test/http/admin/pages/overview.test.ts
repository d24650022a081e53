/** The overview over the real directory. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { DirectoryRemote } from '../../../../src/objects/directory.ts'
import { machine } from '../../../support/builders/entries.ts'
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

it('tells what bulletins have told and what lasts, in the portals where somebody asks', async () => {
  const ops = machine('ops', { events: ['relay.*'] })
  scenario.relay.isConfigured([machine('erp'), ops])
  await scenario.relay.restarts()
  await scenario.portal.becomesKnown()
  for (let event = 0; event < 5; event += 1) await scenario.portal.sends()
  await scenario.time.passes('76 h')
  const told = 'no event has come for longer than usual'
  await until(async () => (await pageOf()).includes(told))
  expect(await (await scenario.asks()).text()).toContain('What the relay has told')
  await scenario.portal.sends()
  await until(async () => !(await pageOf()).includes(told))
})

it('tells the warnings of /healthz', async () => {
  const html = await pageOf()
  const health = await scenario.browser.asks('/healthz')
  // Sound: the relay's own answer.
  const { warnings } = (await health.json()) as { readonly warnings: readonly string[] }
  expect(warnings).not.toEqual([])
  for (const warning of warnings) expect(html).toContain(warning)
})

it('tells portals that are connected before the installations of strangers', async () => {
  scenario.receiver('erp').answers(410)
  await scenario.portal.sends()
  await until(async () => (await pageOf()).includes('erp is disabled'))
  const { DIRECTORY }: { readonly DIRECTORY: DurableObjectNamespace } = env
  // Sound: the binding's class is `Directory`.
  const directory = DIRECTORY.getByName('directory') as unknown as DirectoryRemote
  for (let stranger = 0; stranger < 25; stranger += 1) {
    const memberId = stranger.toString(16).padStart(32, '0')
    const listing = { memberId, domain: `s${stranger}.bitrix24.com`, clientId: 'local.1' }
    await directory.notePending(memberId, { ...listing, expiresAt: Date.now() + 3_600_000 })
  }
  const html = await pageOf()
  expect(html.indexOf('erp is disabled')).toBeGreaterThan(0)
  expect(html.indexOf('erp is disabled')).toBeLessThan(html.indexOf('s24.bitrix24.com'))
})

it.each(['?cursor=x', '?q=', '?q=%00', `?q=${'x'.repeat(999)}`, '?said=x'])(
  'takes the query %s for a page',
  async (query) => expect(await pageOf(query)).toContain('<h1>Overview</h1>'),
)
