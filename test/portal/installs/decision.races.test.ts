/** Trust under a hostile order of things: forged installs, outages, delays and visits in between. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pendingIn, type PendingRow } from '../../../src/core/access/installs/pending-row.ts'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { decodedInstall } from '../../support/builders/an-intake.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { RELAY } from '../../support/scenarios/relay-portal.ts'
import { WITH_NEW_TOKEN } from '../../support/worker/runtime-bindings.ts'
import { CLIENT_ID } from '../../support/identity.ts'

const SECOND = 'local.0123456789abcd.87654321'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(async () => {
  await scenario.close()
})

/** An install that nobody could confirm, with a token of its own. */
function forge(name: string): Promise<Response> {
  return scenario.portal.posts(forgedBody(name))
}

function forgedBody(name: string): string {
  return scenario.portal.body('app-ONAPPINSTALL-local', {
    'auth[access_token]': `forged-access-${name}`,
    'auth[refresh_token]': `forged-refresh-${name}`,
    'auth[application_token]': name.padEnd(32, 'x'),
    ts: scenario.portal.ts(-1),
  })
}

/** The OAuth server answers again, and knows the access token of one recorded body alone. */
function answerFor(name: string): void {
  scenario.bitrix24.answers = true
  scenario.bitrix24.knownTokens = [accessTokenOf(name)]
}

function accessTokenOf(name: string): string {
  return new URLSearchParams(scenario.portal.body(name)).get('auth[access_token]') ?? ''
}

/** The client ids of the pending installs, the first one first; null for one that nobody has confirmed. */
function pendingNames(row: PendingRow | null): readonly (string | null)[] {
  return row === null ? [] : pendingIn(row).map(({ clientId }) => clientId)
}

function visitAs(userId: number): void {
  scenario.bitrix24.userId = userId
  scenario.bitrix24.isAdmin = false
}

describe('a pending install while the OAuth server is silent', () => {
  beforeEach(() => {
    scenario.bitrix24.answers = false
  })

  it.each([
    ['after it', ['true', 'a']],
    ['before it', ['a', 'true']],
    ['around it', ['a', 'b', 'true', 'c']],
  ])('is trusted although forged ones came %s', async (_, order) => {
    for (const name of order) await (name === 'true' ? scenario.portal.installs() : forge(name))
    answerFor('app-ONAPPINSTALL-local')
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('active')
    expect((await scenario.portal.sends()).status).toBe(200)
  })

  it('stays pending when a forged one beside it is refused', async () => {
    await scenario.portal.installs()
    const before = await scenario.pending()
    await forge('a')
    scenario.byToken.set('forged-access-a', { answers: true, knownTokens: [] })
    await scenario.time.passes('61 s')
    expect(before).not.toBeNull()
    expect(await scenario.pending()).toMatchObject({ tokenHash: before?.tokenHash, others: [] })
  })

  it.each([
    ['before it', 8, 0],
    ['after it', 0, 8],
    ['around it', 4, 4],
  ])('is trusted although one network floods the portal %s', async (_, before, after) => {
    const flood = async (count: number, from: number): Promise<void> => {
      for (let n = from; n < from + count; n += 1) {
        const body = forgedBody(`f${n}`)
        const answer = await scenario.portal.posts(body, { address: `2001:db8:666:${n}::1` })
        expect(await answer.json()).toEqual({ accepted: true, pending: true })
      }
    }
    await flood(before, 0)
    await scenario.portal.installs()
    await flood(after, 100)
    answerFor('app-ONAPPINSTALL-local')
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('active')
  })

  it('is answered as pending only when it is stored', async () => {
    const foreign = Array.from({ length: 32 }, (_, n) => `app.foreign${n}`)
    for (const [n, clientId] of foreign.entries()) {
      scenario.byToken.set(`forged-access-p${n}`, { answers: true, clientId })
      const from = { address: `192.0.${n}.7` }
      expect((await scenario.portal.posts(forgedBody(`p${n}`), from)).status).toBe(200)
    }
    // What is over the budget for questions to the OAuth server is looked at later.
    for (let minute = 0; minute < 8; minute += 1) await scenario.time.passes('61 s')
    scenario.bitrix24.answers = false
    const more = await scenario.portal.posts(forgedBody('more'), { address: '192.0.2.8' })
    expect(more.status).toBe(403)
    const row = await scenario.pending()
    const others = (row?.others ?? []).map(({ clientId }) => clientId)
    expect(new Set([row?.clientId, ...others])).toEqual(new Set(foreign))
  })

  it.each([
    ['before it', ['planted', 'true']],
    ['after it', ['true', 'planted']],
  ])(
    'is trusted although a foreign application was planted %s under its token',
    async (_, order) => {
      const access = 'access-of-the-foreign-application'
      scenario.byToken.set(access, { answers: true, clientId: 'app.foreign' })
      for (const name of order) {
        const planted = name === 'planted' ? { 'auth[access_token]': access } : {}
        const answer = await scenario.portal.installs(planted)
        expect(await answer.json()).toEqual({ accepted: true, pending: true })
      }
      expect(pendingNames(await scenario.pending())).toEqual(['app.foreign', null])
      scenario.bitrix24.answers = true
      await scenario.time.passes('61 s')
      const { state, install } = await scenario.view()
      expect([state, install.clientId]).toEqual(['active', CLIENT_ID])
      expect((await scenario.portal.sends()).status).toBe(200)
    },
  )

  it('is trusted although a forged one with its token came after it from elsewhere', async () => {
    const [here, elsewhere] = [{ address: '192.0.2.7' }, { address: '198.51.100.7' }]
    await scenario.portal.posts(scenario.portal.body('app-ONAPPINSTALL-local'), here)
    const forged = { 'auth[access_token]': 'forged-access', ts: scenario.portal.ts() }
    await scenario.portal.posts(scenario.portal.body('app-ONAPPINSTALL-local', forged), elsewhere)
    answerFor('app-ONAPPINSTALL-local')
    await scenario.time.passes('61 s')
    expect((await scenario.view()).state).toBe('active')
  })

  it('ends when it is confirmed and its application waits with its token already', async () => {
    scenario.bitrix24.clientId = 'local.unknown'
    await scenario.portal.installs()
    scenario.bitrix24.answers = true
    await scenario.portal.installs({ ts: scenario.portal.ts() })
    expect(pendingNames(await scenario.pending())).toEqual(['local.unknown', null])
    await scenario.time.passes('61 s')
    expect(pendingNames(await scenario.pending())).toEqual(['local.unknown'])
  })

  it('is not ended by a page without an application token', async () => {
    await scenario.portal.installs()
    scenario.bitrix24.answers = true
    expect((await scenario.portal.opensPage({ APPLICATION_TOKEN: null })).status).toBe(200)
    await scenario.time.passes('61 s')
    expect((await scenario.portal.sends()).status).toBe(200)
  })
})

describe('an update that names another address', () => {
  async function update(): Promise<string | null> {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    scenario.network.handle(({ url }) =>
      new URL(url).host === scenario.domain ? new Response('gone', { status: 503 }) : null,
    )
    scenario.bitrix24.domain = `new-${scenario.domain}`
    const renamed = {
      'auth[domain]': scenario.bitrix24.domain,
      'auth[client_endpoint]': `https://${scenario.bitrix24.domain}/rest/`,
    }
    expect((await scenario.portal.updates(renamed)).status).toBe(200)
    return (await scenario.view()).domain
  }

  it('is believed when the portal answers there', async () => {
    expect(await update()).toBe(`new-${scenario.domain}`)
  })

  it('moves nothing while the portal has not answered there', async () => {
    scenario.network.handle(({ url }) =>
      url.startsWith('https://new-') && url.endsWith('/profile')
        ? Response.json({ error: 'insufficient_scope' }, { status: 403 })
        : null,
    )
    expect(await update()).toBe(scenario.domain)
  })
})

describe('an installation without a refresh token', () => {
  const WITHOUT = { 'auth[refresh_token]': null } as const

  async function refreshToken(): Promise<unknown> {
    const { application } = await scenario.stored()
    return JSON.parse(await scenario.open(application?.tokens, 'tokens')).refreshToken
  }

  it('does not replace a good pair', async () => {
    await scenario.portal.installs()
    const before = await refreshToken()
    const again = { ...WITHOUT, ts: scenario.portal.ts(-100) }
    expect((await scenario.portal.installs(again)).status).toBe(200)
    expect((await scenario.portal.updates(again)).status).toBe(200)
    expect(before).toEqual(expect.any(String))
    expect(await refreshToken()).toBe(before)
  })

  it('replaces a pair that is lost, and is better than none', async () => {
    await scenario.portal.installs(WITHOUT)
    expect(await refreshToken()).toBeNull()
    await scenario.portal.installs({ ts: scenario.portal.ts(-200) })
    expect(await refreshToken()).not.toBeNull()
    await scenario.inside(({ storage }) => {
      const trouble = JSON.stringify({ trouble: 'tokens_lost', code: '', at: 0 })
      storage.sql.exec(
        `UPDATE install SET install = json_set(install, '$.access', json(?))`,
        trouble,
      )
    })
    await scenario.relay.restarts()
    await scenario.portal.installs({ ...WITHOUT, ts: scenario.portal.ts(-100) })
    expect(await refreshToken()).toBeNull()
  })
})

describe('an install that waits for its configuration', () => {
  const UNKNOWN = 'local.0123456789abcd.12345678'

  async function configure(): Promise<void> {
    scenario.adapt = (settings) => ({ ...settings, applications: new Map([[UNKNOWN, 'secret']]) })
    await scenario.relay.restarts()
    await scenario.time.passes('61 s')
  }

  /** An administrator of the portal installs an application that has nothing to do with the relay. */
  async function plant(): Promise<number> {
    scenario.bitrix24.clientId = 'app.foreign'
    const { status } = await forge('planted')
    scenario.bitrix24.clientId = UNKNOWN
    return status
  }

  it.each([
    ['after', ['true', 'planted']],
    ['before', ['planted', 'true']],
  ])('is trusted although a foreign application was installed %s it', async (_, order) => {
    scenario.bitrix24.clientId = UNKNOWN
    const statuses: number[] = []
    for (const name of order) {
      statuses.push(name === 'planted' ? await plant() : (await scenario.portal.installs()).status)
    }
    expect(statuses).toEqual([200, 200])
    await configure()
    expect((await scenario.view()).install.clientId).toBe(UNKNOWN)
    expect((await scenario.portal.sends()).status).toBe(200)
  })
})

describe('more than 20 installations a minute', () => {
  it('wait instead of being refused, and are asked about in turn', async () => {
    await scenario.portal.installs()
    const asked = () => scenario.asked('/rest/app.info').length
    const before = asked()
    // The budget refills with time, and a slow machine must not be seen as a longer minute.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + MINUTE_MS })
    for (let n = 0; n < 60; n += 1) {
      scenario.byToken.set(`forged-access-f${n}`, { knownTokens: [] })
      await forge(`f${n}`)
    }
    expect(asked() - before).toBe(20)
    vi.useRealTimers()
    const update = await scenario.portal.updates(WITH_NEW_TOKEN)
    expect(await update.json()).toEqual({ accepted: true, pending: true })
    for (let minute = 0; minute < 3; minute += 1) await scenario.time.passes('61 s')
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
  })
})

describe('a true update at an installed portal', () => {
  it('is trusted although a forged install came after it during an outage', async () => {
    await scenario.portal.installs()
    scenario.bitrix24.answers = false
    await scenario.portal.updates(WITH_NEW_TOKEN)
    await forge('a')
    answerFor('app-ONAPPUPDATE')
    await scenario.time.passes('61 s')
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
  })

  it('makes its token the current one although a page was visited after it', async () => {
    await scenario.portal.installs()
    await scenario.portal.opensPage({ APPLICATION_TOKEN: null })
    await scenario.portal.updates({ ...WITH_NEW_TOKEN, ts: scenario.portal.ts(-300) })
    scenario.time.passesWithoutAlarm('25 h')
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
  })

  it('is not ended by an uninstall that is older than it', async () => {
    await scenario.portal.installs({ ts: scenario.portal.ts(-900) })
    scenario.bitrix24.answers = false
    await scenario.portal.installs({ ts: scenario.portal.ts(-100) })
    const before = await scenario.pending()
    await scenario.portal.uninstalls('keep-data', { ts: scenario.portal.ts(-200) })
    expect(before).not.toBeNull()
    expect(await scenario.pending()).toEqual(before)
    await scenario.relay.restarts()
    expect(await scenario.pending()).toEqual(before)
  })
})

describe('a page', () => {
  it('installs again within a minute of an uninstall, whose repetition ends nothing', async () => {
    await scenario.portal.installs()
    await scenario.portal.uninstalls('keep-data', { ts: scenario.portal.ts(-10) })
    expect((await scenario.portal.opensPage()).status).toBe(200)
    const token = new URLSearchParams(scenario.portal.body('install-page-body')).get(
      'APPLICATION_TOKEN',
    )
    const again = { 'auth[application_token]': token, ts: scenario.portal.ts(-10) }
    expect((await scenario.portal.claimsUninstall('keep-data', again)).status).toBe(200)
    expect((await scenario.view()).install.kinds).toEqual(['application'])
  })

  it('does not make an uninstall late that came on the way', async () => {
    await scenario.portal.installs({ ts: scenario.portal.ts(-900) })
    await scenario.portal.opensPage()
    await scenario.portal.uninstalls('keep-data', { ts: scenario.portal.ts(-300) })
    expect((await scenario.view()).state).toBe('uninstalled')
  })

  it("of an ordinary user does not move the portal's events to the address it was called at", async () => {
    await scenario.portal.installs()
    visitAs(77)
    const http = `${RELAY.replace('https:', 'http:')}/bitrix24/events`
    const request = {
      ...decodedInstall(scenario.portal.body('install-page-body')),
      handlerUrl: http,
    }
    expect(await scenario.object.install(request)).toMatchObject({ kind: 'installed' })
    expect((await scenario.stored()).handlerUrl).toBe(`${RELAY}/bitrix24/events`)
  })

  it('that changes nothing is not written to KV', async () => {
    await scenario.portal.installs()
    await scenario.kvFollows()
    const saved = vi.fn<() => Promise<void>>(async () => {})
    scenario.adapt = (settings) => {
      const installStore = Object.create(settings.installStore, { save: { value: saved } })
      return { ...settings, installStore }
    }
    await scenario.relay.restarts()
    visitAs(77)
    await scenario.portal.opensPage()
    expect(saved).not.toHaveBeenCalled()
  })

  it('does not report subscriptions as missing that the portal was not able to list', async () => {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    const before = (await scenario.stored()).subscriptions
    let listed = 0
    scenario.network.handle(({ url }) => {
      if (!url.endsWith('/rest/event.get')) return null
      listed += 1
      return Response.json({ error: 'expired_token' }, { status: 401 })
    })
    await scenario.relay.restarts()
    visitAs(77)
    await scenario.portal.opensPage()
    // Once more after the refresh that the answer asks for.
    await vi.waitFor(() => expect(listed).toBe(2))
    await scenario.idles()
    expect((await scenario.stored()).subscriptions).toEqual(before)
  })

  it('without a new pair does not ask for the subscriptions again', async () => {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    const before = scenario.network.sent.filter(({ url }) => url.endsWith('/rest/event.get')).length
    visitAs(77)
    await scenario.portal.opensPage()
    await scenario.idles()
    const after = scenario.network.sent.filter(({ url }) => url.endsWith('/rest/event.get')).length
    expect(after).toBe(before)
  })
})

describe('a second application', () => {
  beforeEach(async () => {
    scenario.adapt = (settings) => ({
      ...settings,
      applications: new Map([...settings.applications, [SECOND, 'secret-of-the-second']]),
    })
    await scenario.portal.installs()
    scenario.bitrix24.clientId = SECOND
  })

  it('is refused with a remedy, so that the first one goes on speaking', async () => {
    expect(
      (await scenario.portal.installs({ ...WITH_NEW_TOKEN, ts: scenario.portal.ts(-800) })).status,
    ).toBe(403)
    const { install, refused } = await scenario.view()
    expect(install.clientId).toBe(CLIENT_ID)
    expect(refused).toMatchObject({
      count: 1,
      reason: 'another_application',
      remedy: expect.stringMatching(/^Uninstall the application that the portal has/u),
    })
    expect(install.refusedApplication).toEqual({
      clientId: SECOND,
      at: expect.any(String),
      remedy: refused.remedy,
    })
    scenario.time.passesWithoutAlarm('25 h')
    expect((await scenario.portal.sends()).status).toBe(200)
  })

  it('is shown beside the first one, whatever is refused after it', async () => {
    await scenario.portal.installs({ ...WITH_NEW_TOKEN, ts: scenario.portal.ts(-800) })
    scenario.bitrix24.clientId = CLIENT_ID
    scenario.bitrix24.memberId = 'f'.repeat(32)
    await forge('a')
    const { install, refused } = await scenario.view()
    expect(refused.reason).toBe('member_mismatch')
    expect(install.refusedApplication?.clientId).toBe(SECOND)
  })

  it('that had waited for its configuration is refused before its pair is redeemed', async () => {
    scenario.adapt = (settings) => settings
    await scenario.relay.restarts()
    expect(
      (await scenario.portal.installs({ ...WITH_NEW_TOKEN, ts: scenario.portal.ts(-800) })).status,
    ).toBe(200)
    scenario.adapt = (settings) => ({
      ...settings,
      applications: new Map([...settings.applications, [SECOND, 'secret-of-the-second']]),
    })
    await scenario.relay.restarts()
    await scenario.time.passes('61 s')
    const { install, refused, pending } = await scenario.view()
    expect({ clientId: install.clientId, reason: refused.reason, pending }).toEqual({
      clientId: CLIENT_ID,
      reason: 'another_application',
      pending: null,
    })
    expect(scenario.asked('/oauth/token/')).toEqual([])
  })

  it('is installed after the first one was uninstalled', async () => {
    await scenario.portal.uninstalls('keep-data', { ts: scenario.portal.ts(-850) })
    expect(
      (await scenario.portal.installs({ ...WITH_NEW_TOKEN, ts: scenario.portal.ts(-800) })).status,
    ).toBe(200)
    expect((await scenario.view()).install.clientId).toBe(SECOND)
  })

  it('takes the place of one that is configured no more', async () => {
    scenario.adapt = (settings) => ({ ...settings, applications: new Map([[SECOND, 'secret']]) })
    await scenario.relay.restarts()
    expect(
      (await scenario.portal.installs({ ...WITH_NEW_TOKEN, ts: scenario.portal.ts(-800) })).status,
    ).toBe(200)
    expect((await scenario.view()).install.clientId).toBe(SECOND)
  })
})
