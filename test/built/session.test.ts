/** The whole playground on the real Worker: a click in the portal, its receivers, and no trace left. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { readGoldenFiles } from '../../playground/gallery.ts'
import type { LocalServer } from '../../playground/local-server.ts'
import { startPageServer } from '../../playground/page-server.ts'
import { buildRelay } from '../../playground/relay-build.ts'
import { describeSession } from '../../playground/session-state.ts'
import type { SessionState } from '../../playground/session-state.ts'
import { startSession } from '../../playground/session.ts'
import type { Session } from '../../playground/session.ts'

/** The trigger of wrangler.toml that drains the spill. */
const DRAIN_CRON = '*/5 * * * *'

let folder = ''
let session: Session
let page: LocalServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'playground-test-'))
  await buildRelay({ outFolder: join(folder, 'bundle') })
  session = await startSession({ folder })
  page = await startPageServer(session, 0)
})

afterAll(async () => {
  await page.close()
  await session.close()
  rmSync(folder, { recursive: true, force: true })
})

async function act(input: Record<string, unknown>, headers: Record<string, string> = {}) {
  const response = await fetch(`${page.origin}/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: page.origin, ...headers },
    body: JSON.stringify(input),
  })
  return { status: response.status, text: await response.text() }
}

async function readState(): Promise<SessionState> {
  const response = await fetch(`${page.origin}/state`)
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('latin1')
    // A state may come in several chunks, and one chunk may bring several states.
    const end = text.indexOf('\n\n')
    if (end < 0) continue
    const message = Buffer.from(text.slice('data: '.length, end), 'latin1').toString()
    // Sound: the page server writes one whole state as the first message.
    return JSON.parse(message) as SessionState
  }
  throw new Error('Cannot read a state from an empty stream')
}

test('the portal is installed at the start, so that the first click works', async () => {
  expect(session.portal.sends.map(({ event, answer }) => `${event} ${answer}`)).toEqual([
    'ONAPPINSTALL {"accepted":true}',
  ])
})

const DESTINATIONS = {
  slack: 'crm-alerts',
  webhook: 'erp',
  cloudevents: 'events',
  discord: 'discord',
  teams: 'teams',
  googlechat: 'googlechat',
  telegram: 'telegram',
  mattermost: 'mattermost',
}

test('the state tells of all receivers, and the relay has a lane for each', async () => {
  const { receivers } = await readState()
  const names = Object.entries(receivers).map(([type, { destination }]) => [type, destination])
  expect(Object.fromEntries(names)).toEqual(DESTINATIONS)
  const lanes = () => session.lanes.view?.lanes.map(({ type, destination }) => [type, destination])
  await expect
    .poll(() => Object.fromEntries(lanes() ?? []), { timeout: 10_000 })
    .toEqual(DESTINATIONS)
})

test.each(Object.keys(DESTINATIONS))('%s behaves as it is told to', async (receiver) => {
  const behave = async (behaviour: string) => {
    const { status } = await act({ action: 'receiver', receiver, behaviour })
    return [status, (await readState()).receivers[receiver]?.behaviour.kind]
  }
  const behaviours = ['rate_limited', 'slow', 'reset', 'down', 'gone', 'error_inside', 'flood']
  for (const behaviour of [...behaviours, 'normal']) {
    expect(await behave(behaviour)).toEqual([200, behaviour])
  }
})

test('a receiver that is gone says so in its own words', async () => {
  const { discord } = session.receivers
  await act({ action: 'receiver', receiver: 'discord', behaviour: 'gone' })
  const response = await fetch(discord.simulator.url, { method: 'POST', body: '{}' })
  await act({ action: 'receiver', receiver: 'discord', behaviour: 'normal' })
  expect([response.status, await response.json()]).toEqual([
    404,
    { message: 'Unknown Webhook', code: 10_015 },
  ])
  for (const { gone, goneText, errorInside } of Object.values(session.receivers)) {
    expect(goneText).toMatch(new RegExp(`^${gone.status} `))
    expect(errorInside.status).toBe(200)
  }
})

test.each(['pager', 'toString', '', null])('the receiver %o is refused', async (receiver) => {
  expect(await act({ action: 'receiver', receiver, behaviour: 'down' })).toEqual({
    status: 422,
    text: '{"problem":"This receiver does not exist"}',
  })
  expect(await act({ action: 'receiver', receiver: 'slack', behaviour: receiver })).toEqual({
    status: 422,
    text: '{"problem":"This behaviour does not exist"}',
  })
  const behaviours = Object.values(session.receivers).map(({ simulator }) => simulator.behaviour)
  expect(new Set(behaviours.map(({ kind }) => kind))).toEqual(new Set(['normal']))
})

test('a created field arrives in Slack and, signed, at the webhook', async () => {
  expect(await act({ action: 'createField', label: 'Bank account', type: 'string' })).toEqual({
    status: 200,
    text: '{"problem":null}',
  })
  const [message] = await session.slack.waitFor(1, 10_000)
  const [delivery] = await session.webhook.waitFor(1, 10_000)
  expect(JSON.stringify(message?.payload)).toContain('UF_CRM_BANK_ACCOUNT')
  expect(delivery).toMatchObject({ sequence: 1, order: 'next', verification: { verified: true } })
  const state = await readState()
  expect(state.portal.fields.at(-1)).toMatchObject({ label: 'Bank account', mandatory: false })
  expect(state.sends.at(-1)).toMatchObject({
    status: 200,
    answer: '{"accepted":true,"sequence":1}',
  })
})

test('a value edited in its line is renamed, and Slack says from what to what and by whom', async () => {
  const field = session.portal.fields.find(({ FIELD_NAME }) => FIELD_NAME === 'UF_CRM_LEGAL_FORM')
  const before = session.slack.messages.length
  const values = ['Ltd', 'Partnership', 'Sole trader', 'Fund', 'Ltd']
  expect(await act({ action: 'updateField', id: field?.ID, values })).toMatchObject({ status: 200 })
  const [first, second, third] = field?.LIST?.map(({ ID }) => ID) ?? []
  const changed = session.portal.fields.find(({ ID }) => ID === field?.ID)
  expect(changed?.LIST?.map(({ ID }) => ID).slice(0, 3)).toEqual([first, third, second])
  expect(new Set(changed?.LIST?.map(({ ID }) => ID)).size).toBe(5)
  await session.slack.waitFor(before + 1, 10_000)
  const text = JSON.stringify(session.slack.messages.at(-1)?.payload)
  for (const part of ['Limited company', 'Ltd', 'Fund', 'Anna Petrova'])
    expect(text).toContain(part)
})

test('a lost event is shown as lost, and the comparison tells it all the same', async () => {
  const compare = async () => {
    const before = session.lanes.view?.lastReconcileAt ?? null
    expect(await act({ action: 'reconcile' })).toEqual({ status: 200, text: '{"problem":null}' })
    await expect
      .poll(() => session.lanes.view?.lastReconcileAt ?? null, { timeout: 30_000 })
      .not.toBe(before)
  }
  // Whatever came before belongs to the baseline.
  await compare()
  await act({ action: 'switch', name: 'loseNext', on: true })
  expect((await readState()).portal.switches.loseNext).toBe(true)
  const count = session.webhook.messages.length
  await act({ action: 'createField', label: 'Lost on the way', type: 'string' })
  const state = await readState()
  expect(state.portal.switches.loseNext).toBe(false)
  expect(state.lost).toMatchObject([{ number: 'lost-1', event: 'ONCRMREQUISITEUSERFIELDADD' }])
  await compare()
  const deliveries = await session.webhook.waitFor(count + 1, 10_000)
  const told = JSON.stringify(deliveries.at(-1))
  expect(told).toContain('UF_CRM_LOST_ON_THE_WAY')
  expect(told).toContain('reconciled')
})

test('a switched loss can be taken back', async () => {
  await act({ action: 'switch', name: 'loseNext', on: true })
  await act({ action: 'switch', name: 'loseNext', on: false })
  expect(session.portal.faults.losing).toBe(0)
})

test('an event that the killed relay had taken is delivered after its restart', async () => {
  await act({ action: 'receiver', receiver: 'webhook', behaviour: 'down' })
  await act({ action: 'createField', label: 'Taken before the kill', type: 'string' })
  expect(await act({ action: 'kill' })).toMatchObject({ status: 200 })
  await act({ action: 'receiver', receiver: 'webhook', behaviour: 'normal' })
  // What was delivered just before the kill may come again, under the same id.
  const sequences = () => new Set(session.webhook.messages.map(({ sequence }) => sequence))
  await expect.poll(() => [...sequences()], { timeout: 30_000 }).toEqual([1, 2, 3, 4])
  expect(session.webhook.problems).toEqual([])
})

test('a reader is told a message once, and its number of all', async () => {
  const told = {}
  const first = describeSession(session, told)
  const second = describeSession(session, told)
  const count = session.webhook.messages.length
  expect(first).toMatchObject({ whole: true, receivers: { webhook: { total: count } } })
  expect(first.receivers['webhook']?.messages).toEqual(session.webhook.messages)
  expect(second).toMatchObject({
    whole: false,
    receivers: { webhook: { total: count, messages: [] } },
  })
})

test('a burst edits one field thirty times, and numbers the edits from the field as it was', async () => {
  const [field] = session.portal.fields
  await session.portal.updateField(field?.ID ?? '', { EDIT_FORM_LABEL: 'Tax number (edit 7)' })
  const sends = session.portal.sends.length
  const told = session.slack.messages.length
  expect(await act({ action: 'burst' })).toEqual({ status: 200, text: '{"problem":null}' })
  expect(session.portal.sends.length - sends).toBe(30)
  expect((await readState()).portal.fields[0]).toMatchObject({ label: 'Tax number (edit 30)' })
  // Equal events of one second count once; what the last of them brought is told all the same.
  await expect
    .poll(() => JSON.stringify(session.webhook.messages.at(-1)?.payload), { timeout: 30_000 })
    .toContain('Tax number (edit 30)')
  expect(session.webhook.problems).toEqual([])
  // Slack is told in few messages, and none of them claims that an event got lost.
  const slack = (): string => JSON.stringify(session.slack.messages.slice(told))
  await expect.poll(slack, { timeout: 60_000 }).toContain('Tax number (edit 30)')
  expect(slack()).not.toContain('no event arrived')
}, 100_000)

test('every documented event can be chosen, and one that nobody has bound reaches all receivers', async () => {
  const listed = await (await fetch(`${page.origin}/events`)).json()
  expect(listed).toContainEqual({ name: 'OnTaskAdd', words: 'Task created' })
  const counts = Object.values(session.receivers).map(({ simulator }) => simulator.messages.length)
  expect((await act({ action: 'sendEvent', name: 'onTaskAdd' })).status).toBe(200)
  expect(session.portal.sends.at(-1)).toMatchObject({ event: 'ONTASKADD', status: 200 })
  for (const [index, { simulator }] of Object.values(session.receivers).entries()) {
    await simulator.waitFor((counts[index] ?? 0) + 1, 30_000)
  }
  expect(session.slack.messages.at(-1)?.payload.text).toContain('Task 123 created')
  const unknown = await act({ action: 'sendEvent', name: 'OnNothing' })
  expect(unknown.text).toContain('The documentation has no event of this name')
})

test('a robot is told as an automation, and a smart process by its title', async () => {
  const before = session.slack.messages.length
  await act({ action: 'switch', name: 'robot', on: true })
  await act({ action: 'createField', label: 'Made by a robot', type: 'string' })
  await act({ action: 'switch', name: 'robot', on: false })
  await session.slack.waitFor(before + 1, 30_000)
  expect(JSON.stringify(session.slack.messages.at(-1)?.payload)).toContain('automation')
  const count = session.slack.messages.length
  expect((await act({ action: 'sendEvent', name: 'onCrmTypeAdd' })).status).toBe(200)
  await session.slack.waitFor(count + 1, 30_000)
  expect(JSON.stringify(session.slack.messages.slice(count))).toContain('Rentals')
})

test('the relay says what is wrong with tokens, rights and plan, and all is well again afterwards', async () => {
  const flip = (name: string, on: boolean) => act({ action: 'switch', name, on })
  const rename = (label: string) =>
    act({ action: 'updateField', id: session.portal.fields[0]?.ID, label })
  const toldOf = async (words: string) => {
    await expect
      .poll(async () => (await readState()).relay.trouble ?? 'nothing', { timeout: 30_000 })
      .toContain(words)
  }
  await flip('tokensExpired', true)
  await rename('Told without its change')
  await toldOf('cannot call the portal')
  expect((await flip('tokensExpired', false)).status).toBe(200)
  await toldOf('nothing')
  await flip('rightsLost', true)
  await rename('Told without its change as well')
  const slack = () => JSON.stringify(session.slack.messages)
  await expect.poll(slack, { timeout: 30_000 }).toContain('Bitrix24 denied access to the field')
  await flip('rightsLost', false)
  await rename('Told with its change')
  await flip('planEnded', true)
  expect((await act({ action: 'reconcile' })).status).toBe(200)
  await toldOf('because of its plan')
  await flip('planEnded', false)
  await act({ action: 'reconcile' })
  await toldOf('nothing')
  await expect
    .poll(() => JSON.stringify(session.webhook.messages.at(-1)?.payload), { timeout: 30_000 })
    .toContain('Told with its change')
}, 100_000)

test('the link to the dashboard signs the browser in, for its own pages alone', async () => {
  const link = `${page.origin}/dashboard`
  const foreign = { headers: { 'sec-fetch-site': 'cross-site' } }
  expect((await fetch(link, foreign)).status).toBe(403)
  const answer = await fetch(link, {
    headers: { 'sec-fetch-site': 'same-origin' },
    redirect: 'manual',
  })
  expect([answer.status, answer.headers.get('location')]).toEqual([
    303,
    `${session.relay.url}/admin`,
  ])
  const [cookie = ''] = answer.headers.getSetCookie()
  expect(cookie).toMatch(/^__Host-relay-session=.*HttpOnly.*Secure.*SameSite=Strict/)
  expect(cookie).not.toContain(session.adminToken)
  const overview = await fetch(`${session.relay.url}/admin`, {
    headers: { cookie: cookie.split(';')[0] ?? '', accept: 'text/html' },
  })
  expect([overview.status, await overview.text()]).toEqual([
    200,
    expect.stringContaining(session.portal.domain),
  ])
})

test('after an uninstall the state says so, and an installation begins a new log', async () => {
  await act({ action: 'uninstall', clean: true })
  expect((await readState()).relay).toMatchObject({ head: 0, lanes: [], trouble: null })
  expect((await readState()).portal.silence).toMatchObject({ offer: 'Install again' })
  await act({ action: 'install' })
  expect((await readState()).portal.silence).toBeNull()
  const count = session.webhook.messages.length
  await act({ action: 'createField', label: 'After the return', type: 'string' })
  // On a busy machine the event may have been spilled, and then the cron trigger brings it.
  const arrived = async () => {
    if (session.webhook.messages.length === count) await session.relay.dispatchScheduled(DRAIN_CRON)
    return session.webhook.messages.length
  }
  await expect.poll(arrived, { timeout: 60_000, interval: 3000 }).toBe(count + 1)
})

test('the gallery reads golden files by type, language and kind', () => {
  const golden = mkdtempSync(join(folder, 'golden-'))
  const request = {
    url: 'https://discord.com/api/webhooks/1/x',
    headers: {},
    body: { content: 'A' },
  }
  mkdirSync(join(golden, 'discord', 'en'), { recursive: true })
  writeFileSync(join(golden, 'discord', 'en', 'updated.json'), JSON.stringify(request))
  writeFileSync(join(golden, 'discord', 'notes.json'), '{}')
  expect(readGoldenFiles(golden)).toEqual([
    { type: 'discord', language: 'en', kind: 'updated', request },
  ])
})

test('a wrong application token and an unknown action are refused in words', async () => {
  await act({ action: 'switch', name: 'wrongToken', on: true })
  await act({ action: 'createField', label: 'Forged', type: 'string' })
  await act({ action: 'switch', name: 'wrongToken', on: false })
  expect(session.portal.sends.at(-1)?.status).toBe(403)
  expect(await act({ action: 'nonsense' })).toEqual({
    status: 422,
    text: '{"problem":"This action does not exist"}',
  })
})

test('the page is served with a policy that allows nothing from elsewhere', async () => {
  const response = await fetch(page.origin)
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  const html = await response.text()
  expect(html.match(/(?:src|href)="(?:https?:)?\/\//g)).toBeNull()
})

test('actions of other pages and other host names are refused', async () => {
  const input = { action: 'uninstall' }
  expect((await act(input, { origin: 'http://evil.example' })).status).toBe(403)
  expect((await act(input, { 'content-type': 'text/plain' })).status).toBe(403)
  const rebound = request(page.origin, { headers: { host: 'evil.example' } })
  rebound.end()
  const [response] = (await once(rebound, 'response')) as [{ statusCode: number; resume(): void }]
  response.resume()
  expect(response.statusCode).toBe(403)
  expect(session.portal.installed).toBe(true)
})

test('a reset begins anew, at the same address and with the same token', async () => {
  const { url } = session.relay
  const { castId } = await readState()
  expect(await act({ action: 'reset' })).toEqual({ status: 200, text: '{"problem":null}' })
  const state = await readState()
  expect(state.castId).not.toBe(castId)
  expect(state).toMatchObject({ whole: true, lost: [], guide: { at: 0 } })
  expect(state.portal.fields.map(({ label }) => label)).toEqual([
    'Tax number',
    'VAT payer',
    'Legal form',
  ])
  expect(state.relay).toMatchObject({ url, running: true, isResetting: false, head: 0 })
  expect(session.webhook.messages).toEqual([])
  expect((await act({ action: 'createField', label: 'Anew', type: 'string' })).status).toBe(200)
  const [delivery] = await session.webhook.waitFor(1, 30_000)
  expect(delivery).toMatchObject({ sequence: 1, verification: { verified: true } })
})

// Windows has no signals that a process could hear from another one.
const SIGNALS = process.platform === 'win32' ? [] : (['SIGINT', 'SIGTERM'] as const)

test.each(SIGNALS)('%s leaves no folder and no runtime', async (signal) => {
  const temporary = mkdtempSync(join(folder, 'tmp-'))
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../playground/start.ts', import.meta.url)), '--no-open'],
    { env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  // Only a failed test leaves it running.
  onTestFinished(() => void child.kill(signal))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const first = String((await lines.next()).value)
  expect(first).toMatch(/^Playground: http:\/\/127\.0\.0\.1:\d+$/)
  const second = String((await lines.next()).value)
  const relay = /^Relay: (http:\S+)/.exec(second)?.[1] ?? ''
  expect((await fetch(`${relay}/healthz`)).status).toBe(200)
  child.kill(signal)
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(readdirSync(temporary)).toEqual([])
  await expect(fetch(`${relay}/healthz`)).rejects.toThrow('fetch failed')
})

test('the command line asks the real Worker over HTTP, and explains an event', async () => {
  const relay = async (...args: readonly string[]) => {
    const child = spawn(process.execPath, ['--no-warnings', 'cli/main.ts', ...args], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, RELAY_URL: session.relay.url, ADMIN_TOKEN: session.adminToken },
    })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    const [code] = await once(child, 'close')
    return { code, out }
  }
  const { memberId } = session.portal
  const exported = await relay('export', memberId)
  const [first] = exported.out.split('\n')
  expect([exported.code, JSON.parse(first ?? '')]).toMatchObject([0, { sequence: 1 }])
  const why = await relay('why', memberId, '1', 'erp', '--json')
  expect(JSON.parse(why.out)).toMatchObject({ sequence: 1, destinations: [{ destination: 'erp' }] })
  const unknown = await relay('why', 'f'.repeat(32), '1')
  expect(unknown).toEqual({ code: 5, out: '' })
})
