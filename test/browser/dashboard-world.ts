/** A playground with a browser that looks at its dashboard. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { CHROMIUM, startChromium } from '../../playground/chromium.ts'
import { buildRelay } from '../../playground/relay-build.ts'
import { startSession, type Session } from '../../playground/session.ts'

if (CHROMIUM === null) {
  process.stderr.write(
    '\n!!! No Chromium was found, so NOTHING of the dashboard is tested in a browser. Install it (Debian: apt-get install chromium), or name it in CHROMIUM.\n\n',
  )
}

/** A playground, its browser, and the pages that tests have opened. */
export class DashboardWorld {
  readonly session: Session
  readonly #browser: Browser
  readonly #folder: string
  /** Whatever a page has complained of: errors of scripts, refused contents, dialogs. */
  readonly complaints: string[] = []

  private constructor(session: Session, browser: Browser, folder: string) {
    this.session = session
    this.#browser = browser
    this.#folder = folder
  }

  /** Starts everything. */
  static async start(): Promise<DashboardWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-test-'))
    await buildRelay({ outFolder: join(folder, 'bundle') })
    const [session, browser] = await Promise.all([startSession({ folder }), startChromium()])
    return new DashboardWorld(session, browser, folder)
  }

  async close(): Promise<void> {
    await this.#browser.close()
    await this.session.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** The address of the portal's page, or of one below it. */
  portalPath(below = ''): string {
    return `/admin/portals/${this.session.portal.memberId}${below}`
  }

  /** A new window without a session. */
  async opens(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      baseURL: this.session.relay.url,
      viewport: { width: 1280, height: 900 },
      ...options,
    })
    const page = await context.newPage()
    page.on('pageerror', ({ message }) => this.complaints.push(message))
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('console', (line) => {
      if (/Content Security Policy|Refused to/.test(line.text())) this.complaints.push(line.text())
    })
    return page
  }

  /** A new window with a session, on a page. */
  async opensPage(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.opens(options)
    await page.goto(path)
    await page.getByLabel('Admin token').fill(this.session.adminToken)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    return page
  }

  /** Renames the first field of the portal, which sends an event. */
  async renamesField(label: string): Promise<void> {
    const [field] = this.session.portal.fields
    const change = { EDIT_FORM_LABEL: label, LIST_COLUMN_LABEL: label }
    const result = await this.session.portal.updateField(field?.ID ?? '', change)
    expect(result.ok).toBe(true)
  }

  /** Waits until a lane of the portal is in a state. */
  async waitsForLane(destination: string, state: string): Promise<void> {
    const { relay, portal, adminToken } = this.session
    await vi.waitFor(
      async () => {
        const response = await fetch(`${relay.url}/admin/api/portals/${portal.memberId}`, {
          headers: { authorization: `Bearer ${adminToken}` },
        })
        // Sound: the documented form of the view.
        const { lanes } = (await response.json()) as {
          readonly lanes: readonly { readonly destination: string; readonly state: string }[]
        }
        expect(lanes.find((lane) => lane.destination === destination)?.state).toBe(state)
      },
      { timeout: 30_000, interval: 100 },
    )
  }
}
