/** A portal, and a browser that has signed in to the dashboard. */
import { expect, test } from 'vitest'
import { Browser } from '../worker/browser.ts'
import { PortalScenario } from './portal-scenario.ts'

/** The scenario of a test of pages. */
export class PageScenario extends PortalScenario {
  readonly browser = new Browser()

  /** Starts the scenario, and signs in. */
  static async start(): Promise<PageScenario> {
    const scenario = new PageScenario()
    await scenario.browser.signsIn()
    return scenario
  }

  /** Asks for the page of the portal, or for one below it. */
  asks(below = ''): Promise<Response> {
    return this.browser.asks(`/admin/portals/${this.memberId}${below}`)
  }

  /** Presses a button of the portal's page, and answers what the page then says. */
  async presses(act: string, members: Record<string, string> = {}): Promise<string> {
    const portal = `/admin/portals/${this.memberId}`
    const response = await this.browser.posts(`${portal}/${act}`, members)
    expect(response.status).toBe(303)
    const location = response.headers.get('location') ?? ''
    expect(location).toMatch(new RegExp(`^${portal}(?:/parked)?\\?said=`))
    expect((await this.browser.asks(location)).status).toBe(200)
    return location.split('said=')[1] ?? ''
  }

  /** Reads a page of the dashboard. */
  async reads(path: string): Promise<string> {
    const response = await this.browser.asks(path)
    expect(response.status).toBe(200)
    return response.text()
  }
}

/** A test of pages. The scenario begins when the test names it, and is closed after the test. */
export const pageTest = test.extend('scenario', async ({ onTestFinished }) => {
  const scenario = await PageScenario.start()
  onTestFinished(() => scenario.close())
  return scenario
})
