/** The overview over the real directory. */
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { DirectoryRemote } from '../../../../src/objects/directory.ts'
import { machine } from '../../../support/builders/entries.ts'
import { pageTest as it } from '../../../support/scenarios/page-scenario.ts'
import { until } from '../../../support/until.ts'
import { memberIdOf } from '../../../support/identity.ts'

it('tells a stuck lane with the button that ends it, and finds the portal', async ({
  scenario,
}) => {
  scenario.receiver('erp').answers(410)
  await scenario.portal.sends()
  const resume = `action="/admin/portals/${scenario.memberId}/lanes/erp/resume"`
  await until(async () => (await scenario.reads(`/admin?q=${scenario.memberId}`)).includes(resume))
  const html = await scenario.reads(`/admin?q=${scenario.memberId.slice(0, 20)}`)
  expect(html).toContain(`href="/admin/portals/${scenario.memberId}"`)
  expect(await scenario.reads('/admin?q=nothing-like-this')).toContain(
    'No portal has such a domain',
  )
})

it('tells what bulletins have told and what lasts, in the portals where somebody asks', async ({
  scenario,
}) => {
  const ops = machine('ops', { events: ['relay.*'] })
  scenario.relay.isConfigured([machine('erp'), ops])
  await scenario.relay.restarts()
  await scenario.portal.becomesKnown()
  for (let event = 0; event < 5; event += 1) await scenario.portal.sends()
  await scenario.time.passes('76 h')
  const told = 'no event has come for longer than usual'
  await until(async () => (await scenario.reads('/admin')).includes(told))
  expect(await (await scenario.asks()).text()).toContain('What the relay has told')
  await scenario.portal.sends()
  await until(async () => !(await scenario.reads('/admin')).includes(told))
})

it('tells the warnings of /healthz', async ({ scenario }) => {
  const html = await scenario.reads('/admin')
  const health = await scenario.browser.asks('/healthz')
  // Sound: the relay's own answer.
  const { warnings } = (await health.json()) as { readonly warnings: readonly string[] }
  expect(warnings).not.toEqual([])
  for (const warning of warnings) expect(html).toContain(warning)
})

it('tells portals that are connected before the installations of strangers', async ({
  scenario,
}) => {
  scenario.receiver('erp').answers(410)
  await scenario.portal.sends()
  await until(async () => (await scenario.reads('/admin')).includes('erp is disabled'))
  const { DIRECTORY }: { readonly DIRECTORY: DurableObjectNamespace } = env
  // Sound: the binding's class is `Directory`.
  const directory = DIRECTORY.getByName('directory') as unknown as DirectoryRemote
  for (let stranger = 0; stranger < 25; stranger += 1) {
    const memberId = memberIdOf(stranger)
    const listing = { memberId, domain: `s${stranger}.bitrix24.com`, clientId: 'local.1' }
    await directory.notePending(memberId, { ...listing, expiresAt: Date.now() + 3_600_000 })
  }
  const html = await scenario.reads('/admin')
  expect(html.indexOf('erp is disabled')).toBeGreaterThan(0)
  expect(html.indexOf('erp is disabled')).toBeLessThan(html.indexOf('s24.bitrix24.com'))
})

it('takes any query for a page', async ({ scenario }) => {
  for (const query of ['cursor=x', 'q=', 'q=%00', `q=${'x'.repeat(999)}`, 'said=x']) {
    expect(await scenario.reads(`/admin?${query}`)).toContain('<h1>Overview</h1>')
  }
})
