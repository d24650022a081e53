/**
 * `npm run screenshots`: draws the pictures of README anew, from a playground with the real relay. It needs Chromium.
 * The portal has a field renamed and made required, which Slack shows, and receivers that are down or gone, which the
 * dashboard shows. The simulated portal has an address of this machine; the pictures show `acme.bitrix24.com` there.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { readCommandLine, refuseArguments } from '../scripts/command-line.ts'
import { startChromium } from './chromium.ts'
import { pause } from './local-server.ts'
import { startPageServer } from './page-server.ts'
import { buildRelay } from './relay-build.ts'
import { runAction } from './session-actions.ts'
import { startSession, type Session } from './session.ts'

/** A picture that a page shows has to load at once. */
const MAX_PICTURE_BYTES = 150_000

const OUT = fileURLToPath(new URL('../docs/images/', import.meta.url))
const DOMAIN = 'acme.bitrix24.com'
const PATIENCE_MS = 60_000
const LOOK = { colorScheme: 'light', locale: 'en-US', timezoneId: 'UTC' } as const

/** Changes fields as a person does, until Slack has the message and the lane of Mattermost has stopped. */
async function play(session: Session): Promise<void> {
  const [tax, vat] = session.portal.fields
  const rename = { action: 'updateField', id: tax?.ID, mandatory: false }
  await tellSlack(session, { ...rename, label: 'Tax no.' })
  await act(session, { action: 'receiver', receiver: 'webhook', behaviour: 'down' })
  await act(session, { action: 'receiver', receiver: 'mattermost', behaviour: 'gone' })
  await tellSlack(session, { action: 'updateField', id: vat?.ID, label: 'VAT payer in the EU' })
  await tellSlack(session, { ...rename, label: 'Tax number', mandatory: true })
  await until(() => session.lanes.view?.lanes.some(({ state }) => state === 'disabled') === true)
}

async function tellSlack(session: Session, input: Readonly<Record<string, unknown>>) {
  const told = session.slack.messages.length
  await act(session, input)
  await until(() => session.slack.messages.length > told)
}

async function act(session: Session, input: Readonly<Record<string, unknown>>): Promise<void> {
  const problem = await runAction(session, input)
  if (problem !== null) throw new Error(`Cannot play ${JSON.stringify(input)}: ${problem}`)
}

async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  while (!isSo()) {
    if (Date.now() > end) throw new Error('Cannot take the pictures: the relay did not go on')
    await pause(100)
  }
}

/** The last message in Slack, as the playground draws it. */
async function takeSlack(browser: Browser, session: Session): Promise<void> {
  const server = await startPageServer(session, 0)
  const page = await browser.newPage({ viewport: { width: 1500, height: 1400 }, ...LOOK })
  await page.goto(`${server.origin}/#slack`)
  const message = page.locator('#panel-slack .message').last()
  await message.waitFor()
  await showDomain(page, session)
  save('slack.png', await message.screenshot({ animations: 'disabled' }))
  await page.close()
  await server.close()
}

/** The top of the portal's page on the dashboard, signed in. */
async function takeDashboard(browser: Browser, session: Session): Promise<void> {
  const { relay, portal, adminToken } = session
  const page = await browser.newPage({ viewport: { width: 1180, height: 780 }, ...LOOK })
  await page.goto(`${relay.url}/admin/portals/${portal.memberId}`)
  await page.getByLabel('Admin token').fill(adminToken)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  await showDomain(page, session)
  save('dashboard.png', await page.screenshot({ animations: 'disabled' }))
  await page.close()
}

/** Writes the name of an ordinary portal where the page shows the address of the simulated one. */
async function showDomain(page: Page, { portal }: Session): Promise<void> {
  const names = JSON.stringify({ from: portal.domain, to: DOMAIN })
  // A text, as the types of a browser are not known here.
  await page.evaluate(`{
    const { from, to } = ${names}
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(from, to)
  }`)
}

function save(name: string, bytes: Buffer): void {
  if (bytes.length > MAX_PICTURE_BYTES) {
    throw new Error(`Cannot keep ${name} as it has ${bytes.length} bytes`)
  }
  writeFileSync(join(OUT, name), bytes)
  process.stdout.write(`docs/images/${name}: ${bytes.length} bytes\n`)
}

readCommandLine({
  usage: `Usage:
  npm run screenshots

Draws the pictures of README anew into docs/images. It needs Chromium; CHROMIUM may name it.`,
  options: {},
  refuse: refuseArguments,
})

const folder = mkdtempSync(join(tmpdir(), 'relay-screenshots-'))
try {
  await buildRelay({ outFolder: join(folder, 'bundle') })
  const [session, browser] = await Promise.all([startSession({ folder }), startChromium()])
  try {
    await play(session)
    mkdirSync(OUT, { recursive: true })
    await takeSlack(browser, session)
    await takeDashboard(browser, session)
  } finally {
    await browser.close()
    await session.close()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
