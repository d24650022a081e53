/**
 * G6: no token is ever in a log line, an error, a stored event, a forwarded body, an admin answer or a
 * metric. Canary values go in at every door; then everything that is stored, written, sent and answered
 * is searched for them. Key rotation is the second half.
 */
import { env, exports } from 'cloudflare:workers'
import { createScheduledController } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DRAIN_CRON } from '../../src/edge/cron.ts'
import { readDestinations } from '../../src/destinations/settings/read-destinations.ts'
import type { AdaptableSettings } from '../support/worker/overrides.ts'
import { createSealer } from '../../src/storage/seal.ts'
import { parseTokenKeys } from '../../src/storage/token-keys.ts'
import { RelayScenario, callAdmin } from '../support/scenarios/relay-scenario.ts'
import { RELAY, type Changes } from '../support/scenarios/relay-portal.ts'
import { directoryTables, dumpKv } from '../support/worker/traces.ts'
import { RUNTIME_BINDINGS, SIGNING_SECRET } from '../support/worker/runtime-bindings.ts'
import worker from '../support/worker/worker.ts'

const OLD_KEY = RUNTIME_BINDINGS.TOKEN_KEYS
const NEW_KEY = { k2: 'YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=' }
const HOOK = 'https://hooks.example.com/in/canary-portal-value-0001'
const PORTAL_SIGNATURE = 'whsec_Y2FuYXJ5LW9mLXRoZS1wb3J0YWwtMDAwMDAwMDAwMDE='
const SYSTEM_ACCESS = 'canary-access-of-the-system-user'

/** Every canary holds this word; in base64 it shows as one of three, by where it begins. */
const CANARY = /canary|Y2FuYXJ5|NhbmFye|jYW5hcn/iu

/** Secrets that come from elsewhere and cannot hold the word. */
const OTHERS = new Set([
  SIGNING_SECRET,
  SIGNING_SECRET.slice('whsec_'.length),
  ...Object.values(NEW_KEY),
  ...Object.values(JSON.parse(OLD_KEY) as Record<string, string>),
  RUNTIME_BINDINGS.ADMIN_TOKEN,
])

let scenario: RelayScenario
let lines: string[]

beforeEach(() => {
  scenario = new RelayScenario()
  lines = []
  for (const level of ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const) {
    vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
      lines.push(parts.map((part) => textOf(part)).join(' '))
    })
  }
})

afterEach(async () => {
  await scenario.close()
})

function textOf(part: unknown): string {
  return part instanceof Error ? `${part.message} ${part.stack ?? ''}` : JSON.stringify(part)
}

/** What of a text is secret; empty when nothing is. */
function leaks(text: string): string[] {
  const others = [...OTHERS].filter((secret) => text.includes(secret))
  const found = CANARY.exec(text)
  const around = found === null ? [] : [text.slice(Math.max(0, found.index - 60), found.index + 40)]
  return [...around, ...others]
}

function pair(name: string): Record<string, string> {
  return {
    'auth[access_token]': `canary-access-${name}`,
    'auth[refresh_token]': `canary-refresh-${name}`,
  }
}

const TOKEN_1 = { 'auth[application_token]': 'canary-application-token-1' }
const TOKEN_2 = { 'auth[application_token]': 'canary-application-token-2' }
const WEBHOOK = { 'auth[application_token]': 'canary-outgoing-webhook-1' }
const SYSTEM_PAIR = {
  'data[access_token]': SYSTEM_ACCESS,
  'data[refresh_token]': 'canary-refresh-of-the-system-user',
}

/** The portal's own receiver beside the configured ones; it repeats what it got in its errors. */
function withPortalReceiver(settings: AdaptableSettings): AdaptableSettings {
  const read = readDestinations(
    [
      ...RUNTIME_BINDINGS.DESTINATIONS,
      { name: 'own', type: 'webhook', url: '$portal.HOOK', secret: '$portal.SIGN' },
    ],
    (name) =>
      name === 'SLACK_WEBHOOK_URL' || name === 'ERP_SIGNING_SECRET'
        ? RUNTIME_BINDINGS[name]
        : undefined,
    settings.policy,
  )
  const webhooks = [
    { token: WEBHOOK['auth[application_token]'], portal: scenario.memberId, rest: null },
  ]
  return { ...settings, webhooks, destinations: read.ok ? read.value : null }
}

/** Every answer that the relay gave, as text with its headers. */
async function readAll(answers: readonly Response[]): Promise<string[]> {
  return Promise.all(
    answers.map(async (answer) => {
      const headers = [...answer.headers].map((header) => header.join(': '))
      return `${answer.status} ${headers.join(' ')} ${await answer.text()}`
    }),
  )
}

/** The object cannot be constructed: what the edge sees of a portal that cannot be reached. */
function breakPortal(): void {
  scenario.adapt = () => {
    throw new Error('Cannot construct: access_token=canary-access-1')
  }
}

function echo(url: string, body: string): Response {
  const text = `failed for ${url} ${body} secret ${SIGNING_SECRET} ${PORTAL_SIGNATURE}`
  return new Response(text, { status: 500, headers: { 'x-echo': url } })
}

/** Everything that a portal goes through, with a canary wherever a secret can stand. */
async function liveThrough(): Promise<Response[]> {
  const answers: Response[] = []
  const note = async (sent: Promise<Response>) => void answers.push(await sent)
  scenario.byToken.set(SYSTEM_ACCESS, { userId: 512, isAdmin: false })
  scenario.adapt = withPortalReceiver
  await note(scenario.portal.installs({ ...TOKEN_1, ...pair('1') }))
  for (const [name, value] of [
    ['HOOK', HOOK],
    ['SIGN', PORTAL_SIGNATURE],
  ] as const) {
    await note(
      scenario.admin(`/values/${name}`, { method: 'PUT', body: JSON.stringify({ value }) }),
    )
  }
  await note(scenario.portal.sends({ ...TOKEN_1, ...pair('event') }))
  await note(scenario.portal.presentsSystemUser({ ...TOKEN_1, ...pair('2'), ...SYSTEM_PAIR }))
  await note(scenario.portal.updates({ ...TOKEN_2, ...pair('3') }))
  await note(
    scenario.portal.sends({
      ...WEBHOOK,
      'auth[refresh_token]': 'canary-refresh-stray',
      ts: 'canary-ts',
    }),
  )
  await note(
    scenario.portal.sends({
      ...TOKEN_2,
      'data[canary]': null,
      access_token: 'canary-access-at-the-top',
    }),
  )
  await note(
    scenario.portal.opensPage({
      APPLICATION_TOKEN: 'canary-application-token-2',
      AUTH_ID: 'canary-access-4',
      REFRESH_ID: 'canary-refresh-4',
    }),
  )
  await note(refused())
  await note(scenario.portal.sends({ 'auth[application_token]': 'canary-wrong-application-token' }))
  await note(scenario.portal.posts('event=ONAPPINSTALL&auth[access_token]=canary-malformed-1'))
  return answers
}

async function refused(): Promise<Response> {
  scenario.network.handle(({ url, body }) => {
    const isLate = url.endsWith('/rest/app.info') && body.includes('canary-access-refused')
    if (!isLate) return null
    const error = { error: 'canary-access-refused', error_description: body }
    return Response.json(error, { status: 401 })
  })
  return scenario.portal.installs({ ...TOKEN_1, ...pair('refused'), ts: scenario.portal.ts(-1) })
}

/** What the operator and the monitors can see. */
async function lookAround(): Promise<Response[]> {
  const portal = `/portals/${scenario.memberId}`
  const paths = [portal, `${portal}/parked`, `${portal}/why?sequence=1`, `${portal}/seals`]
  const views = await Promise.all(paths.map((path) => callAdmin(path)))
  const events = await scenario.admin('/events')
  const event = await scenario.admin('/events/1')
  const test = await callAdmin('/destinations/erp/test', { method: 'POST' })
  const health = await exports.default.fetch(`${RELAY}/healthz`)
  return [...views, events, event, test, health]
}

async function expectNothingStored(): Promise<void> {
  expect(leaks(JSON.stringify(await scenario.tables()))).toEqual([])
  expect(leaks(JSON.stringify(await directoryTables()))).toEqual([])
  expect(leaks(JSON.stringify(await dumpKv()))).toEqual([])
}

describe('G6 secrets', () => {
  beforeEach(() => {
    scenario.network.handle(({ url, body }) => (isReceiver(url) ? echo(url, body) : null))
  })

  it('the search finds a canary in clear, in base64 and a foreign secret', () => {
    for (const shift of ['', 'x', 'xx']) expect(leaks(btoa(`${shift}canary-1`))).toHaveLength(1)
    expect(leaks('a CANARY b')).toHaveLength(1)
    expect(leaks(`a ${SIGNING_SECRET} b`)).toHaveLength(2)
    expect(leaks('nothing of it')).toEqual([])
  })

  it('stand in no table, no KV value, no log line, no answer and no request to a receiver', async () => {
    const answers = await liveThrough()
    expect(answers.map(({ status }) => status)).toEqual([
      200, 204, 204, 200, 200, 200, 200, 200, 200, 403, 403, 400,
    ])
    await vi.waitFor(async () => {
      const failed = (await scenario.view()).lanes.filter(({ attempts }) => attempts > 0)
      expect(failed.map(({ destination }) => destination)).toEqual(['crm-alerts', 'erp', 'own'])
    })
    await expectNothingStored()
    answers.push(...(await lookAround()))
    answers.push(await scenario.portal.uninstalls('keep-data', TOKEN_2))
    await expectNothingStored()
    answers.push(...(await lookAround()))
    expect((await readAll(answers)).flatMap(leaks)).toEqual([])
    expect(lines.length).toBeGreaterThan(3)
    expect(lines.flatMap(leaks)).toEqual([])
    expectCleanRequests()
  })

  it('stand only in the bodies of requests to Bitrix24 and in the address of their own receiver', async () => {
    await liveThrough()
    const toBitrix24 = scenario.network.sent.filter(({ url }) => !isReceiver(url))
    expect(toBitrix24.some(({ body }) => leaks(body).length > 0)).toBe(true)
    for (const { url, headers } of toBitrix24) {
      expect(leaks(`${url} ${JSON.stringify([...headers])}`)).toEqual([])
    }
    await vi.waitFor(() =>
      expect(scenario.network.to('hooks.example.com').length).toBeGreaterThan(0),
    )
    expectCleanRequests()
  })

  it('are sealed in the spill, and no error of an unreachable portal shows them', async () => {
    scenario.adapt = withPortalReceiver
    const answers = [await scenario.portal.installs({ ...TOKEN_1, ...pair('1') })]
    breakPortal()
    await scenario.relay.restarts().catch(() => undefined)
    answers.push(
      await scenario.portal.updates({ ...TOKEN_2, ...pair('spilled'), ts: scenario.portal.ts(-2) }),
    )
    answers.push(await scenario.portal.sends({ ...TOKEN_1, ...pair('spilled-event') }))
    answers.push(await scenario.portal.uninstalls('clean', TOKEN_1))
    const keys = Object.keys(await dumpKv()).filter((key) => key.startsWith('spill:'))
    expect(keys).toHaveLength(3)
    expect(leaks(JSON.stringify(await dumpKv()))).toEqual([])
    scenario.adapt = withPortalReceiver
    await worker.scheduled(createScheduledController({ cron: DRAIN_CRON }), { ...env })
    expect((await scenario.view()).state).toBe('uninstalled')
    await expectNothingStored()
    expect((await readAll(answers)).flatMap(leaks)).toEqual([])
    expect(lines.some((line) => line.includes('portal_unreachable'))).toBe(true)
    expect(lines.flatMap(leaks)).toEqual([])
  })

  it('are sealed while an install waits, and gone when it has waited in vain', async () => {
    scenario.bitrix24.answers = false
    const answers = [await scenario.portal.installs({ ...TOKEN_1, ...pair('waiting') })]
    await expectNothingStored()
    expect(await scenario.open((await scenario.pending())?.sealed, 'pending')).toContain(
      'canary-access-waiting',
    )
    answers.push(...(await lookAround()))
    await scenario.time.passes('3700 s')
    await expectNothingStored()
    expect((await readAll(answers)).flatMap(leaks)).toEqual([])
    expect(lines.flatMap(leaks)).toEqual([])
  })
})

function isReceiver(url: string): boolean {
  return /^https:\/\/(?:hooks\.slack\.com|erp\.example\.com|hooks\.example\.com)\//u.test(url)
}

/** A receiver may see its own address and a signature, nothing else of what is secret. */
function expectCleanRequests(): void {
  const requests = scenario.network.sent.filter(({ url }) => isReceiver(url))
  expect(requests.length).toBeGreaterThan(0)
  for (const { url, headers, body } of requests) {
    const isOwnAddress = url === HOOK || url === RUNTIME_BINDINGS.SLACK_WEBHOOK_URL
    expect(isOwnAddress ? [] : leaks(url)).toEqual([])
    expect(leaks(JSON.stringify([...headers]))).toEqual([])
    expect(leaks(body)).toEqual([])
  }
}

/** The portals' objects read TOKEN_KEYS like this from now on. */
async function deployKeys(keys: Record<string, unknown>): Promise<void> {
  const parsed = parseTokenKeys(keys)
  scenario.adapt = (settings) => ({
    ...withPortalReceiver(settings),
    sealer: createSealer(parsed.ok ? parsed.value : []),
  })
  await scenario.relay.restarts()
}

const BOTH_KEYS = { ...NEW_KEY, ...(JSON.parse(OLD_KEY) as Record<string, string>) }

async function installWithEverything(changes: Changes = {}): Promise<void> {
  scenario.adapt = withPortalReceiver
  scenario.network.handle(({ url }) => (url === HOOK ? new Response('') : null))
  scenario.byToken.set(SYSTEM_ACCESS, { userId: 512, isAdmin: false })
  await scenario.portal.installs(changes)
  await scenario.portal.presentsSystemUser(SYSTEM_PAIR)
  await scenario.admin('/values/HOOK', { method: 'PUT', body: JSON.stringify({ value: HOOK }) })
  const value = JSON.stringify({ value: PORTAL_SIGNATURE })
  await scenario.admin('/values/SIGN', { method: 'PUT', body: value })
}

describe('key rotation', () => {
  it('the daily visit seals every record again under the newest key, and the old key can go', async () => {
    await installWithEverything()
    await deployKeys(BOTH_KEYS)
    await scenario.object.touch()
    const { application } = await scenario.stored()
    const values = (await scenario.tables())['portal_values'] ?? []
    const sealed = [
      application?.tokens,
      application?.systemTokens,
      ...values.map((row) => row['sealed']),
    ]
    expect(sealed.map((text) => String(text).slice(0, 6))).toEqual([
      'v1.k2.',
      'v1.k2.',
      'v1.k2.',
      'v1.k2.',
    ])
    await vi.waitFor(async () => {
      const { tokens, systemTokens } = (await scenario.record()) ?? {}
      expect({ tokens, systemTokens }).toEqual({
        tokens: application?.tokens,
        systemTokens: application?.systemTokens,
      })
    })
    await deployKeys(NEW_KEY)
    expect((await scenario.view()).install.tokens).toBe('valid')
    await scenario.portal.sends()
    await vi.waitFor(() => expect(scenario.network.to('hooks.example.com')).toHaveLength(1))
  })

  it('a visit without a rotation writes no pair again', async () => {
    await installWithEverything({ 'auth[expires]': scenario.portal.ts(3600) })
    await scenario.kvFollows()
    const { tokens, systemTokens } = (await scenario.stored()).application ?? {}
    await scenario.object.touch()
    expect((await scenario.stored()).application).toMatchObject({ tokens, systemTokens })
  })

  it('a record under a missing key means tokens_lost, and events are still taken and delivered', async () => {
    await installWithEverything()
    await deployKeys(NEW_KEY)
    const { state, install } = await scenario.view()
    expect({ state, tokens: install.tokens }).toEqual({ state: 'tokens_lost', tokens: 'lost' })
    expect(await (await scenario.portal.sends()).json()).toEqual({ accepted: true, sequence: 1 })
    await vi.waitFor(() => expect(scenario.receiver('erp').delivered()).toHaveLength(1))
    await scenario.object.touch()
    expect((await scenario.stored()).application?.tokens).toMatch(/^v1\.k1\./u)
  })

  it('lost tokens are renewed by the visit of an administrator', async () => {
    await scenario.portal.installs()
    await deployKeys(NEW_KEY)
    expect((await scenario.portal.opensPage()).status).toBe(200)
    expect((await scenario.view()).state).toBe('active')
    expect((await scenario.stored()).application?.tokens).toMatch(/^v1\.k2\./u)
  })

  it('an update without any key keeps the pair that a returning key opens', async () => {
    await scenario.portal.installs()
    const before = (await scenario.stored()).application?.tokens
    scenario.adapt = (settings) => ({ ...settings, sealer: createSealer([]) })
    await scenario.relay.restarts()
    expect((await scenario.portal.updates()).status).toBe(200)
    expect((await scenario.portal.sends()).status).toBe(200)
    expect((await scenario.stored()).application?.tokens).toBe(before)
  })
})
