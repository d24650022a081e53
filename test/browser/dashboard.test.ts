/** An operator works with the dashboard in a real browser. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CHROMIUM } from '../../playground/chromium.ts'
import { DashboardWorld } from './dashboard-world.ts'

describe.skipIf(CHROMIUM === null)('an operator', () => {
  let world: DashboardWorld

  beforeAll(async () => {
    world = await DashboardWorld.start()
    await world.renamesField('First name')
  })

  afterAll(async () => {
    await world.close()
    expect(world.complaints).toEqual([])
  })

  it('is told that a token is wrong, and gets to the page that was asked for with the right one', async () => {
    const page = await world.opens()
    await page.goto(world.portalPath())
    await page.getByLabel('Admin token').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByRole('alert').textContent()).toContain('This is not the admin token')
    await page.getByLabel('Admin token').fill(world.session.adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Lanes' }).waitFor()
    expect(new URL(page.url()).pathname).toBe(world.portalPath())
    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' })
    expect(cookie?.name).toMatch(/^__Host-/)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Admin token').waitFor()
    expect(await page.context().cookies()).toEqual([])
  })

  it('who follows a link of another site is signed in all the same', async () => {
    const page = await world.opensPage('/admin')
    // Another site than 127.0.0.1, for the browser.
    const elsewhere = `http://localhost:${new URL(world.session.relay.url).port}/healthz`
    await page.goto(elsewhere)
    await page.setContent(`<a href="${world.session.relay.url}${world.portalPath()}">a link</a>`)
    await page.getByRole('link').click()
    await page.getByRole('heading', { name: 'Lanes' }).waitFor()
    expect(new URL(page.url()).pathname).toBe(world.portalPath())
  })

  it('sees a stuck lane with its remedy first, and lets it go on', async () => {
    const { slack } = world.session.receivers
    slack.simulator.answer({ status: 404, body: 'channel_not_found' })
    await world.renamesField('A name for nobody')
    await world.waitsForLane('crm-alerts', 'disabled')
    const page = await world.opensPage('/admin')
    await page.getByText('crm-alerts is disabled, and its events wait').waitFor()
    await page.goto(world.portalPath())
    const trouble = page.getByRole('region', { name: 'What is wrong' })
    expect(await trouble.textContent()).toContain('channel not found')
    expect(await trouble.textContent()).toContain('bring the channel back, and press Resume')
    expect(await page.getByRole('img', { name: /crm-alerts stands at event/ }).count()).toBe(1)
    slack.simulator.recover()
    await trouble.getByRole('button', { name: 'Resume crm-alerts' }).click()
    await page.getByText('The lane goes on, and tries at once.').waitFor()
    await world.waitsForLane('crm-alerts', 'active')
    expect(new URL(page.url()).search).toBe('')
  })

  it('sees what a replay would send, and sends it', async () => {
    const { webhook } = world.session.receivers
    webhook.simulator.answer({ status: 422, body: 'no' })
    await world.renamesField('A name that is refused')
    const page = await world.opensPage(world.portalPath('/parked'))
    await expect
      .poll(async () => {
        await page.reload()
        return page.getByText('1 parked event').count()
      })
      .toBe(1)
    webhook.simulator.recover()
    const before = webhook.simulator.messages.length
    await page.getByRole('link', { name: 'Send all again … to erp' }).click()
    await page.getByRole('heading', { name: '1 event would be sent to erp' }).waitFor()
    expect(webhook.simulator.messages.length).toBe(before)
    await page.getByRole('button', { name: 'Send 1 event again' }).click()
    await page.getByText('The replay has begun.').waitFor()
    await expect.poll(() => webhook.simulator.messages.length).toBe(before + 1)
  })

  it('watches an event arrive, without loading the page and with the focus where it was', async () => {
    const page = await world.opensPage(world.portalPath())
    await page.getByLabel('Field, id or value').fill('typed text')
    const pause = page.getByRole('button', { name: 'Pause the lane erp' })
    await pause.focus()
    await world.renamesField('A name that is watched')
    await page.getByText('A name that is watched').first().waitFor()
    await page.getByText('Live: 1 new event').waitFor()
    expect(await page.getByLabel('Field, id or value').inputValue()).toBe('typed text')
    expect(await pause.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(
      true,
    )
  })

  it('sees by keyboard alone what a replay in all portals would send, and who was refused', async () => {
    const { portal, relay } = world.session
    const auth = { member_id: portal.memberId, application_token: 'a-wrong-token' }
    const answer = await fetch(`${relay.url}/bitrix24/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ event: 'ONCRMDEALUPDATE', data: { FIELDS: { ID: 1 } }, auth }),
    })
    expect(answer.status).toBe(403)
    const page = await world.opensPage('/admin/destinations')
    await page.locator('#erp summary').focus()
    await page.keyboard.press('Enter')
    const ask = page.locator('#erp a[href$="/erp/replay"]')
    const isReached = (): Promise<boolean> =>
      ask.evaluate((link) => link === link.ownerDocument.activeElement)
    for (let steps = 0; steps < 5 && !(await isReached()); steps += 1) {
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    await page.getByText('1 portal was asked just now. It is all of them.').waitFor()
    await page.goto('/admin')
    await page.getByRole('link', { name: 'See the refused callers' }).press('Enter')
    const known = page.getByRole('region', { name: 'In the name of known portals' })
    expect(await known.textContent()).toContain('this token does not speak for it')
  })

  it('works by keyboard alone', async () => {
    const page = await world.opens()
    await page.goto(world.portalPath())
    // The field has the focus from the start.
    await page.keyboard.type(world.session.adminToken)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Lanes' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toContain(
      'Skip to the content',
    )
    await page.keyboard.press('Enter')
    const name = `document.activeElement.textContent`
    for (
      let steps = 0;
      steps < 30 && !String(await page.evaluate(name)).startsWith('Pause the lane erp');
      steps += 1
    ) {
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    await page.getByText('The lane is paused. Its events wait.').waitFor()
    await page.getByRole('button', { name: 'Resume the lane erp' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('The lane goes on, and tries at once.').waitFor()
  })

  it('works without a script', async () => {
    const page = await world.opensPage(world.portalPath(), { javaScriptEnabled: false })
    await page.getByRole('button', { name: 'Pause the lane teams' }).click()
    expect(await page.getByRole('status').first().textContent()).toContain('The lane is paused.')
    await page.getByRole('button', { name: 'Resume the lane teams' }).click()
    expect(await page.getByRole('status').first().textContent()).toContain('The lane goes on')
  })

  it('costs nothing while nothing happens: a quiet page asks at most 118 times in 15 minutes, and then rests', async () => {
    await world.waitsForLane('teams', 'active')
    const page = await world.opens()
    await page.clock.install()
    await page.goto(world.portalPath())
    await page.getByLabel('Admin token').fill(world.session.adminToken)
    await page.keyboard.press('Enter')
    await page.getByText('Live', { exact: true }).waitFor()
    let asked = 0
    page.on('request', (request) => (asked += Number(request.url().endsWith('/stamp'))))
    for (let seconds = 0; seconds < 16 * 60; seconds += 5) {
      const before = asked
      await page.clock.runFor(5000)
      if (asked > before) await page.waitForLoadState('networkidle')
    }
    // A step of five seconds holds one question at most, and one whose answer comes late has none.
    expect(asked).toBeGreaterThan(30)
    expect(asked).toBeLessThanOrEqual(118)
    await page.getByText('Not live: nothing has happened for 15 minutes.').waitFor()
    const rested = asked
    await page.clock.runFor('10:00')
    expect(asked).toBe(rested)
    await page.keyboard.press('Shift')
    await page.getByText('Live', { exact: true }).waitFor()
  })

  it('a page that cannot be seen asks for nothing', async () => {
    const page = await world.opens()
    await page.clock.install()
    await page.goto(world.portalPath())
    await page.getByLabel('Admin token').fill(world.session.adminToken)
    await page.keyboard.press('Enter')
    await page.getByText('Live', { exact: true }).waitFor()
    await page.evaluate(`
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })
      document.dispatchEvent(new Event('visibilitychange'))
    `)
    let asked = 0
    page.on('request', () => (asked += 1))
    await world.renamesField('A name that nobody sees')
    await world.waitsForLane('erp', 'active')
    await page.clock.runFor('30:00')
    expect(asked).toBe(0)
    await page.evaluate(`
      delete document.hidden
      document.dispatchEvent(new Event('visibilitychange'))
    `)
    await page.getByText('A name that nobody sees').first().waitFor()
  })
})
