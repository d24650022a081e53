/**
 * G7: who may install, and what an uninstall leaves. Every sentence of design section 4 "Who may install"
 * and of the row G7 is a test that names it.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hashToken } from '../../src/storage/token-hash.ts'
import {
  NO_TRACES,
  PortalLab,
  directoryTables,
  dumpKv,
  gate,
  type Changes,
} from '../support/portal-lab.ts'
import { APPLICATION_TOKEN, WEBHOOK_TOKEN } from '../support/runtime-bindings.ts'

const HOUR_MS = 3_600_000
const NEW_TOKEN = 'c917d38f6bdb84e9d9e0bfe9d585be73'
const UPDATE_WITH_NEW_TOKEN = 'app-ONAPPUPDATE-new-application-token'
const REFUSED = {
  error: {
    code: 'untrusted',
    message: 'The caller could not prove that it speaks for the portal',
  },
}

/** ONAPPUSERREADY's second pair. */
const SYSTEM_ACCESS = '9049b16a0043d4ca0042213e000002000000070011223344556677889900aabbccddeeff'

let lab: PortalLab

beforeEach(() => {
  lab = new PortalLab()
})

afterEach(async () => {
  expect(lab.network.unclaimed).toEqual([])
  await lab.close()
})

async function expectRefused(answer: Response): Promise<void> {
  expect({ status: answer.status, body: await answer.json() }).toEqual({
    status: 403,
    body: REFUSED,
  })
}

async function expectAccepted(answer: Response): Promise<void> {
  expect({ status: answer.status, body: await answer.json() }).toEqual({
    status: 200,
    body: { accepted: true },
  })
}

async function expectNoTrace(): Promise<void> {
  expect(await lab.traces()).toEqual(NO_TRACES)
}

/** The update of the fixture that brings another application token. */
function newToken(changes: Changes = {}): Promise<Response> {
  return lab.post(lab.body(UPDATE_WITH_NEW_TOKEN, { ts: lab.ts(-500), ...changes }))
}

function page(changes: Changes = {}): Promise<Response> {
  const path = `/bitrix24/install?DOMAIN=${lab.domain}&PROTOCOL=1&LANG=en`
  return lab.post(lab.body('install-page-body', changes), path)
}

function userReady(changes: Changes = {}): Promise<Response> {
  lab.byToken.set(SYSTEM_ACCESS, { userId: 512, isAdmin: false })
  return lab.post(lab.body('app-ONAPPUSERREADY', { ts: lab.ts(-800), ...changes }))
}

/** The caller of everything that follows is this user, as the OAuth server and the portal say. */
function callAs(user: 'admin' | 'ordinary' | 'former installer'): void {
  lab.bitrix24.userId = user === 'ordinary' ? 77 : 1
  lab.bitrix24.isAdmin = user === 'admin'
}

const AS_ORDINARY: Changes = { 'auth[user_id]': 77, 'auth[access_token]': 'access-of-user-77' }

describe('G7 who may install', () => {
  it('ONAPPINSTALL that app.info confirms installs the portal', async () => {
    await expectAccepted(await lab.install())
    const { install, state, domain } = await lab.view()
    expect({ state, domain, kinds: install.kinds, tokens: install.tokens }).toEqual({
      state: 'active',
      domain: lab.domain,
      kinds: ['application'],
      tokens: 'valid',
    })
    expect(await (await lab.event()).json()).toEqual({ accepted: true, sequence: 1 })
  })

  it.each([
    ['ONAPPINSTALL', () => lab.install()],
    ['ONAPPUPDATE', () => lab.update()],
    ['ONAPPUSERREADY', () => userReady()],
  ])('%s is not believed when no OAuth server knows its token', async (_, send) => {
    lab.bitrix24.knownTokens = []
    await expectRefused(await send())
    await expectNoTrace()
  })

  it('the install page is not believed when no OAuth server knows its token', async () => {
    lab.bitrix24.knownTokens = []
    expect((await page()).status).toBe(403)
    await expectNoTrace()
  })

  it.each<[string, () => void]>([
    ['member_id', () => (lab.bitrix24.memberId = 'f'.repeat(32))],
    ['domain', () => (lab.bitrix24.domain = 'other.bitrix24.com')],
    ['user', () => (lab.bitrix24.userId = 9)],
  ])('app.info that does not agree on %s refuses the install', async (_, change) => {
    change()
    await expectRefused(await lab.install())
    await expectNoTrace()
  })

  it('ONAPPUSERREADY is refused when the second pair is of another client id', async () => {
    lab.byToken.set(SYSTEM_ACCESS, { userId: 512, clientId: 'local.another' })
    const answer = await lab.post(lab.body('app-ONAPPUSERREADY', { ts: lab.ts(-800) }))
    await expectRefused(answer)
    await expectNoTrace()
  })

  it('an OAuth server that is not allow-listed is never asked', async () => {
    const changes = { 'auth[server_endpoint]': 'https://oauth.evil.example.com/rest/' }
    await expectRefused(await lab.install(changes))
    expect(lab.network.sent).toEqual([])
    await expectNoTrace()
  })

  it('endpoint and domain come from the answer of app.info and not from the claims', async () => {
    await lab.install({
      'auth[domain]': lab.domain,
      'auth[client_endpoint]': 'https://evil.example.com/rest/',
    })
    const { application } = await lab.stored()
    expect(application?.domain).toBe(lab.domain)
    expect(application?.clientEndpoint).toBe(`https://${lab.domain}/rest/`)
  })

  it('a first application token from an ordinary user is refused and nothing is stored', async () => {
    callAs('ordinary')
    await expectRefused(await lab.install(AS_ORDINARY))
    await expectNoTrace()
    await expectRefused(await lab.event())
  })

  it('an administrator is who the verified endpoint calls one, and only for the same user', async () => {
    lab.network.handle(({ url }) =>
      url === `https://${lab.domain}/rest/profile`
        ? Response.json({ result: { ID: '2', ADMIN: true } })
        : null,
    )
    await expectRefused(await lab.install())
    await expectNoTrace()
  })

  it('a different application token from an ordinary user is refused', async () => {
    await lab.install()
    callAs('ordinary')
    await expectRefused(await newToken(AS_ORDINARY))
    expect((await lab.event({ 'auth[application_token]': NEW_TOKEN })).status).toBe(403)
    expect((await lab.event()).status).toBe(200)
  })

  it('a different application token is taken from an administrator', async () => {
    await lab.install()
    lab.bitrix24.userId = 5
    await expectAccepted(await newToken({ 'auth[user_id]': 5 }))
    expect((await lab.event({ 'auth[application_token]': NEW_TOKEN })).status).toBe(200)
  })

  it('a different application token is taken from the recorded installer', async () => {
    await lab.install()
    callAs('former installer')
    await expectAccepted(await newToken())
    expect((await lab.event({ 'auth[application_token]': NEW_TOKEN })).status).toBe(200)
  })

  it("a different application token is taken from the application's system user", async () => {
    await lab.install()
    await expectAccepted(await userReady())
    expect((await lab.stored()).application?.systemUserId).toBe(512)
    lab.byToken.set('access-of-512', { userId: 512, isAdmin: false })
    const asSystem = { 'auth[user_id]': 512, 'auth[access_token]': 'access-of-512' }
    await expectAccepted(await newToken(asSystem))
    expect((await lab.event({ 'auth[application_token]': NEW_TOKEN })).status).toBe(200)
  })

  it('the system user is recorded only when a privileged user sends ONAPPUSERREADY', async () => {
    await lab.install()
    callAs('ordinary')
    await expectAccepted(await userReady(AS_ORDINARY))
    const { application } = await lab.stored()
    expect(application?.systemUserId).toBeNull()
    expect(application?.systemTokens).toBeNull()
    lab.byToken.set('access-of-512', { userId: 512, isAdmin: false })
    await expectRefused(
      await newToken({ 'auth[user_id]': 512, 'auth[access_token]': 'access-of-512' }),
    )
  })

  it("an ordinary user's pair never replaces the installer's", async () => {
    await lab.install()
    const before = (await lab.stored()).application
    callAs('ordinary')
    await expectAccepted(
      await lab.update({ ...AS_ORDINARY, 'auth[expires]': lab.ts(7200), ts: lab.ts(-1) }),
    )
    const after = (await lab.stored()).application
    expect(after?.tokens).toBe(before?.tokens)
    expect(after?.tokensIssuedAt).toBe(before?.tokensIssuedAt)
    callAs('admin')
    await lab.update({ 'auth[expires]': lab.ts(7200), ts: lab.ts(-1) })
    expect((await lab.stored()).application?.tokens).not.toBe(before?.tokens)
  })

  it('a pair is never replaced by an older one', async () => {
    await lab.install({ 'auth[expires]': lab.ts(3000) })
    const before = (await lab.stored()).application?.tokens
    await lab.update({ 'auth[expires]': lab.ts(2999) })
    expect((await lab.stored()).application?.tokens).toBe(before)
  })

  it('a claimed expiry of the far future does not keep later pairs out', async () => {
    await lab.install({ 'auth[expires]': 4_102_444_000 })
    const before = (await lab.stored()).application?.tokens
    await lab.update({ 'auth[expires]': lab.ts(3600 + 60) })
    expect((await lab.stored()).application?.tokens).not.toBe(before)
  })

  it('the former application token stays valid for 24 h beside a new one', async () => {
    await lab.install()
    await expectAccepted(await newToken())
    lab.offsetMs = 24 * HOUR_MS - 60_000
    await lab.restart()
    expect((await lab.event()).status).toBe(200)
    expect((await lab.event({ 'auth[application_token]': NEW_TOKEN })).status).toBe(200)
    lab.offsetMs = 24 * HOUR_MS + 1000
    await expectRefused(await lab.event())
    expect((await lab.event({ 'auth[application_token]': NEW_TOKEN })).status).toBe(200)
  })

  it('an ordinary user with the former token does not end the new one', async () => {
    await lab.install()
    await newToken()
    callAs('ordinary')
    await expectAccepted(await lab.update({ ...AS_ORDINARY, ts: lab.ts(-1) }))
    expect((await lab.stored()).hashes[0]).toEqual({
      hash: await hashToken(lab.memberId, NEW_TOKEN),
      until: null,
    })
  })

  it('an install that arrives after its own update does not end the newer token', async () => {
    await newToken({ ts: lab.ts(-500) })
    await expectAccepted(await lab.install({ ts: lab.ts(-501) }))
    expect((await lab.event()).status).toBe(200)
    lab.offsetMs = 24 * HOUR_MS + 1000
    expect((await lab.event({ 'auth[application_token]': NEW_TOKEN })).status).toBe(200)
    await expectRefused(await lab.event())
  })

  it("the visit of an administrator renews the pair, an ordinary user's visit does not", async () => {
    await lab.install({ ts: lab.ts(-900), 'auth[expires]': lab.ts(2700) })
    const before = (await lab.stored()).application?.tokens
    callAs('ordinary')
    expect((await page({ AUTH_ID: 'access-of-user-77' })).status).toBe(200)
    expect((await lab.stored()).application?.tokens).toBe(before)
    callAs('admin')
    expect((await page()).status).toBe(200)
    expect((await lab.stored()).application?.tokens).not.toBe(before)
  })

  it('a page of an older portal without application token trusts no event', async () => {
    expect((await page({ APPLICATION_TOKEN: null })).status).toBe(200)
    expect((await lab.view()).state).toBe('unfinished')
    await expectRefused(await lab.event())
    await lab.install({ ts: lab.ts(-70) })
    expect((await lab.event()).status).toBe(200)
  })
})

describe('G7 a forged install changes nothing', () => {
  it('refusals at a known portal are counted and shown with the remedy', async () => {
    await lab.install()
    callAs('ordinary')
    await newToken(AS_ORDINARY)
    await newToken(AS_ORDINARY)
    expect((await lab.view()).refused).toEqual({
      count: 2,
      lastAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u),
      reason: 'not_administrator',
      remedy:
        'Let an administrator of the portal open or install the application again: only an ' +
        'administrator, the recorded installer or the system user may bring a new application token',
    })
  })

  it('a forged install at a known portal changes nothing but the count of refusals', async () => {
    await lab.install()
    await lab.event()
    await vi.waitFor(() => expect(lab.delivered()).toHaveLength(1))
    await vi.waitFor(() => expect(lab.network.to('hooks.slack.com')).toHaveLength(1))
    await vi.waitFor(async () =>
      expect((await lab.view()).lanes.map(({ backlog }) => backlog)).toEqual([0, 0]),
    )
    const kv = await dumpKv()
    const { install: _, ...before } = await lab.tables()
    const { refused: none, ...installed } = await lab.stored()
    lab.bitrix24.knownTokens = []
    await expectRefused(await lab.install({ 'auth[access_token]': 'forged' }))
    await expectRefused(await newToken({ 'auth[access_token]': 'forged' }))
    const { install: __, ...after } = await lab.tables()
    const { refused, ...still } = await lab.stored()
    expect(none.count).toBe(0)
    expect({ count: refused.count, reason: refused.reason }).toEqual({
      count: 2,
      reason: 'token_refused',
    })
    expect(still).toEqual(installed)
    expect(after).toEqual(before)
    expect(await dumpKv()).toEqual(kv)
    expect(await directoryTables()).toEqual({})
  })

  it('unknown portals and garbage create no storage anywhere', async () => {
    await expectRefused(await lab.event())
    await expectRefused(await lab.uninstall('clean'))
    await expectRefused(await lab.post(lab.body('app-ONAPPTEST')))
    await expectRefused(
      await lab.post(
        lab.body('webhook-ONCRMDEALADD', {
          'auth[application_token]': 'no-such-token-anywhere',
        }),
      ),
    )
    expect((await lab.event({ 'auth[member_id]': 'garbage' })).status).toBe(400)
    expect((await lab.post('a=b')).status).toBe(400)
    expect((await lab.admin()).status).toBe(404)
    const value = { method: 'PUT', body: '{"value":"x"}' }
    expect((await lab.admin('/values/TEAM', value)).status).toBe(404)
    await expectNoTrace()
  })
})

describe('G7 uninstall', () => {
  it('ONAPPUNINSTALL deletes the tokens', async () => {
    await lab.install()
    await expectAccepted(await lab.uninstall('keep-data'))
    const { application, hashes, generation } = await lab.stored()
    expect({ application, hashes, generation }).toEqual({
      application: null,
      hashes: [],
      generation: 1,
    })
    expect(await lab.record()).toMatchObject({ tokens: null, systemTokens: null, hashes: [] })
    expect((await lab.view()).state).toBe('uninstalled')
    await expectRefused(await lab.event())
  })

  it('ONAPPUNINSTALL is proven by the application token alone', async () => {
    await lab.install()
    const asked = lab.network.sent.length
    await expectRefused(await lab.uninstall('clean', { 'auth[application_token]': NEW_TOKEN }))
    expect((await lab.view()).state).toBe('active')
    lab.bitrix24.answers = false
    await expectAccepted(await lab.uninstall('clean'))
    const toOauth = lab.network.sent.slice(asked).filter(({ url }) => url.includes('oauth'))
    expect(toOauth).toEqual([])
  })

  it("an outgoing webhook's token cannot uninstall", async () => {
    lab.adapt = (settings) => ({
      ...settings,
      webhooks: [{ token: WEBHOOK_TOKEN, portal: lab.memberId }],
    })
    await lab.install()
    const asWebhook = { 'auth[application_token]': WEBHOOK_TOKEN }
    expect((await lab.event(asWebhook)).status).toBe(200)
    await expectRefused(await lab.uninstall('clean', asWebhook))
    expect((await lab.view()).state).toBe('active')
    expect((await lab.view()).head).toBe(1)
  })

  it.each([-1, 0])('an install %i s after the uninstall is late and revives nothing', async (s) => {
    await lab.install()
    const ts = lab.ts(-30)
    await lab.uninstall('keep-data', { ts })
    await expectRefused(await lab.install({ ts: ts + s }))
    expect((await lab.stored()).application).toBeNull()
    await expectRefused(await lab.event())
    await expectAccepted(await lab.install({ ts: ts + 1 }))
    expect((await lab.event()).status).toBe(200)
  })

  it('a future time of an uninstall is clamped and does not outlive the present', async () => {
    await lab.install()
    await lab.uninstall('keep-data', { ts: 4_000_000_000 })
    lab.offsetMs = 2000
    await expectAccepted(await lab.install({ ts: lab.ts() }))
  })

  it('a future time of an install is clamped and does not outlive the present', async () => {
    await lab.install({ ts: 4_000_000_000 })
    lab.offsetMs = 2000
    await expectAccepted(await lab.uninstall('keep-data', { ts: lab.ts() }))
    expect((await lab.view()).state).toBe('uninstalled')
  })

  it('an uninstall older than the install does nothing', async () => {
    await lab.install({ ts: lab.ts(-100) })
    await expectAccepted(await lab.uninstall('clean', { ts: lab.ts(-101) }))
    expect((await lab.view()).state).toBe('active')
    expect((await lab.stored()).generation).toBe(0)
  })

  it('CLEAN=1 deletes log, waiting events and values, counted and shown', async () => {
    await lab.install()
    await lab.admin('/lanes/erp/pause', { method: 'POST' })
    await lab.admin('/lanes/crm-alerts/pause', { method: 'POST' })
    await lab.admin('/values/TEAM', { method: 'PUT', body: '{"value":"sales-team"}' })
    await lab.event()
    await lab.event()
    await expectAccepted(await lab.uninstall('clean'))
    const { log, fates, portal_values: values } = await lab.tables()
    expect({ log, fates, values }).toEqual({ log: [], fates: [], values: [] })
    const { state, domain, erased, head } = await lab.view()
    expect({ state, domain, erased, head }).toEqual({
      state: 'uninstalled',
      domain: null,
      erased: 2,
      head: 2,
    })
    for (const lane of ['erp', 'crm-alerts']) {
      await lab.admin(`/lanes/${lane}/resume`, { method: 'POST' })
    }
    await lab.restart()
    await lab.alarm()
    expect(lab.delivered()).toEqual([])
    expect(lab.network.to('hooks.slack.com')).toEqual([])
  })

  it('CLEAN=1 counts only events that a destination was still meant to get', async () => {
    await lab.install()
    await lab.event()
    await vi.waitFor(async () =>
      expect((await lab.view()).lanes.map(({ cursor }) => cursor)).toEqual([1, 1]),
    )
    await lab.uninstall('clean')
    expect((await lab.view()).erased).toBe(0)
  })

  it('CLEAN=0 delivers waiting events and lets the log age out', async () => {
    await lab.install()
    await lab.admin('/lanes/erp/pause', { method: 'POST' })
    await lab.event()
    await expectAccepted(await lab.uninstall('keep-data'))
    await lab.restart()
    await lab.admin('/lanes/erp/resume', { method: 'POST' })
    await vi.waitFor(() => expect(lab.delivered()).toHaveLength(1))
    const body: unknown = JSON.parse(lab.network.to('erp.example.com')[0]?.body ?? '')
    expect(body).toMatchObject({ data: { portal: { memberId: lab.memberId, domain: lab.domain } } })
    expect((await lab.tables())['log']).toHaveLength(1)
    await vi.waitFor(async () =>
      expect((await lab.view()).lanes.map(({ cursor }) => cursor)).toEqual([1, 1]),
    )
    lab.offsetMs = 31 * 24 * HOUR_MS
    expect(await lab.stub().touch()).toEqual({ dropped: 1 })
    expect((await lab.tables())['log']).toEqual([])
    expect(await lab.record()).toBeNull()
  })

  it.each(['clean', 'keep-data'] as const)(
    'the sequence goes on after a reinstall (%s): no webhook-id is used twice',
    async (kind) => {
      await lab.install()
      await lab.event()
      await vi.waitFor(() => expect(lab.delivered()).toHaveLength(1))
      await lab.uninstall(kind)
      await lab.restart()
      lab.offsetMs = 2000
      await expectAccepted(await lab.install({ ts: lab.ts() }))
      await lab.restart()
      expect(await (await lab.event()).json()).toEqual({ accepted: true, sequence: 2 })
      await vi.waitFor(() =>
        expect(lab.delivered().at(-1)).toEqual({ id: `${lab.memberId}-2`, sequence: 2 }),
      )
      const ids = new Set(lab.delivered().map(({ id }) => id))
      expect([...ids]).toEqual([`${lab.memberId}-1`, `${lab.memberId}-2`])
    },
  )

  it('an event before the uninstall is no duplicate of the same event after it', async () => {
    await lab.install()
    const same = { 'data[FIELDS][ID]': 1, ts: lab.ts() }
    await lab.event(same)
    await lab.uninstall('clean')
    lab.offsetMs = 2000
    await lab.install({ ts: lab.ts() })
    expect(await (await lab.event(same)).json()).toEqual({ accepted: true, sequence: 2 })
  })

  it('uninstall keeps one row: state, time, last sequence and generation', async () => {
    await lab.install()
    await lab.event()
    const ts = lab.ts()
    await lab.uninstall('clean', { ts })
    const { install, pending, portal_values: values, log, fates } = await lab.tables()
    expect(install).toHaveLength(1)
    expect([pending, values, log, fates]).toEqual([[], [], [], []])
    expect(await lab.stored()).toMatchObject({
      generation: 1,
      lastSequence: 1,
      uninstallTs: ts,
      installTs: null,
      hashes: [],
      application: null,
      formerDomain: null,
    })
  })
})

describe('an answer awaited across the uninstall is written nowhere', () => {
  it('app.info, awaited across it: the update is refused and no token comes back', async () => {
    await lab.install()
    const held = gate()
    let asked = false
    lab.network.handle(async ({ url }) => {
      if (!url.endsWith('/rest/app.info')) return null
      asked = true
      await held.opened
      return null
    })
    const update = newToken({ ts: lab.ts() })
    await vi.waitFor(() => expect(asked).toBe(true))
    await expectAccepted(await lab.uninstall('keep-data', { ts: lab.ts(-100) }))
    const before = await lab.tables()
    held.open()
    await expectRefused(await update)
    const { application, hashes, installTs, refused } = await lab.stored()
    expect({ application, hashes, installTs, reason: refused.reason }).toEqual({
      application: null,
      hashes: [],
      installTs: null,
      reason: 'late',
    })
    expect({ ...(await lab.tables()), install: null }).toEqual({ ...before, install: null })
    expect(await lab.record()).toMatchObject({ tokens: null, hashes: [] })
  })

  it.each(['digest', 'encrypt'] as const)(
    'crypto.subtle.%s, awaited across it: the update is refused as well',
    async (method) => {
      await lab.install()
      const hash = await hashToken(lab.memberId, APPLICATION_TOKEN)
      const held = gate()
      const original = crypto.subtle[method].bind(crypto.subtle)
      // Sound: the arguments go through as they came.
      const slow = async (...args: unknown[]): Promise<ArrayBuffer> => {
        await held.opened
        return Reflect.apply(original, crypto.subtle, args) as Promise<ArrayBuffer>
      }
      const spy = vi.spyOn(crypto.subtle, method).mockImplementation(slow)
      const update = newToken({ ts: lab.ts() })
      await vi.waitFor(() => expect(spy).toHaveBeenCalled())
      const call = { tokenHash: hash, ts: lab.ts(-100), clean: false }
      expect(await lab.stub().uninstall(call)).toEqual({ kind: 'accepted' })
      held.open()
      await expectRefused(await update)
      expect(await lab.stored()).toMatchObject({ application: null, hashes: [] })
    },
  )

  it.each(['clean', 'keep-data'] as const)(
    "a receiver's answer, awaited across it (%s): no fate, no cursor",
    async (kind) => {
      await lab.install()
      const held = gate()
      const rejected = () => new Response('', { status: 400 })
      lab.network.handle(async ({ url }) => {
        if (!url.startsWith('https://erp.example.com/')) return null
        await held.opened
        return rejected()
      })
      await lab.event()
      await vi.waitFor(() => expect(lab.delivered()).toHaveLength(1))
      lab.network.handle(({ url }) =>
        url.startsWith('https://erp.example.com/') ? new Response('') : null,
      )
      await expectAccepted(await lab.uninstall(kind))
      held.open()
      await vi.waitFor(async () => {
        const lane = (await lab.view()).lanes.find(({ destination }) => destination === 'erp')
        expect(lane?.cursor).toBe(1)
      })
      expect((await lab.tables())['fates']).toEqual([])
      const ids = lab.delivered().map(({ id }) => id)
      const again = kind === 'clean' ? [] : [`${lab.memberId}-1`]
      expect(ids).toEqual([`${lab.memberId}-1`, ...again])
    },
  )
})
