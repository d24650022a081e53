/**
 * An install whose row was damaged comes back from its copy in KV. Whatever was acknowledged before is still
 * delivered, and an event that comes meanwhile is stored or spilled.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  recoverInstall,
  RECOVERY_RETRY_MS,
} from '../../../../src/portal/tasks/installs/recovery.ts'
import { InstallStore } from '../../../../src/storage/install-store.ts'
import {
  damageInstall,
  DAMAGED_INSTALLS,
  damagedRowsOf,
  drainTrigger,
} from '../../../support/storage/damage.ts'
import { configured, machine } from '../../../support/builders/entries.ts'
import { watchKv } from '../../../support/storage/kv.ts'
import { PENDING, REFUSED, RelayScenario, said } from '../../../support/scenarios/relay-scenario.ts'
import { WITH_NEW_TOKEN } from '../../../support/worker/runtime-bindings.ts'
import { NOW } from '../../../support/time.ts'
import { until } from '../../../support/until.ts'
import { WEBHOOK_TOKEN } from '../../../support/identity.ts'

let scenario: RelayScenario
let logged: string[] = []

beforeEach(() => {
  logged = []
  scenario = new RelayScenario()
  adapt()
})

afterEach(() => scenario.close())

/** The settings of objects that are constructed from now on. */
function adapt(changes: Parameters<typeof scenario.adapt>[0] | object = {}): void {
  scenario.adapt = (settings) => ({
    ...settings,
    logLine: (_level, event) => void logged.push(event),
    ...changes,
  })
}

/** A KV that the object asks in vain. */
function isAway(how: 'failing' | 'silent'): void {
  const { kv } = watchKv(how === 'failing' ? ['get'] : [], how === 'silent' ? ['get'] : [])
  adapt({ installStore: new InstallStore(kv) })
}

/** Installs the portal, and waits for the work that goes on in the background. */
async function install(): Promise<void> {
  await scenario.portal.installs()
  await scenario.isSubscribed()
  await scenario.kvFollows()
}

/** The portal has sent an event, and the receiver has not taken it. */
async function sendsInVain(): Promise<void> {
  scenario.receiver('erp').answers(503)
  expect(await said(scenario.portal.sends())).toEqual(stored(1))
  await until(() => scenario.receiver('erp').count > 0)
  scenario.receiver('erp').answers(200)
}

/** Time passes until the receiver has these events, each under its own id, and none before an earlier one. */
async function receives(...expected: number[]): Promise<void> {
  await until(async () => {
    scenario.time.passesWithoutAlarm('1 min')
    await scenario.time.alarmFires()
    return scenario.receiver('erp').sequences().at(-1) === expected.at(-1)
  })
  const received = scenario.receiver('erp')
  expect(received.sequences()).toEqual(received.sequences().toSorted((a, b) => a - b))
  const ids = expected.map((sequence) => `${scenario.memberId}-${sequence}`)
  expect([...new Set(received.ids())]).toEqual(ids)
}

function stored(sequence: number) {
  return { status: 200, body: { accepted: true, sequence } }
}

describe.each(DAMAGED_INSTALLS)('an install whose row is %s', (row) => {
  it('comes back with its tokens, is told, and delivers what waits under the same ids (G1, G3)', async () => {
    await install()
    await sendsInVain()
    await scenario.object.touch()
    const before = await scenario.stored()
    await damageInstall(scenario, row)
    expect(await said(scenario.portal.sends())).toEqual(stored(2))
    await receives(1, 2)
    const { application, hashes, generation, installTs, handlerUrl } = before
    expect(await scenario.stored()).toMatchObject({
      application,
      hashes,
      generation,
      installTs,
      handlerUrl,
      subscriptions: { hosts: ['relay.example.com'] },
    })
    expect(await scenario.view()).toMatchObject({
      state: 'active',
      install: { tokens: 'valid' },
      recovery: { from: 'kv', isConfirmed: true, remedy: expect.stringContaining('KV') },
      damaged: [{ part: 'install', at: expect.any(String) }],
    })
    expect(logged).toEqual(expect.arrayContaining(['install_damaged', 'install_recovered']))
    expect(await damagedRowsOf(scenario)).toEqual([{ part: 'install', id: 1, content: row }])
  })
})

describe('a KV that does not answer', () => {
  it.each(['failing', 'silent'] as const)(
    'keeps the object waiting while it is %s: the event is spilled, and nothing is lost (G1)',
    async (how) => {
      await install()
      await sendsInVain()
      isAway(how)
      await damageInstall(scenario, '{')
      const spilled = { accepted: true, via: 'spill' }
      expect(await said(scenario.portal.sends())).toEqual({ status: 200, body: spilled })
      expect(logged).toContain('install_not_recovered')
      expect(logged).not.toContain('install_damaged')
      adapt()
      await drainTrigger()
      await receives(1, 2)
    },
  )

  it('is asked again by the alarm, without any request of the portal (G10)', async () => {
    await install()
    await sendsInVain()
    const before = scenario.receiver('erp').count
    isAway('failing')
    await damageInstall(scenario, '{')
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(503)
    adapt()
    scenario.time.passesWithoutAlarm(RECOVERY_RETRY_MS)
    expect(await scenario.time.alarmFires()).toBe(true)
    await until(() => scenario.receiver('erp').count > before)
  })

  it('leaves an alarm behind that is durable before the object ends (G10)', async () => {
    const did: string[] = []
    const recovered = recoverInstall({
      memberId: scenario.memberId,
      state: { damagedInstall: () => '{', recover: () => void did.push('recovered') },
      installStore: { load: () => Promise.reject(new Error('KV is down')) },
      alarm: { moveTo: async (at) => void did.push(`alarm in ${(at ?? 0) - NOW}`) },
      db: { all: () => [], sync: async () => void did.push('durable') },
      log: { lastSequence: () => 0 },
      world: { now: () => NOW, logLine: () => {} },
    })
    await expect(recovered).rejects.toThrow('KV does not answer')
    expect(did).toEqual([`alarm in ${RECOVERY_RETRY_MS}`, 'durable'])
  })

  it('lets a caller that the edge does not know come again later', async () => {
    await install()
    isAway('failing')
    await damageInstall(scenario, '{')
    const answer = await scenario.portal.sends(WITH_NEW_TOKEN)
    expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true])
  })
})

describe('a copy that is older than the row', () => {
  it('with a former pair asks for a fresh one, and says so when the pair is dead', async () => {
    await install()
    const older = (await env.INSTALLS.get(`install:${scenario.memberId}`)) ?? ''
    await scenario.portal.updates({ 'auth[refresh_token]': 'a-later-refresh-token' })
    await scenario.kvFollows()
    await env.INSTALLS.put(`install:${scenario.memberId}`, older)
    await damageInstall(scenario, '{')
    expect(await said(scenario.portal.sends())).toEqual(stored(1))
    expect(JSON.parse(older).tokens).toBe((await scenario.stored()).application?.tokens)
    expect((await scenario.view()).install.tokens).toBe('valid')
  })

  it('does not know a token that came after it, until the portal is installed again', async () => {
    await install()
    const older = (await env.INSTALLS.get(`install:${scenario.memberId}`)) ?? ''
    await scenario.portal.updatesToken()
    await scenario.kvFollows()
    await env.INSTALLS.put(`install:${scenario.memberId}`, older)
    await damageInstall(scenario, '{')
    expect(await said(scenario.portal.sends(WITH_NEW_TOKEN))).toEqual(REFUSED)
    await scenario.portal.updatesToken()
    expect((await scenario.view()).recovery).toBeNull()
    scenario.time.passesWithoutAlarm('1 s')
    const answer = await scenario.object.recognises((await scenario.stored()).hashes[0]?.hash ?? '')
    expect(answer).toBe(true)
  })

  it.each<[string, (row: string) => string]>([
    ['tells of the uninstall', (row) => row.slice(0, -20)],
    ['tells nothing', () => '{'],
  ])(
    'and has not heard of an uninstall, where the row %s, revives no token (G7)',
    async (_, cut) => {
      await install()
      const older = (await env.INSTALLS.get(`install:${scenario.memberId}`)) ?? ''
      await scenario.portal.uninstalls('keep-data')
      await scenario.kvFollows()
      await env.INSTALLS.put(`install:${scenario.memberId}`, older)
      await damageInstall(scenario, cut)
      await scenario.object.view()
      // Where nothing else tells it, the portal itself is asked.
      await until(async () => (await scenario.stored()).application === null)
      expect(await said(scenario.portal.sends())).toEqual(REFUSED)
      expect(await scenario.stored()).toMatchObject({ hashes: [], generation: 1 })
      await scenario.kvFollows()
      expect(await scenario.record()).toMatchObject({
        hashes: [],
        tokens: null,
        systemTokens: null,
      })
    },
  )
})

describe('a portal that is asked whether it is still there', () => {
  it('and does not answer keeps its install, and is asked again by the daily visit', async () => {
    await install()
    scenario.bitrix24.portalRefusal = { status: 502, error: '' }
    await damageInstall(scenario, '{')
    expect(await said(scenario.portal.sends())).toEqual(stored(1))
    expect((await scenario.view()).recovery).toMatchObject({ isConfirmed: false })
    scenario.portal.removesApplication()
    await scenario.object.touch()
    await until(async () => (await scenario.stored()).application === null)
    expect((await scenario.view()).state).toBe('uninstalled')
  })
})

describe('what else the row held', () => {
  it('comes back: ended tokens, the end of CLEAN, the domains of stored events, the tombstone', async () => {
    await install()
    await scenario.portal.sends()
    await scenario.portal.uninstalls('clean')
    await scenario.kvFollows()
    const before = await scenario.stored()
    expect(before).toMatchObject({ uninstallTs: expect.any(Number), erased: 0 })
    await damageInstall(scenario, '{')
    await scenario.object.view()
    const { uninstallTs, erasedUpTo, endedTokens, endedDomain, generation } = before
    expect(await scenario.stored()).toMatchObject({
      uninstallTs,
      erasedUpTo,
      endedTokens,
      endedDomain,
      generation,
      application: null,
    })
    expect(await said(scenario.portal.installs())).toEqual(REFUSED)
  })

  it('comes back for a portal of an outgoing webhook, and a foreign token stays out', async () => {
    const webhooks = [
      { token: WEBHOOK_TOKEN, portal: 'acme.bitrix24.com', rest: null },
      { token: 'token-of-another-portal-00000000', portal: 'other.bitrix24.com', rest: null },
    ]
    adapt({ webhooks })
    expect((await scenario.portal.sendsByWebhook(WEBHOOK_TOKEN)).status).toBe(200)
    await scenario.kvFollows()
    await damageInstall(scenario, '{')
    const other = await scenario.portal.sendsByWebhook('token-of-another-portal-00000000')
    expect(other.status).toBe(403)
    expect(await said(scenario.portal.sendsByWebhook(WEBHOOK_TOKEN))).toEqual(stored(2))
    expect((await scenario.view()).pins).toEqual([
      { n: 1, portal: 'acme.bitrix24.com', since: expect.any(String) },
    ])
  })

  it('lets a destination that names the domain have the events that wait', async () => {
    adapt({
      destinations: configured([machine('erp', { portals: [scenario.domain] })]),
    })
    await install()
    await sendsInVain()
    const before = scenario.receiver('erp').count
    await damageInstall(scenario, '{')
    await scenario.object.view()
    await receives(1)
    expect(scenario.receiver('erp').count).toBeGreaterThan(before)
  })

  it('is not needed by installs that wait: they go on waiting, and are trusted in time', async () => {
    await install()
    scenario.network.handle(({ url }) =>
      url.includes('/rest/app.info') ? new Response('', { status: 502 }) : null,
    )
    const waiting = await said(scenario.portal.updates(WITH_NEW_TOKEN))
    expect(waiting).toEqual(PENDING)
    await damageInstall(scenario, '{')
    expect(await scenario.pending()).not.toBeNull()
    expect((await scenario.view()).state).toBe('active')
    expect(await scenario.pending()).not.toBeNull()
  })
})

it('the end of the installation deletes the damaged row as well: it holds sealed tokens (G7)', async () => {
  await install()
  await damageInstall(scenario, (row) => row.slice(0, -1))
  await scenario.object.view()
  expect(JSON.stringify(await damagedRowsOf(scenario))).toContain('v1.k1.')
  await scenario.portal.uninstalls('keep-data')
  expect(await damagedRowsOf(scenario)).toEqual([])
})
