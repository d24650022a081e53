/** A portal, and a browser that has signed in to the dashboard. */
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
}
