/** Every page can be used by everybody: with a screen reader, on a phone, in the dark, and whatever a portal has sent. */
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { CHROMIUM } from '../../playground/chromium.ts'
import { DASHBOARD_PAGES } from '../support/dashboard-pages.ts'
import { isFull } from '../support/sampling.ts'
import { DashboardWorld } from './dashboard-world.ts'

/** Text that would run as a script, or leave its place, wherever it is written without care. */
const HOSTILE = `"'><img src=x onerror=alert(1)></script><script>alert(2)</script></textarea><svg onload=alert(3)>`

const LOOKS = [
  ['on a desk', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }],
  ['in the dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }],
  ['on a phone', { viewport: { width: 360, height: 740 }, colorScheme: 'light' }],
] as const

/** What axe finds on a page, and whether it has to be scrolled to the side. */
async function faultsOf(page: Page): Promise<readonly string[]> {
  // Evaluated, since the page itself refuses every script but its own.
  await page.evaluate(axe.source)
  // Sound: the documented form of the results.
  const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults
  const tooWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth')
  return [
    ...violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
    ...(tooWide === true ? ['it is wider than the window'] : []),
  ]
}

describe.skipIf(CHROMIUM === null)('every page', () => {
  let world: DashboardWorld

  beforeAll(async () => {
    world = await DashboardWorld.start()
    const { portal, receivers, relay } = world.session
    await world.renamesField('First name')
    receivers.slack.simulator.answer({ status: 404, body: HOSTILE })
    receivers.webhook.simulator.answer({ status: 422, body: HOSTILE })
    receivers.teams.simulator.down()
    receivers.discord.simulator.rateLimitFor(600)
    await world.renamesField(HOSTILE)
    const auth = { member_id: portal.memberId, application_token: portal.applicationToken }
    const events = [
      { event: 'ONCRMDEALUPDATE', data: { FIELDS: { ID: HOSTILE, [HOSTILE]: HOSTILE } } },
      {
        event: 'ONTASKADD',
        data: { FIELDS_AFTER: { ID: 7 }, [HOSTILE]: [HOSTILE, { [HOSTILE]: 1 }] },
      },
      { event: HOSTILE, data: HOSTILE },
      {
        event: 'ONCRMREQUISITEUSERFIELDUPDATE',
        data: { FIELDS: { ID: '9', ENTITY_ID: HOSTILE, FIELD_NAME: HOSTILE } },
      },
    ]
    for (const event of events) {
      const response = await fetch(`${relay.url}/bitrix24/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...event, ts: Math.floor(Date.now() / 1000), auth }),
      })
      expect(response.status).toBe(200)
    }
    const strangers = [
      ['/bitrix24/events', { ...events[0], auth: { ...auth, application_token: 'a-wrong-token' } }],
      ['/bitrix24/events', { ...events[0], auth: { ...auth, member_id: 'f'.repeat(32) } }],
      [`/bitrix24/robots/${encodeURIComponent(HOSTILE)}`, { document_id: ['crm', 'x', 'DEAL_1'] }],
    ] as const
    for (const [path, body] of strangers) {
      const response = await fetch(`${relay.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, ts: Math.floor(Date.now() / 1000) }),
      })
      expect([403, 404]).toContain(response.status)
    }
    await world.waitsForLane('crm-alerts', 'disabled')
    await world.waitsForLane('teams', 'retrying')
  })

  afterAll(() => world.close())

  // Each of the two that the gate looks at has something of the third: its colours, or its width.
  it.each(isFull ? LOOKS : LOOKS.slice(1))(
    '%s: axe finds nothing, and nothing is wider than the window',
    async (_, options) => {
      const signIn = await world.opens(options)
      await signIn.goto('/admin')
      expect(await faultsOf(signIn)).toEqual([])
      const page = await world.opensPage('/admin', options)
      const faults: Record<string, readonly string[]> = {}
      for (const path of DASHBOARD_PAGES) {
        await page.goto(path.startsWith('.') ? world.portalPath(path.slice(1)) : path)
        const found = await faultsOf(page)
        if (found.length > 0) faults[path] = found
      }
      expect(faults).toEqual({})
    },
  )

  it('shows whatever a portal has sent as text', async () => {
    const page = await world.opensPage('/admin')
    for (let sequence = 1; sequence <= 6; sequence += 1) {
      await page.goto(world.portalPath(`/events/${sequence}`))
      expect(
        await page.locator('main img, main script, main svg:not(.picture, .scale)').count(),
      ).toBe(0)
    }
    await page.goto(world.portalPath())
    await page.getByText('<img src=x onerror=alert(1)>').first().waitFor()
    expect(await page.locator('main img, main script').count()).toBe(0)
    const search = encodeURIComponent(HOSTILE)
    for (const path of [
      `?event=${search}&field=${search}`,
      `/lanes/erp/replay?from=${search}&to=${search}`,
    ]) {
      await page.goto(world.portalPath(path))
      expect(await page.locator('main img, main script').count()).toBe(0)
    }
    for (const path of ['/admin/refused', world.portalPath('/events/2?preview=crm-alerts')]) {
      await page.goto(path)
      expect(await page.locator('main img, main script, main svg').count()).toBe(0)
    }
    await page.locator('figure.chat').waitFor()
    await page.goto(`/admin?q=${search}`)
    expect(await page.locator('main img, main script').count()).toBe(0)
  })

  it('has no script that runs but its own, and nothing to complain of', () => {
    expect(world.complaints).toEqual([])
  })
})
