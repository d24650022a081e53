/** The playground's page: a person sends any documented event, and sees what each receiver says of it. */
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { CHROMIUM } from '../../playground/chromium.ts'
import type { LocalServer } from '../../playground/local-server.ts'
import { startPageServer } from '../../playground/page-server.ts'
import { isFull } from '../support/sampling.ts'
import { DashboardWorld } from './dashboard-world.ts'

const LOOKS = [
  ['on a desk', 1480, 'light'],
  ['in the dark', 1480, 'dark'],
  ['on a phone', 360, 'light'],
] as const

describe.skipIf(CHROMIUM === null)("the playground's page", () => {
  let world: DashboardWorld
  let server: LocalServer

  beforeAll(async () => {
    world = await DashboardWorld.start()
    server = await startPageServer(world.session, 0)
  })

  afterAll(async () => {
    await server.close()
    await world.close()
    expect(world.complaints).toEqual([])
  })

  async function opens(width = 1480, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const page = await world.opens({
      baseURL: server.origin,
      viewport: { width, height: 1100 },
      colorScheme,
    })
    await page.goto('/')
    await page.getByText(/^\d{3} events of the documentation$/).waitFor()
    return page
  }

  /** Types the name and presses Enter, as a person without a mouse does. */
  async function sends(page: Page, name: string): Promise<void> {
    await page.getByLabel('Name, or a word of what it says').fill(name)
    await page.keyboard.press('Enter')
    await page.getByText(`${name}: all 8 receivers have it`).waitFor({ timeout: 60_000 })
  }

  it('offers every event by its name and by its words', async () => {
    const page = await opens()
    const options = page.locator('#event-names option')
    expect(await options.count()).toBeGreaterThan(185)
    const texts = await options.evaluateAll((all) =>
      all.map((one) => `${one.getAttribute('value')}: ${one.textContent}`),
    )
    expect(texts).toContain('OnTaskAdd: Task created')
    expect(texts).toContain('ONVOXIMPLANTCALLEND: Call ended')
    expect(texts.filter((text) => /unknown/i.test(text))).toEqual([])
    await page.context().close()
  })

  it('sends an event by the keyboard alone, and shows what all eight receivers say', async () => {
    const page = await opens()
    await sends(page, 'OnTaskAdd')
    for (const name of ['Slack', 'Discord', 'Teams', 'Google Chat', 'Telegram', 'Mattermost']) {
      const card = page.locator('#told').getByRole('region', { name, exact: true })
      expect(await card.textContent()).toContain('Task 123 created')
    }
    const webhook = page.locator('#told').getByRole('region', { name: 'Webhook', exact: true })
    expect(await webhook.textContent()).toContain('bitrix24.event.ontaskadd')
    await sends(page, 'onCrmDealMoveToCategory')
    const slack = page.locator('#told').getByRole('region', { name: 'Slack', exact: true })
    expect(await slack.textContent()).toContain('Deal 6675 moved to another pipeline')
    await page.getByRole('button', { name: 'Close' }).press('Enter')
    expect(await page.locator('#told').isVisible()).toBe(false)
    expect(await page.evaluate('document.activeElement.name')).toBe('event')
    await page.context().close()
  })

  it('says that an event does not exist', async () => {
    const page = await opens()
    await page.getByLabel('Name, or a word of what it says').fill('OnNothing')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('The documentation has no event of this name').waitFor()
    expect(await page.locator('#told').isVisible()).toBe(false)
    await page.context().close()
  })

  it.each(isFull ? LOOKS : LOOKS.slice(1))(
    'can be used by everybody %s',
    async (look, width, colorScheme) => {
      const page = await opens(width, colorScheme)
      await sends(page, look === 'on a phone' ? 'OnTaskDelete' : 'onCrmContactAdd')
      await page.evaluate(axe.source)
      // Sound: the documented form of the results.
      const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
      ).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false)
      await page.context().close()
    },
  )
})
