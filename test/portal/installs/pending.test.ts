/** Pending installs: every sentence of design section 4 "Pending" is a test that names it. */
import { env } from 'cloudflare:workers'
import { createExecutionContext, runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSealer } from '../../../src/storage/seal.ts'
import { parseTokenKeys } from '../../../src/storage/token-keys.ts'
import type { PendingRow } from '../../../src/core/access/pending-row.ts'
import type { AdaptableSettings } from '../../support/world.ts'
import { NO_TRACES, PortalLab, RELAY, directoryTables, said } from '../../support/portal-lab.ts'
import { RUNTIME_BINDINGS } from '../../support/runtime-bindings.ts'
import worker from '../../support/worker.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const UNKNOWN = 'local.0123456789abcd.12345678'
const SECRET = 'secret-of-the-unknown-application'
const NEW_TOKEN = 'c917d38f6bdb84e9d9e0bfe9d585be73'
const PENDING = { status: 200, body: { accepted: true, pending: true } }
const ROTATED = { k2: 'YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=' }

let lab: PortalLab

beforeEach(() => {
  lab = new PortalLab()
})

afterEach(async () => {
  await lab.close()
})

/** The operator deploys with the application configured. */
async function configure(secret = SECRET): Promise<void> {
  lab.adapt = (settings) => ({ ...settings, applications: new Map([[UNKNOWN, secret]]) })
  await lab.restart()
}

/** Time passes; then the alarm comes. */
async function later(ms: number): Promise<void> {
  lab.offsetMs += ms
  expect(await lab.alarm()).toBe(true)
}

function alarmAt(): Promise<number | null> {
  return runInDurableObject(lab.stub(), (_, { storage }) => storage.getAlarm())
}

function asked(path: string): URLSearchParams[] {
  return lab.network.sent
    .filter(({ url }) => new URL(url).pathname === path)
    .map(({ body }) => new URLSearchParams(body))
}

/** OAuth's answer to every refresh. */
function answerRefresh(error: string, status: number): void {
  lab.network.handle(({ url }) =>
    url.endsWith('/oauth/token/') ? Response.json({ error }, { status }) : null,
  )
}

async function tokensOf(pending: PendingRow | null): Promise<unknown> {
  // Sound: what the installer sealed.
  const held = JSON.parse(await lab.open(pending?.sealed, 'pending')) as {
    request: { credentials: unknown }
  }
  return held.request.credentials
}

/** What is left anywhere once the object has started anew, as it does minutes after its last work. */
async function leftOver(): Promise<unknown> {
  const { status } = await lab.admin()
  const { pending } = await lab.tables()
  await lab.restart()
  await lab.alarm()
  const { tables, alarm, directory, kv } = await lab.traces()
  return { status, pending, tables, alarm, lines: directory['pending'] ?? [], kv }
}

const NOTHING = { status: 404, pending: [], tables: {}, alarm: null, lines: [], kv: {} }

async function health(settings: Record<string, unknown> = {}): Promise<unknown> {
  const request = new Request<unknown, IncomingRequestCfProperties>(`${RELAY}/healthz`)
  const response = await worker.fetch?.(request, { ...env, ...settings }, createExecutionContext())
  return { status: response?.status, body: await response?.json() }
}

describe('pending: an application whose client id is not configured', () => {
  beforeEach(() => {
    lab.bitrix24.clientId = UNKNOWN
  })

  it('is answered 200 with "pending":true', async () => {
    expect(await said(lab.install())).toEqual(PENDING)
  })

  it('is told to the person who opens the page', async () => {
    const page = await lab.page()
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('The relay is waiting for its operator')
  })

  it("is one sealed row in the portal's own object and nothing in KV", async () => {
    const form = new URLSearchParams(lab.body('app-ONAPPINSTALL-local'))
    await lab.install()
    const { tables, kv } = await lab.traces()
    expect(tables['pending']).toHaveLength(1)
    expect({ install: tables['install'], log: tables['log'], kv }).toEqual({
      install: [],
      log: [],
      kv: {},
    })
    const text = JSON.stringify(tables)
    for (const name of ['access_token', 'refresh_token', 'application_token']) {
      expect(text).not.toContain(form.get(`auth[${name}]`))
    }
    expect(await tokensOf(await lab.waiting())).toMatchObject({
      accessToken: form.get('auth[access_token]'),
      refreshToken: form.get('auth[refresh_token]'),
    })
  })

  it('has its events refused before it is trusted', async () => {
    await lab.install()
    expect((await lab.event()).status).toBe(403)
    expect((await lab.tables())['log']).toEqual([])
  })

  it('of an ordinary user does not wait at all', async () => {
    lab.bitrix24.isAdmin = false
    expect((await lab.install()).status).toBe(403)
    expect(await lab.traces()).toEqual(NO_TRACES)
  })

  it('is named by /healthz with what to set', async () => {
    await lab.install()
    const text =
      `portal ${lab.domain} installed application ${UNKNOWN}: ` +
      'set BITRIX24_CLIENT_ID and BITRIX24_CLIENT_SECRET'
    await vi.waitFor(async () =>
      expect(await health()).toEqual({
        status: 200,
        body: { status: 'ok', version: expect.any(String), pending: [text] },
      }),
    )
    const unconfigured = { BITRIX24_CLIENT_ID: '', BITRIX24_CLIENT_SECRET: '' }
    expect(await health(unconfigured)).toEqual({
      status: 500,
      body: {
        status: 'misconfigured',
        version: expect.any(String),
        problems: [{ setting: 'BITRIX24_CLIENT_ID', problem: text }],
        pending: [text],
      },
    })
  })

  it('is shown by the admin API with what to set', async () => {
    await lab.install()
    const { state, pending } = await lab.view()
    expect({ state, ...pending }).toMatchObject({
      state: 'pending',
      kind: 'unknown_application',
      remedy: `Set BITRIX24_CLIENT_ID to ${UNKNOWN} and BITRIX24_CLIENT_SECRET to its secret`,
    })
  })

  it('is not asked about while its application is not configured', async () => {
    await lab.install()
    const before = lab.network.sent.length
    await later(MINUTE_MS + 1000)
    expect(lab.network.sent.length).toBe(before)
    expect((await lab.view()).state).toBe('pending')
  })

  it('is trusted when it has been configured and a refresh with its secret has succeeded', async () => {
    await lab.install()
    await configure()
    expect((await lab.event()).status).toBe(403)
    await later(MINUTE_MS + 1000)
    expect(asked('/oauth/token/').map((form) => form.get('client_secret'))).toEqual([SECRET])
    expect((await lab.view()).state).toBe('active')
    expect(await lab.waiting()).toBeNull()
    expect(await lab.record()).toMatchObject({ domain: lab.domain })
    const { application } = await lab.stored()
    expect(JSON.parse(await lab.open(application?.tokens, 'tokens'))).toMatchObject({
      accessToken: 'fresh-access-canary-1',
      refreshToken: 'fresh-refresh-canary-1',
    })
    await vi.waitFor(async () => expect((await directoryTables())['pending']).toEqual([]))
    await vi.waitFor(async () =>
      expect((await lab.view()).subscriptions.checkedAt).toEqual(expect.any(String)),
    )
    expect(lab.bitrix24.rest.bound.map(({ event }) => event)).toContain(
      'ONCRMREQUISITEUSERFIELDUPDATE',
    )
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 })
    expect(await (await lab.event()).json()).toEqual({ accepted: true, sequence: 1 })
  })

  it.each([
    ['a wrong secret', () => answerRefresh('invalid_client', 400)],
    ['a silent OAuth server', () => (lab.bitrix24.answers = false)],
    ['a suspended licence', () => answerRefresh('payment_required', 402)],
  ])('goes on waiting after %s', async (_, fail) => {
    await lab.install()
    fail()
    await configure()
    await later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('pending')
    expect((await lab.event()).status).toBe(403)
    lab.bitrix24.answers = true
    lab.network.handle(({ url }) =>
      url.endsWith('/oauth/token/')
        ? Response.json({
            access_token: 'later-access',
            refresh_token: 'later-refresh',
            expires_in: 3600,
            member_id: lab.memberId,
          })
        : null,
    )
    await later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('active')
  })

  it('is not trusted by a refresh that brings the pair of another portal', async () => {
    await lab.install()
    await configure()
    lab.bitrix24.memberId = 'f'.repeat(32)
    await later(MINUTE_MS + 1000)
    expect(await lab.waiting()).toBeNull()
    expect(await leftOver()).toEqual(NOTHING)
  })

  it('ends with nothing left when its refresh token is dead', async () => {
    await lab.install()
    await configure()
    answerRefresh('invalid_grant', 400)
    await later(MINUTE_MS + 1000)
    expect(await leftOver()).toEqual(NOTHING)
  })

  it('waits 7 days, then its alarm deletes it with nothing left', async () => {
    await lab.install()
    await vi.waitFor(async () => expect((await directoryTables())['pending']).toHaveLength(1))
    await later(7 * DAY_MS - 2 * MINUTE_MS)
    expect((await lab.view()).state).toBe('pending')
    await lab.restart()
    await later(2 * MINUTE_MS + 1000)
    await vi.waitFor(async () => expect((await directoryTables())['pending']).toEqual([]))
    expect(await leftOver()).toEqual(NOTHING)
  })

  it('is not named any more after its time, even if its portal could not take the line back', async () => {
    lab.adapt = (settings) => {
      const { directory } = settings
      const notePending: typeof directory.notePending = (memberId, notice) =>
        notice === null
          ? Promise.reject(new Error('Cannot reach the directory'))
          : directory.notePending(memberId, notice)
      return { ...settings, directory: { ...directory, notePending } }
    }
    await lab.install()
    await vi.waitFor(async () => expect((await directoryTables())['pending']).toHaveLength(1))
    await later(7 * DAY_MS + MINUTE_MS)
    expect((await directoryTables())['pending']).toHaveLength(1)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7 * DAY_MS + MINUTE_MS })
    expect(await health()).toMatchObject({ status: 200, body: { status: 'ok' } })
    expect((await directoryTables())['pending']).toEqual([])
  })

  it('is not pushed out by an install that nobody confirmed', async () => {
    await lab.install()
    const before = await lab.waiting()
    lab.bitrix24.answers = false
    expect(await said(lab.install({ 'auth[access_token]': 'forged', ts: lab.ts(-1) }))).toEqual(
      PENDING,
    )
    expect(await lab.waiting()).toEqual(before)
  })

  it('is not pushed out by a page that brings no application token', async () => {
    await lab.install()
    const before = await lab.waiting()
    expect((await lab.page({ APPLICATION_TOKEN: null })).status).toBe(200)
    expect(await lab.waiting()).toEqual(before)
  })

  it('is sealed again by its alarm after a rotation of the keys', async () => {
    await lab.install()
    const keys = parseTokenKeys({ ...ROTATED, ...oldKeys() })
    lab.adapt = (settings) => withKeys(settings, keys.ok ? keys.value : [])
    await lab.restart()
    await later(MINUTE_MS + 1000)
    expect((await lab.waiting())?.sealed).toMatch(/^v1\.k2\./u)
  })

  it('survives a missing key until the key is back', async () => {
    await lab.install()
    const keys = parseTokenKeys(ROTATED)
    lab.adapt = (settings) => withKeys(settings, keys.ok ? keys.value : [])
    await lab.restart()
    await later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('pending')
    await configure()
    await later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('active')
  })
})

function oldKeys(): Record<string, unknown> {
  return JSON.parse(RUNTIME_BINDINGS.TOKEN_KEYS) as Record<string, unknown>
}

function withKeys(
  settings: AdaptableSettings,
  keys: Parameters<typeof createSealer>[0],
): AdaptableSettings {
  return { ...settings, sealer: createSealer(keys) }
}

describe('pending: the OAuth server did not answer', () => {
  beforeEach(() => {
    lab.bitrix24.answers = false
  })

  it('is answered 200 with "pending":true and has its events refused', async () => {
    expect(await said(lab.install())).toEqual(PENDING)
    expect((await lab.event()).status).toBe(403)
    const { state, pending } = await lab.view()
    expect({ state, ...pending }).toMatchObject({
      state: 'pending',
      kind: 'unanswered',
      remedy: 'The OAuth server did not answer; it is asked again each minute',
    })
  })

  it('leaves no line in the directory, which is not even asked, since nothing of it is known', async () => {
    let calls = 0
    lab.adapt = (settings) => {
      const notePending = async () => void (calls += 1)
      return { ...settings, directory: { ...settings.directory, notePending } }
    }
    await lab.install()
    expect((await lab.traces()).directory).toEqual({})
    await later(HOUR_MS + 1000)
    expect(await lab.waiting()).toBeNull()
    expect(calls).toBe(0)
  })

  it('is asked about again each minute and trusted when the server answers', async () => {
    const start = Date.now()
    await lab.install()
    expect(((await alarmAt()) ?? 0) - start).toBeGreaterThanOrEqual(MINUTE_MS)
    expect(((await alarmAt()) ?? 0) - start).toBeLessThan(MINUTE_MS + 5000)
    const before = asked('/rest/app.info').length
    await later(MINUTE_MS / 2)
    expect(asked('/rest/app.info')).toHaveLength(before)
    await later(MINUTE_MS / 2 + 1000)
    expect(asked('/rest/app.info')).toHaveLength(before + 1)
    await later(MINUTE_MS + 1000)
    expect(asked('/rest/app.info')).toHaveLength(before + 2)
    lab.bitrix24.answers = true
    await later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('active')
    expect(await lab.waiting()).toBeNull()
    expect(await lab.record()).toMatchObject({ domain: lab.domain })
  })

  it('waits 1 h, then its alarm deletes it with nothing left', async () => {
    await lab.install()
    await later(HOUR_MS - 2 * MINUTE_MS)
    expect((await lab.view()).state).toBe('pending')
    await later(2 * MINUTE_MS + 1000)
    expect(await leftOver()).toEqual(NOTHING)
  })

  it('ends with nothing left when the server says no', async () => {
    await lab.install()
    lab.bitrix24.answers = true
    lab.bitrix24.knownTokens = []
    await later(MINUTE_MS + 1000)
    expect(await leftOver()).toEqual(NOTHING)
  })

  it('ends with nothing left when the server names an ordinary user', async () => {
    await lab.install()
    lab.bitrix24.answers = true
    lab.bitrix24.isAdmin = false
    await later(MINUTE_MS + 1000)
    expect(await leftOver()).toEqual(NOTHING)
  })

  it('waits 7 days more when the server names an application that is not configured', async () => {
    await lab.install()
    lab.bitrix24.answers = true
    lab.bitrix24.clientId = UNKNOWN
    await later(MINUTE_MS + 1000)
    expect(await lab.waiting()).toMatchObject({ kind: 'unknown_application', clientId: UNKNOWN })
    await later(2 * HOUR_MS)
    expect((await lab.view()).state).toBe('pending')
    await configure()
    await later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('active')
  })

  it('keeps the pair that a refresh on the way has brought', async () => {
    lab.bitrix24.answers = true
    let isExpired = true
    lab.network.handle(({ url, body }) => {
      if (!url.endsWith('/rest/app.info') || !isExpired) return null
      const token = new URLSearchParams(body).get('auth') ?? ''
      if (token.startsWith('fresh-access')) throw new TypeError('Network connection lost.')
      return Response.json({ error: 'expired_token' }, { status: 401 })
    })
    expect(await said(lab.install())).toEqual(PENDING)
    const fresh = {
      accessToken: 'fresh-access-canary-1',
      refreshToken: 'fresh-refresh-canary-1',
    }
    expect(await tokensOf(await lab.waiting())).toMatchObject(fresh)
    await later(MINUTE_MS + 1000)
    expect(asked('/rest/app.info').at(-1)?.get('auth')).toBe(fresh.accessToken)
    expect(await tokensOf(await lab.waiting())).toMatchObject(fresh)
    isExpired = false
    await later(MINUTE_MS + 1000)
    const { application } = await lab.stored()
    expect(JSON.parse(await lab.open(application?.tokens, 'tokens'))).toMatchObject(fresh)
    expect(lab.bitrix24.refreshes).toBe(1)
  })

  it('is behind the rate limit', async () => {
    const address = '2001:db8:77::1'
    const statuses = new Set<number>()
    // A window may end in between: two full ones and one more are enough.
    for (let call = 0; call <= 120 && !statuses.has(429); call += 1) {
      const answer = await lab.post(lab.body('app-ONAPPINSTALL-local'), { address })
      statuses.add(answer.status)
    }
    expect([...statuses]).toEqual([200, 429])
  })
})

describe('pending at a portal that is installed already', () => {
  it('an update that could not be checked waits beside the install, and events go on', async () => {
    await lab.install()
    lab.bitrix24.answers = false
    const update = { 'auth[application_token]': NEW_TOKEN }
    expect(await said(lab.update(update))).toEqual(PENDING)
    expect((await lab.view()).state).toBe('active')
    expect((await lab.event()).status).toBe(200)
    lab.bitrix24.answers = true
    await later(MINUTE_MS + 1000)
    expect(await lab.waiting()).toBeNull()
    expect((await lab.event(update)).status).toBe(200)
  })

  it("an ordinary user's visit does not end the waiting", async () => {
    await lab.install()
    lab.bitrix24.answers = false
    await lab.update({ 'auth[application_token]': NEW_TOKEN })
    const before = await lab.waiting()
    lab.bitrix24.answers = true
    lab.bitrix24.userId = 77
    lab.bitrix24.isAdmin = false
    expect((await lab.page()).status).toBe(200)
    expect(before).not.toBeNull()
    expect(await lab.waiting()).toEqual(before)
  })

  it('an uninstall ends the waiting', async () => {
    await lab.install()
    lab.bitrix24.answers = false
    await lab.update({ 'auth[application_token]': NEW_TOKEN })
    await lab.uninstall('keep-data')
    expect(await lab.waiting()).toBeNull()
    expect((await lab.view()).pending).toBeNull()
  })
})
