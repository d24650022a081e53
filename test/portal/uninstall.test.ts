/**
 * G7: what an uninstall ends and what it leaves, and that no answer awaited across it is written. Each
 * sentence of the row G7 of design section 4 that concerns it is a test that names it.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hashToken } from '../../src/storage/token-hash.ts'
import {
  ACCEPTED,
  PortalLab,
  REFUSED,
  gate,
  said,
  type Changes,
} from '../support/relay-scenario.ts'
import { APPLICATION_TOKEN, WEBHOOK_TOKEN } from '../support/runtime-bindings.ts'

const HOUR_MS = 3_600_000
const NEW_TOKEN = 'c917d38f6bdb84e9d9e0bfe9d585be73'
const UPDATE_WITH_NEW_TOKEN = 'app-ONAPPUPDATE-new-application-token'

let lab: PortalLab

beforeEach(() => {
  lab = new PortalLab()
})

afterEach(async () => {
  await lab.close()
})

/** The update of the fixture that brings another application token. */
function newToken(changes: Changes = {}): Promise<Response> {
  return lab.post(lab.body(UPDATE_WITH_NEW_TOKEN, { ts: lab.ts(-500), ...changes }))
}

/** Holds back every answer of a path until it is opened. */
function holdBack(path: string) {
  const held = gate()
  const seen = { asked: false, answered: false }
  lab.network.handle(async ({ url }) => {
    if (!url.endsWith(path)) return null
    seen.asked = true
    await held.opened
    seen.answered = true
    return null
  })
  const isAsked = () => vi.waitFor(() => expect(seen.asked).toBe(true))
  const isAnswered = () => vi.waitFor(() => expect(seen.answered).toBe(true))
  return { isAsked, open: held.open, isAnswered }
}

describe('G7 uninstall', () => {
  it('ONAPPUNINSTALL deletes the tokens', async () => {
    await lab.install()
    expect(await said(lab.uninstall('keep-data'))).toEqual(ACCEPTED)
    const { application, hashes, generation } = await lab.stored()
    expect({ application, hashes, generation }).toEqual({
      application: null,
      hashes: [],
      generation: 1,
    })
    expect(await lab.record()).toMatchObject({ tokens: null, systemTokens: null, hashes: [] })
    expect((await lab.view()).state).toBe('uninstalled')
    expect(await said(lab.event())).toEqual(REFUSED)
  })

  it('ONAPPUNINSTALL is proven by the application token alone', async () => {
    await lab.install()
    const asked = lab.network.sent.length
    expect(await said(lab.uninstall('clean', { 'auth[application_token]': NEW_TOKEN }))).toEqual(
      REFUSED,
    )
    expect((await lab.view()).state).toBe('active')
    lab.bitrix24.answers = false
    expect(await said(lab.uninstall('clean'))).toEqual(ACCEPTED)
    const toOauth = lab.network.sent.slice(asked).filter(({ url }) => url.includes('oauth'))
    expect(toOauth).toEqual([])
  })

  it("an outgoing webhook's token cannot uninstall", async () => {
    lab.adapt = (settings) => ({
      ...settings,
      webhooks: [{ token: WEBHOOK_TOKEN, portal: lab.memberId, rest: null }],
    })
    await lab.install()
    const asWebhook = { 'auth[application_token]': WEBHOOK_TOKEN }
    expect((await lab.event(asWebhook)).status).toBe(200)
    expect(await said(lab.uninstall('clean', asWebhook))).toEqual(REFUSED)
    expect((await lab.view()).state).toBe('active')
    expect((await lab.view()).head).toBe(1)
  })

  it.each([-1, 0])('an install %i s after the uninstall is late and revives nothing', async (s) => {
    await lab.install()
    const ts = lab.ts(-30)
    await lab.uninstall('keep-data', { ts })
    expect(await said(lab.install({ ts: ts + s }))).toEqual(REFUSED)
    expect((await lab.stored()).application).toBeNull()
    expect(await said(lab.event())).toEqual(REFUSED)
    expect(await said(lab.install({ ts: ts + 1 }))).toEqual(ACCEPTED)
    expect((await lab.event()).status).toBe(200)
  })

  it('a future time of an uninstall is clamped and does not outlive the present', async () => {
    await lab.install()
    await lab.uninstall('keep-data', { ts: 4_000_000_000 })
    lab.offsetMs = 2000
    expect(await said(lab.install({ ts: lab.ts() }))).toEqual(ACCEPTED)
  })

  it('a future time of an install is clamped and does not outlive the present', async () => {
    await lab.install({ ts: 4_000_000_000 })
    lab.offsetMs = 2000
    expect(await said(lab.uninstall('keep-data', { ts: lab.ts() }))).toEqual(ACCEPTED)
    expect((await lab.view()).state).toBe('uninstalled')
  })

  it('an uninstall older than the install does nothing', async () => {
    await lab.install({ ts: lab.ts(-100) })
    expect(await said(lab.uninstall('clean', { ts: lab.ts(-101) }))).toEqual(ACCEPTED)
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
    expect(await said(lab.uninstall('clean'))).toEqual(ACCEPTED)
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
    expect(await said(lab.uninstall('keep-data'))).toEqual(ACCEPTED)
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
      expect(await said(lab.install({ ts: lab.ts() }))).toEqual(ACCEPTED)
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
    const asked = holdBack('/rest/app.info')
    const update = newToken({ ts: lab.ts() })
    await asked.isAsked()
    expect(await said(lab.uninstall('keep-data', { ts: lab.ts(-100) }))).toEqual(ACCEPTED)
    const before = await lab.tables()
    asked.open()
    expect(await said(update)).toEqual(REFUSED)
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

  it('app.info about a waiting install, awaited across it: nothing is trusted', async () => {
    const unknown = 'local.0123456789abcd.12345678'
    lab.adapt = (settings) => ({
      ...settings,
      applications: new Map([...settings.applications, [unknown, 'secret']]),
    })
    await lab.install()
    lab.bitrix24.answers = false
    await newToken({ ts: lab.ts(-400) })
    lab.bitrix24.answers = true
    lab.bitrix24.clientId = unknown
    const asked = holdBack('/rest/app.info')
    lab.offsetMs = 61_000
    const alarm = lab.alarm()
    await asked.isAsked()
    expect(await said(lab.uninstall('keep-data', { ts: lab.ts(-100) }))).toEqual(ACCEPTED)
    asked.open()
    await alarm
    expect(await lab.stored()).toMatchObject({ application: null, hashes: [] })
    expect(await lab.pending()).toBeNull()
    expect(await lab.record()).toMatchObject({ tokens: null, hashes: [] })
  })

  it("the portal's answer about its subscriptions, awaited across it, is not noted", async () => {
    const asked = holdBack('/rest/event.get')
    await lab.install()
    await asked.isAsked()
    await lab.uninstall('keep-data', { ts: lab.ts(-100) })
    const before = await lab.stored()
    asked.open()
    await asked.isAnswered()
    await lab.restart()
    expect(await lab.stored()).toEqual(before)
  })

  it.each(['digest', 'encrypt'] as const)(
    'crypto.subtle.%s, awaited across it: the update is refused as well',
    async (method) => {
      await lab.install()
      const hash = await hashToken(lab.memberId, APPLICATION_TOKEN)
      const held = gate()
      const original = crypto.subtle[method].bind(crypto.subtle)
      const asked = lab.network.sent.length
      let holds = false
      const slow = async (...args: unknown[]): Promise<ArrayBuffer> => {
        // Whatever is hashed or sealed after the portal's last word belongs to the decision.
        const isDecided = lab.network.sent.slice(asked).some(({ url }) => url.endsWith('/profile'))
        holds ||= isDecided
        if (isDecided) await held.opened
        // Sound: the arguments go through as they came.
        return Reflect.apply(original, crypto.subtle, args) as Promise<ArrayBuffer>
      }
      vi.spyOn(crypto.subtle, method).mockImplementation(slow)
      const update = newToken({ ts: lab.ts() })
      await vi.waitFor(() => expect(holds).toBe(true))
      const call = { tokenHash: hash, ts: lab.ts(-100), clean: false }
      expect(await lab.stub().uninstall(call)).toEqual({ kind: 'accepted' })
      held.open()
      expect(await said(update)).toEqual(REFUSED)
      expect(await lab.stored()).toMatchObject({ application: null, hashes: [] })
    },
  )

  it.each(['clean', 'keep-data'] as const)(
    "a receiver's answer, awaited across it (%s): no fate, no cursor",
    async (kind) => {
      await lab.install()
      const held = gate()
      lab.network.handle(async ({ url }) => {
        if (!url.startsWith('https://erp.example.com/')) return null
        await held.opened
        return new Response('', { status: 400 })
      })
      await lab.event()
      await vi.waitFor(() => expect(lab.delivered()).toHaveLength(1))
      lab.network.handle(({ url }) =>
        url.startsWith('https://erp.example.com/') ? new Response('') : null,
      )
      expect(await said(lab.uninstall(kind))).toEqual(ACCEPTED)
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
