/** Pending installs that the alarm looks at again: which are trusted, which go on waiting, which end. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { decodedInstall } from '../../support/builders/an-intake.ts'
import { createSealer } from '../../../src/storage/seal.ts'
import { NOTHING_LEFT, NO_TRACES, directoryTables } from '../../support/worker/traces.ts'
import type { Changes } from '../../support/scenarios/relay-portal.ts'
import {
  PENDING,
  RelayScenario,
  UNKNOWN_CLIENT_ID,
  said,
} from '../../support/scenarios/relay-scenario.ts'
import { WITH_NEW_TOKEN } from '../../support/worker/runtime-bindings.ts'

const SECRET = 'secret-of-the-unknown-application'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(async () => {
  await scenario.close()
})

/** The operator deploys with the application configured. */
async function configure(): Promise<void> {
  scenario.adapt = (settings) => ({
    ...settings,
    applications: new Map([[UNKNOWN_CLIENT_ID, SECRET]]),
  })
  await scenario.relay.restarts()
}

describe('an install of an unknown application', () => {
  beforeEach(() => {
    scenario.bitrix24.clientId = UNKNOWN_CLIENT_ID
  })

  it('is not asked about while its application is not configured', async () => {
    await scenario.portal.installs()
    const before = scenario.network.sent.length
    await scenario.time.passes('61 s')
    expect(scenario.network.sent.length).toBe(before)
    expect((await scenario.view()).state).toBe('pending')
  })

  it('is trusted when it has been configured and a refresh with its secret has succeeded', async () => {
    await scenario.portal.installs()
    await configure()
    expect((await scenario.portal.sends()).status).toBe(403)
    await scenario.time.passes('61 s')
    expect(scenario.asked('/oauth/token/').map((form) => form.get('client_secret'))).toEqual([
      SECRET,
    ])
    expect((await scenario.view()).state).toBe('active')
    expect(await scenario.pending()).toBeNull()
    await scenario.kvFollows()
    expect(await scenario.record()).toMatchObject({ domain: scenario.domain })
    const { application } = await scenario.stored()
    expect(JSON.parse(await scenario.open(application?.tokens, 'tokens'))).toMatchObject({
      accessToken: 'fresh-access-canary-1',
      refreshToken: 'fresh-refresh-canary-1',
    })
    await vi.waitFor(async () => expect((await directoryTables())['pending']).toEqual([]))
    await scenario.isSubscribed()
    expect(scenario.bitrix24.rest.bound.map(({ event }) => event)).toContain(
      'ONCRMREQUISITEUSERFIELDUPDATE',
    )
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 })
    expect(await (await scenario.portal.sends()).json()).toEqual({ accepted: true, sequence: 1 })
  })

  it.each([
    ['a wrong secret', { refusal: { error: 'invalid_client', status: 400 } }],
    ['a silent OAuth server', { answers: false }],
    ['a suspended licence', { refusal: { error: 'payment_required', status: 402 } }],
  ])('goes on waiting after %s', async (_, failure) => {
    await scenario.portal.installs()
    Object.assign(scenario.bitrix24, failure)
    await configure()
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('pending')
    expect((await scenario.portal.sends()).status).toBe(403)
    Object.assign(scenario.bitrix24, { answers: true, refusal: null })
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('active')
  })

  it('is not trusted by a refresh that brings the pair of another portal', async () => {
    await scenario.portal.installs()
    await configure()
    scenario.bitrix24.memberId = 'f'.repeat(32)
    await scenario.time.passes('61 s')
    expect(await scenario.pending()).toBeNull()
    expect(await scenario.leftOver()).toEqual(NOTHING_LEFT)
  })

  it('ends with nothing left when its refresh token is dead', async () => {
    await scenario.portal.installs()
    await configure()
    scenario.bitrix24.refusal = { error: 'invalid_grant', status: 400 }
    await scenario.time.passes('61 s')
    expect(await scenario.leftOver()).toEqual(NOTHING_LEFT)
  })

  it('survives a missing key until the key is back', async () => {
    await scenario.portal.installs()
    const otherKey = { id: 'k2', key: new Uint8Array(32).fill(2) }
    scenario.adapt = (settings) => ({ ...settings, sealer: createSealer([otherKey]) })
    await scenario.relay.restarts()
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('pending')
    await configure()
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('active')
  })
})

describe('an install that the OAuth server has not answered', () => {
  beforeEach(() => {
    scenario.bitrix24.answers = false
  })

  it('is asked about again each minute and trusted when the server answers', async () => {
    const start = Date.now()
    await scenario.portal.installs()
    expect(((await scenario.time.alarmAt()) ?? 0) - start).toBeGreaterThanOrEqual(MINUTE_MS)
    expect(((await scenario.time.alarmAt()) ?? 0) - start).toBeLessThan(MINUTE_MS + 5000)
    const before = scenario.asked('/rest/app.info').length
    await scenario.time.passes('30 s')
    expect(scenario.asked('/rest/app.info')).toHaveLength(before)
    await scenario.time.passes('31 s')
    expect(scenario.asked('/rest/app.info')).toHaveLength(before + 1)
    await scenario.time.passes('61 s')
    expect(scenario.asked('/rest/app.info')).toHaveLength(before + 2)
    scenario.bitrix24.answers = true
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('active')
    expect(await scenario.pending()).toBeNull()
    await scenario.kvFollows()
    expect(await scenario.record()).toMatchObject({ domain: scenario.domain })
  })

  it.each([
    ['says no', { knownTokens: [] }],
    ['names an ordinary user', { isAdmin: false }],
  ])('ends with nothing left when the server %s', async (_, says) => {
    await scenario.portal.installs()
    Object.assign(scenario.bitrix24, { answers: true, ...says })
    await scenario.time.passes('61 s')
    expect(await scenario.leftOver()).toEqual(NOTHING_LEFT)
  })

  it('waits 7 days more when the server names an application that is not configured', async () => {
    await scenario.portal.installs()
    scenario.bitrix24.answers = true
    scenario.bitrix24.clientId = UNKNOWN_CLIENT_ID
    await scenario.time.passes('61 s')
    expect(await scenario.pending()).toMatchObject({
      kind: 'unknown_application',
      clientId: UNKNOWN_CLIENT_ID,
    })
    await scenario.time.passes('2 h')
    expect((await scenario.view()).state).toBe('pending')
    await configure()
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('active')
  })
})

describe('a page that installs a portal', () => {
  it('counts as sent a minute ago, so that an uninstall after it counts although its clock is late', async () => {
    await scenario.portal.opensPage()
    await scenario.portal.uninstalls('clean', { ts: scenario.portal.ts(-5) })
    expect((await scenario.view()).state).toBe('uninstalled')
  })
})

describe('at a portal that is installed already', () => {
  it('an update that could not be checked waits beside the install, and events go on', async () => {
    await scenario.portal.installs()
    scenario.bitrix24.answers = false
    expect(await said(scenario.portal.updates(WITH_NEW_TOKEN))).toEqual(PENDING)
    expect((await scenario.view()).state).toBe('active')
    expect((await scenario.portal.sends()).status).toBe(200)
    scenario.bitrix24.answers = true
    await scenario.time.passes('61 s')
    expect(await scenario.pending()).toBeNull()
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
  })
})

describe('an installation over the budget of the edge', () => {
  /** Hands it to the object as the edge does. */
  function handOn({ portal, object }: RelayScenario, changes: Changes = {}) {
    const request = decodedInstall(portal.body('app-ONAPPINSTALL-local', changes))
    return object.install(request, { network: '198.51.100', isOverBudget: true })
  }

  it('of a portal that was never known is not kept, and nobody is asked about it', async () => {
    expect(await handOn(scenario)).toEqual({ kind: 'busy' })
    expect(scenario.network.sent).toEqual([])
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })

  it('of an uninstalled portal waits in its row, and nobody is asked about it yet', async () => {
    await scenario.portal.installs({ ts: scenario.portal.ts(-300) })
    await scenario.portal.uninstalls('keep-data', { ts: scenario.portal.ts(-200) })
    const before = scenario.network.sent.length
    expect(await handOn(scenario, { ts: scenario.portal.ts(-100) })).toMatchObject({
      kind: 'pending',
    })
    expect(scenario.network.sent).toHaveLength(before)
    expect(await scenario.pending()).toMatchObject({ kind: 'unanswered', network: '198.51.100' })
  })
})
