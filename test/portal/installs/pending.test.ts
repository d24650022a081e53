/** Pending installs: how they are stored and shown, what takes their place, and when their time is over. */
import { env } from 'cloudflare:workers'
import { createExecutionContext } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import { pendingIn, type PendingRow } from '../../../src/core/access/installs/pending-row.ts'
import { ok } from '../../../src/core/result.ts'
import { PendingInstalls } from '../../../src/portal/installs/pending.ts'
import { createSealer } from '../../../src/storage/seal.ts'
import { parseTokenKeys } from '../../../src/storage/token-keys.ts'
import { install } from '../../support/network/install-servers.ts'
import { NOW } from '../../support/time.ts'
import { NOTHING_LEFT, NO_TRACES, directoryTables } from '../../support/worker/traces.ts'
import {
  PENDING,
  RelayScenario,
  UNKNOWN_CLIENT_ID,
  said,
} from '../../support/scenarios/relay-scenario.ts'
import { RELAY } from '../../support/scenarios/relay-portal.ts'
import { RUNTIME_BINDINGS, WITH_NEW_TOKEN } from '../../support/worker/runtime-bindings.ts'
import worker from '../../support/worker/worker.ts'
import { MEMBER_ID } from '../../support/identity.ts'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(async () => {
  await scenario.close()
})

/** The answer of `/healthz`; with the admin token the operator's. */
async function health(
  settings: Record<string, unknown> = {},
  { deep = false }: { deep?: boolean } = {},
): Promise<unknown> {
  const headers = deep ? { authorization: `Bearer ${RUNTIME_BINDINGS.ADMIN_TOKEN}` } : {}
  const url = `${RELAY}/healthz${deep ? '?deep=1' : ''}`
  const request = new Request<unknown, IncomingRequestCfProperties>(url, { headers })
  const response = await worker.fetch?.(request, { ...env, ...settings }, createExecutionContext())
  return { status: response?.status, body: await response?.json() }
}

describe('an install of an application that is not configured', () => {
  beforeEach(() => {
    scenario.bitrix24.clientId = UNKNOWN_CLIENT_ID
  })

  it('is answered 200 with "pending":true', async () => {
    expect(await said(scenario.portal.installs())).toEqual(PENDING)
  })

  it('is told to the person who opens the page', async () => {
    const page = await scenario.portal.opensPage()
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('The relay is waiting for its operator')
  })

  it("is one sealed row in the portal's own object and nothing in KV", async () => {
    const form = new URLSearchParams(scenario.portal.body('app-ONAPPINSTALL-local'))
    await scenario.portal.installs()
    const { tables, kv } = await scenario.traces()
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
    expect(await scenario.pendingCredentials()).toMatchObject({
      accessToken: form.get('auth[access_token]'),
      refreshToken: form.get('auth[refresh_token]'),
    })
  })

  it('has its events refused before it is trusted', async () => {
    await scenario.portal.installs()
    expect((await scenario.portal.sends()).status).toBe(403)
    expect((await scenario.tables())['log']).toEqual([])
  })

  it('of an ordinary user is refused at once', async () => {
    scenario.bitrix24.isAdmin = false
    expect((await scenario.portal.installs()).status).toBe(403)
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })

  it('is told by /healthz without a name, and to the operator with its name and what to set', async () => {
    await scenario.portal.installs()
    const ok = (...pending: string[]) => ({
      status: 200,
      body: { status: 'ok', version: expect.any(String), pending },
    })
    const waits = ok(
      '1 installation waits for the settings of an application: GET /healthz?deep=1 with ADMIN_TOKEN names them',
    )
    await vi.waitFor(async () => expect(await health()).toMatchObject(waits))
    expect(JSON.stringify(await health())).not.toContain(scenario.domain)
    // It may be a stranger's own portal, which must not alarm the operator.
    const unconfigured = { BITRIX24_CLIENT_ID: '', BITRIX24_CLIENT_SECRET: '' }
    expect(await health(unconfigured)).toMatchObject(waits)
    const text =
      `portal ${scenario.domain} installed application ${UNKNOWN_CLIENT_ID}: ` +
      'set BITRIX24_CLIENT_ID and BITRIX24_CLIENT_SECRET'
    expect(await health({}, { deep: true })).toMatchObject(ok(text))
  })

  it('is shown by the admin API with what to set', async () => {
    await scenario.portal.installs()
    const { state, pending } = await scenario.view()
    expect({ state, ...pending }).toMatchObject({
      state: 'pending',
      kind: 'unknown_application',
      remedy: `Set BITRIX24_CLIENT_ID to ${UNKNOWN_CLIENT_ID} and BITRIX24_CLIENT_SECRET to its secret`,
    })
  })

  it('waits 7 days, then its alarm deletes it with nothing left', async () => {
    await scenario.portal.installs()
    await vi.waitFor(async () => expect((await directoryTables())['pending']).toHaveLength(1))
    await scenario.time.passes(7 * DAY_MS - 2 * MINUTE_MS)
    expect((await scenario.view()).state).toBe('pending')
    await scenario.relay.restarts()
    await scenario.time.passes('121 s')
    await vi.waitFor(async () => expect((await directoryTables())['pending']).toEqual([]))
    expect(await scenario.leftOver()).toEqual(NOTHING_LEFT)
  })

  it('is not named any more after its time, even if its portal could not take the line back', async () => {
    scenario.adapt = (settings) => {
      const { directory } = settings
      const notePending: typeof directory.notePending = (memberId, listing) =>
        listing === null
          ? Promise.reject(new Error('Cannot reach the directory'))
          : directory.notePending(memberId, listing)
      return { ...settings, directory: { ...directory, notePending } }
    }
    await scenario.portal.installs()
    await vi.waitFor(async () => expect((await directoryTables())['pending']).toHaveLength(1))
    await scenario.time.passes(7 * DAY_MS + MINUTE_MS)
    expect((await directoryTables())['pending']).toHaveLength(1)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7 * DAY_MS + MINUTE_MS })
    expect(await health()).toMatchObject({ status: 200, body: { status: 'ok' } })
    expect((await directoryTables())['pending']).toEqual([])
  })

  it('is not pushed out by an install that nobody confirmed, which waits beside it', async () => {
    await scenario.portal.installs()
    const before = await scenario.pending()
    scenario.bitrix24.answers = false
    const forged = { 'auth[access_token]': 'forged', ts: scenario.portal.ts(-1) }
    expect(await said(scenario.portal.installs(forged))).toEqual(PENDING)
    const { others, ...first } = (await scenario.pending()) ?? { others: [] }
    expect({ ...first, others: [] }).toEqual(before)
    expect(others).toMatchObject([{ kind: 'unanswered' }])
  })

  it('is not pushed out by a page that brings no application token', async () => {
    await scenario.portal.installs()
    const before = await scenario.pending()
    expect((await scenario.portal.opensPage({ APPLICATION_TOKEN: null })).status).toBe(200)
    expect(await scenario.pending()).toEqual(before)
  })

  it('is sealed again by its alarm after a rotation of the keys', async () => {
    await scenario.portal.installs()
    const keys = parseTokenKeys(RUNTIME_BINDINGS.TOKEN_KEYS)
    const newest = { id: 'k2', key: new Uint8Array(32).fill(2) }
    const sealer = createSealer([newest, ...(keys.ok ? keys.value : [])])
    scenario.adapt = (settings) => ({ ...settings, sealer })
    await scenario.relay.restarts()
    await scenario.time.passes('61 s')
    expect((await scenario.pending())?.sealed).toMatch(/^v1\.k2\./u)
  })
})

describe('a pending install under a key whose bytes are wrong in one deployment', () => {
  it('stays, and is trusted when the right ones are back', async () => {
    scenario.bitrix24.answers = false
    await scenario.portal.installs()
    scenario.bitrix24.answers = true
    const wrong = createSealer([{ id: 'k1', key: new Uint8Array(32).fill(9) }])
    scenario.adapt = (settings) => ({ ...settings, sealer: wrong })
    await scenario.relay.restarts()
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('pending')
    scenario.adapt = (settings) => settings
    await scenario.relay.restarts()
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('active')
  })
})

describe('an install that the OAuth server has not answered', () => {
  beforeEach(() => {
    scenario.bitrix24.answers = false
  })

  it('is answered 200 with "pending":true and has its events refused', async () => {
    expect(await said(scenario.portal.installs())).toEqual(PENDING)
    expect((await scenario.portal.sends()).status).toBe(403)
    const { state, pending } = await scenario.view()
    expect({ state, ...pending }).toMatchObject({
      state: 'pending',
      kind: 'unanswered',
      remedy: 'The OAuth server did not answer; it is asked again each minute',
    })
  })

  it('leaves no line in the directory, which is not even asked, since nothing of it is known', async () => {
    let calls = 0
    scenario.adapt = (settings) => {
      const notePending = async () => void (calls += 1)
      return { ...settings, directory: { ...settings.directory, notePending } }
    }
    await scenario.portal.installs()
    expect((await scenario.traces()).directory).toEqual({})
    await scenario.time.passes('3601 s')
    expect(await scenario.pending()).toBeNull()
    expect(calls).toBe(0)
  })

  it('waits 1 h, then its alarm deletes it with nothing left', async () => {
    await scenario.portal.installs()
    await scenario.time.passes(HOUR_MS - 2 * MINUTE_MS)
    expect((await scenario.view()).state).toBe('pending')
    await scenario.time.passes('121 s')
    expect(await scenario.leftOver()).toEqual(NOTHING_LEFT)
  })

  it('is behind the rate limit', async () => {
    const address = '2001:db8:77::1'
    const statuses = new Set<number>()
    // A window may end in between: two full ones and one more are enough.
    for (let call = 0; call <= 120 && !statuses.has(429); call += 1) {
      const answer = await scenario.portal.posts(scenario.portal.body('app-ONAPPINSTALL-local'), {
        address,
      })
      statuses.add(answer.status)
    }
    expect([...statuses]).toEqual([200, 429])
  })
})

describe('G4 isolation: pending installs that a silent OAuth server is asked about', () => {
  it('do not hold the alarm for which the lanes wait', async () => {
    await scenario.portal.installs()
    scenario.bitrix24.answers = false
    for (const digit of ['1', '2', '3']) {
      const forged = { 'auth[application_token]': digit.repeat(32), 'auth[access_token]': digit }
      expect(await said(scenario.portal.updates(forged))).toEqual(PENDING)
    }
    const asked: string[] = []
    scenario.network.handle(({ url }) => {
      if (!url.endsWith('/rest/app.info') || !url.includes('oauth')) return null
      asked.push(url)
      return new Promise<never>(() => {})
    })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    for (const minute of ['1 min', '2 min'] as const) {
      scenario.time.passesWithoutAlarm(minute)
      expect(await scenario.time.alarmFires()).toBe(true)
    }
    // The second alarm came while the first look was under way, and began no other one.
    expect(asked).toHaveLength(1)
    await scenario.inside(async () => void (await vi.advanceTimersByTimeAsync(60_000)))
  })
})

describe('a pending install at a portal that is installed already', () => {
  it("is not ended by an ordinary user's visit", async () => {
    await scenario.portal.installs()
    scenario.bitrix24.answers = false
    await scenario.portal.updates(WITH_NEW_TOKEN)
    const before = await scenario.pending()
    scenario.bitrix24.answers = true
    scenario.bitrix24.userId = 77
    scenario.bitrix24.isAdmin = false
    expect((await scenario.portal.opensPage()).status).toBe(200)
    expect(before).not.toBeNull()
    expect(await scenario.pending()).toEqual(before)
  })

  it('is ended by an uninstall', async () => {
    await scenario.portal.installs()
    scenario.bitrix24.answers = false
    await scenario.portal.updates(WITH_NEW_TOKEN)
    await scenario.portal.uninstalls('keep-data')
    expect(await scenario.pending()).toBeNull()
    expect((await scenario.view()).pending).toBeNull()
  })
})

describe('the pending installs by themselves', () => {
  const TS = NOW / 1000
  let row: PendingRow | null

  beforeEach(() => {
    row = null
  })

  function aPendingInstalls(): PendingInstalls {
    return new PendingInstalls({
      memberId: MEMBER_ID,
      state: {
        pending: () => row,
        changePending: (next) => void (row = next),
        hasNamedApplication: () => false,
      },
      config: { sealer: createSealer([{ id: 'k1', key: new Uint8Array(32).fill(1) }]) },
      world: { now: () => NOW },
      directory: { notePending: async () => {} },
    })
  }

  /** Adds an unanswered install, or puts it back, as the alarm does. */
  function add(pending: PendingInstalls, again: PendingRow | null = null) {
    const terms = { kind: 'unanswered', ts: TS, network: null, again, isOver: () => false } as const
    return pending.add({ request: install(), verified: null }, terms)
  }

  it('do not take back an install that has ended while it was looked at', async () => {
    const pending = aPendingInstalls()
    await add(pending)
    const again = row
    const added = add(pending, again)
    for (const ended of again === null ? [] : pendingIn(again)) pending.end(ended)
    expect(await added).toEqual(ok('needless'))
    expect(row).toBeNull()
  })

  it('are looked at now when a clock that was ahead has set the next look', async () => {
    const pending = aPendingInstalls()
    await add(pending)
    expect([pending.dueAt(), pending.due()]).toEqual([NOW + MINUTE_MS, []])
    row = row && { ...row, nextCheckAt: NOW + 5 * HOUR_MS }
    expect(pending.dueAt()).toBe(NOW)
    expect(pending.due()).toHaveLength(1)
    expect(pending.dueAt()).toBe(NOW + MINUTE_MS)
  })

  it.each([
    ['end with a trusted one of the same second', 0, false],
    ['do not end with one that is older', -1, true],
  ])('%s', async (_, seconds, isLeft) => {
    const pending = aPendingInstalls()
    await add(pending)
    pending.endOlder({ ts: TS + seconds, tokenHash: 'of the trusted one' })
    expect(row !== null).toBe(isLeft)
  })
})
