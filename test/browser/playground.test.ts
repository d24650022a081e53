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

  async function opens(
    width = 1440,
    colorScheme: 'light' | 'dark' = 'light',
    height = 900,
  ): Promise<Page> {
    const page = await world.opens({
      baseURL: server.origin,
      viewport: { width, height },
      colorScheme,
      // A message that is still fading in has less contrast than it will have.
      reducedMotion: 'reduce',
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

  /** Whether a part of the page can be seen without scrolling. */
  async function isInSight(page: Page, selector: string): Promise<boolean> {
    const { height = 0 } = page.viewportSize() ?? {}
    const box = await page.locator(selector).boundingBox()
    return box !== null && box.y >= 0 && box.y + Math.min(box.height, 40) <= height
  }

  const focused = (page: Page): Promise<unknown> =>
    page.evaluate(
      `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()`,
    )

  async function faultsOf(page: Page): Promise<readonly string[]> {
    await page.evaluate(axe.source)
    // Sound: the documented form of the results.
    const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  }

  it('shows portal, message and what to do first on the first screen, and guides through a minute', async () => {
    const page = await opens()
    await page.getByText('Nothing to deliver yet').first().waitFor()
    expect(await page.getByText('Everything delivered').count()).toBe(0)
    const first = ['#guide-do', '#fields .field', '#panel-slack .channel', '#lanes .lane']
    for (const part of first) {
      expect([part, await isInSight(page, `${part} >> nth=0`)]).toEqual([part, true])
    }
    const guide = page.getByRole('region', { name: 'Change a field' })
    await guide.getByRole('button', { name: 'Do it for me' }).press('Enter')
    await page.getByRole('heading', { name: 'Read the message' }).waitFor()
    expect(await focused(page)).toBe('Next')
    const message = page.locator('#panel-slack .message').last()
    await message.getByText('Tax ID').first().waitFor()
    expect(await isInSight(page, '#panel-slack .message')).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Break a receiver' }).waitFor()
    await page.getByRole('button', { name: 'Do it for me' }).press('Enter')
    await page.getByRole('heading', { name: 'Let it work again' }).waitFor({ timeout: 30_000 })
    const slack = page.locator('#lanes .lane').first()
    await page.locator('.send summary').first().press('Enter')
    expect(await page.locator('.pairs').first().textContent()).toContain('data[FIELDS][FIELD_NAME]')
    expect(await faultsOf(page)).toEqual([])
    expect(await slack.textContent()).toMatch(/1 event waiting · Tries again after \d+ failed/)
    await page.getByRole('button', { name: 'Do it for me' }).press('Enter')
    await page.getByRole('heading', { name: 'Kill the relay' }).waitFor({ timeout: 30_000 })
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Lose an event' }).waitFor({ timeout: 60_000 })
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'That was the minute' }).waitFor({ timeout: 60_000 })
    expect(await page.getByText('never sent').count()).toBe(1)
    await page.context().close()
  }, 180_000)

  it('keeps the focus whatever is deleted, killed or compared, and closes the editor by Escape', async () => {
    const page = await opens()
    const row = page.locator('#fields .field').first()
    await row.getByRole('button', { name: /^Edit / }).press('Enter')
    await page.locator('.editor').waitFor()
    await page.keyboard.press('Escape')
    expect(await page.locator('.editor').count()).toBe(0)
    expect(await focused(page)).toMatch(/^Edit /)
    const rows = page.locator('#fields .field')
    for (let left = await rows.count(); left > 0; left -= 1) {
      // Behind the last field comes the label of a new one.
      const next = left > 1 ? await rows.nth(1).locator('.remove').getAttribute('aria-label') : ''
      await rows.first().locator('.remove').press('Enter')
      await expect.poll(() => rows.count()).toBe(left - 1)
      expect(await focused(page)).toBe(next)
    }
    expect(await page.evaluate('document.activeElement.name')).toBe('label')
    for (const name of ['Reconcile now', 'Kill the relay']) {
      await page.getByRole('button', { name }).press('Enter')
      expect(await focused(page)).toBe(name)
    }
    await page.getByText(/^Relay at /).waitFor({ timeout: 60_000 })
    expect(await focused(page)).toBe('Kill the relay')
    await page.getByRole('button', { name: 'Reset' }).press('Enter')
    await page.getByRole('button', { name: 'Edit Tax number' }).waitFor({ timeout: 60_000 })
    expect(await focused(page)).toBe('Reset')
    await page.getByText('Nothing to deliver yet').first().waitFor()
    expect(await page.locator('.message, .delivery, .send').count()).toBe(1)
    await page.context().close()
  }, 180_000)

  it('says everywhere that the application is uninstalled, offers the way back, and opens the dashboard', async () => {
    const page = await opens()
    await page.getByRole('button', { name: 'Uninstall' }).press('Enter')
    await page.getByRole('heading', { name: 'Nothing comes any more' }).waitFor()
    expect(await focused(page)).toBe('Install')
    const places = page.locator('.away').filter({ hasText: 'Uninstalled: Bitrix24 sends nothing' })
    expect(await places.count()).toBe(4)
    await page.getByText('The log is deleted').waitFor()
    expect(await page.getByText(/^(?:Active|Everything delivered)$/).count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Install again' }).count()).toBe(5)
    expect(await faultsOf(page)).toEqual([])
    await page
      .locator('.away')
      .getByRole('button', { name: 'Install again' })
      .first()
      .press('Enter')
    await expect.poll(() => page.locator('.away:visible').count()).toBe(0)
    const [dashboard] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: 'Dashboard' }).press('Enter'),
    ])
    await dashboard.getByRole('button', { name: 'Sign out' }).waitFor()
    expect(new URL(dashboard.url()).origin).toBe(world.session.relay.url)
    await page.context().close()
  })

  it('shows on a phone what has come of an edit, without a search', async () => {
    const page = await opens(390, 'light', 844)
    await page.getByRole('button', { name: 'Edit VAT payer' }).click()
    await page.locator('.editor').getByLabel('Label').fill('VAT payer in the EU')
    await page.locator('.editor').getByRole('button', { name: 'Save' }).click()
    const result = page.getByRole('region', { name: 'What has come of it' })
    await result.getByText('VAT payer in the EU').first().waitFor()
    await expect.poll(() => isInSight(page, '#result .message')).toBe(true)
    expect(await result.textContent()).toContain('In Slack:')
    expect(await focused(page)).toMatch(/^Edit VAT payer/)
    await page.context().close()
  })

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

  it('sends an event by the keyboard alone, and shows what every receiver says', async () => {
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
      expect(await faultsOf(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false)
      await page.context().close()
    },
  )
})
