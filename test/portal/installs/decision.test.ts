/**
 * G7: who may install. A portal is trusted by the word of an OAuth server and of an administrator alone; the
 * tests of uninstalls stand in test/portal/tasks/installs/uninstall.test.ts.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ACCEPTED, RelayScenario, REFUSED, said } from '../../support/scenarios/relay-scenario.ts'
import { NO_TRACES, directoryTables, dumpKv } from '../../support/worker/traces.ts'
import { type Changes } from '../../support/scenarios/relay-portal.ts'
import { WITH_NEW_TOKEN } from '../../support/worker/runtime-bindings.ts'

/** ONAPPUSERREADY's second pair. */
const SYSTEM_ACCESS = '9049b16a0043d4ca0042213e000002000000070011223344556677889900aabbccddeeff'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(async () => {
  await scenario.close()
})

function userReady(changes: Changes = {}): Promise<Response> {
  scenario.byToken.set(SYSTEM_ACCESS, { userId: 512, isAdmin: false })
  return scenario.portal.presentsSystemUser(changes)
}

/** The caller of everything that follows is this user, as the OAuth server and the portal say. */
function callAs(user: 'admin' | 'ordinary' | 'former installer'): void {
  scenario.bitrix24.userId = user === 'ordinary' ? 77 : 1
  scenario.bitrix24.isAdmin = user === 'admin'
}

const AS_ORDINARY: Changes = { 'auth[user_id]': 77, 'auth[access_token]': 'access-of-user-77' }

describe('G7 who may install', () => {
  it('ONAPPINSTALL that app.info confirms installs the portal', async () => {
    expect(await said(scenario.portal.installs())).toEqual(ACCEPTED)
    const { install, state, domain } = await scenario.view()
    expect({ state, domain, kinds: install.kinds, tokens: install.tokens }).toEqual({
      state: 'active',
      domain: scenario.domain,
      kinds: ['application'],
      tokens: 'valid',
    })
    expect(await (await scenario.portal.sends()).json()).toEqual({ accepted: true, sequence: 1 })
  })

  it.each([
    ['ONAPPINSTALL', () => scenario.portal.installs()],
    ['ONAPPUPDATE', () => scenario.portal.updates()],
    ['ONAPPUSERREADY', () => userReady()],
  ])('%s is not believed when no OAuth server knows its token', async (_, send) => {
    scenario.bitrix24.knownTokens = []
    expect(await said(send())).toEqual(REFUSED)
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })

  it('the install page is not believed when no OAuth server knows its token', async () => {
    scenario.bitrix24.knownTokens = []
    expect((await scenario.portal.opensPage()).status).toBe(403)
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })

  it.each<[string, () => void]>([
    ['member_id', () => (scenario.bitrix24.memberId = 'f'.repeat(32))],
    ['domain', () => (scenario.bitrix24.domain = 'other.bitrix24.com')],
    ['user', () => (scenario.bitrix24.userId = 9)],
  ])('app.info that does not agree on %s refuses the install', async (_, change) => {
    change()
    expect(await said(scenario.portal.installs())).toEqual(REFUSED)
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })

  it('ONAPPUSERREADY is refused when the second pair is of another client id', async () => {
    scenario.byToken.set(SYSTEM_ACCESS, { userId: 512, clientId: 'local.another' })
    expect(await said(scenario.portal.presentsSystemUser())).toEqual(REFUSED)
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })

  it('an OAuth server that is not allow-listed is never asked', async () => {
    const changes = { 'auth[server_endpoint]': 'https://oauth.evil.example.com/rest/' }
    expect(await said(scenario.portal.installs(changes))).toEqual(REFUSED)
    expect(scenario.network.sent).toEqual([])
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })

  it('endpoint and domain come from the answer of app.info and not from the claims', async () => {
    await scenario.portal.installs({
      'auth[domain]': scenario.domain,
      'auth[client_endpoint]': 'https://evil.example.com/rest/',
    })
    const { application } = await scenario.stored()
    expect(application?.domain).toBe(scenario.domain)
    expect(application?.clientEndpoint).toBe(`https://${scenario.domain}/rest/`)
  })

  it('a first application token from an ordinary user is refused and nothing is stored', async () => {
    callAs('ordinary')
    expect(await said(scenario.portal.installs(AS_ORDINARY))).toEqual(REFUSED)
    expect(await scenario.traces()).toEqual(NO_TRACES)
    expect(await said(scenario.portal.sends())).toEqual(REFUSED)
  })

  it('an administrator is who the verified endpoint calls one, and only for the same user', async () => {
    scenario.network.handle(({ url }) =>
      url === `https://${scenario.domain}/rest/profile`
        ? Response.json({ result: { ID: '2', ADMIN: true } })
        : null,
    )
    expect(await said(scenario.portal.installs())).toEqual(REFUSED)
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })

  it('a different application token from an ordinary user is refused', async () => {
    await scenario.portal.installs()
    callAs('ordinary')
    expect(await said(scenario.portal.updatesToken(AS_ORDINARY))).toEqual(REFUSED)
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(403)
    expect((await scenario.portal.sends()).status).toBe(200)
  })

  it('a different application token is taken from an administrator', async () => {
    await scenario.portal.installs()
    scenario.bitrix24.userId = 5
    expect(await said(scenario.portal.updatesToken({ 'auth[user_id]': 5 }))).toEqual(ACCEPTED)
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
  })

  it('a different application token is taken from the recorded installer', async () => {
    await scenario.portal.installs()
    callAs('former installer')
    expect(await said(scenario.portal.updatesToken())).toEqual(ACCEPTED)
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
  })

  it("a different application token is taken from the application's system user", async () => {
    await scenario.portal.installs()
    expect(await said(userReady())).toEqual(ACCEPTED)
    expect((await scenario.stored()).application?.systemUserId).toBe(512)
    scenario.byToken.set('access-of-512', { userId: 512, isAdmin: false })
    const asSystem = { 'auth[user_id]': 512, 'auth[access_token]': 'access-of-512' }
    expect(await said(scenario.portal.updatesToken(asSystem))).toEqual(ACCEPTED)
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
  })

  it('the system user is recorded only when a privileged user sends ONAPPUSERREADY', async () => {
    await scenario.portal.installs()
    callAs('ordinary')
    expect(await said(userReady(AS_ORDINARY))).toEqual(ACCEPTED)
    const { application } = await scenario.stored()
    expect(application?.systemUserId).toBeNull()
    expect(application?.systemTokens).toBeNull()
    scenario.byToken.set('access-of-512', { userId: 512, isAdmin: false })
    expect(
      await said(
        scenario.portal.updatesToken({
          'auth[user_id]': 512,
          'auth[access_token]': 'access-of-512',
        }),
      ),
    ).toEqual(REFUSED)
  })

  it("an ordinary user's pair never replaces the installer's", async () => {
    await scenario.portal.installs()
    const before = (await scenario.stored()).application
    callAs('ordinary')
    expect(
      await said(
        scenario.portal.updates({
          ...AS_ORDINARY,
          'auth[expires]': scenario.portal.ts(7200),
          ts: scenario.portal.ts(-1),
        }),
      ),
    ).toEqual(ACCEPTED)
    const after = (await scenario.stored()).application
    expect(after?.tokens).toBe(before?.tokens)
    expect(after?.tokensIssuedAt).toBe(before?.tokensIssuedAt)
    callAs('admin')
    await scenario.portal.updates({
      'auth[expires]': scenario.portal.ts(7200),
      ts: scenario.portal.ts(-1),
    })
    expect((await scenario.stored()).application?.tokens).not.toBe(before?.tokens)
  })

  it('a claimed expiry of the far future does not keep later pairs out', async () => {
    await scenario.portal.installs({ 'auth[expires]': 4_102_444_000 })
    const before = (await scenario.stored()).application?.tokens
    await scenario.portal.updates({ 'auth[expires]': scenario.portal.ts(3600 + 60) })
    expect((await scenario.stored()).application?.tokens).not.toBe(before)
  })

  it('the former application token stays valid for 24 h beside a new one', async () => {
    await scenario.portal.installs()
    expect(await said(scenario.portal.updatesToken())).toEqual(ACCEPTED)
    scenario.time.passesWithoutAlarm('1439 min')
    await scenario.relay.restarts()
    expect((await scenario.portal.sends()).status).toBe(200)
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
    scenario.time.passesWithoutAlarm('61 s')
    expect(await said(scenario.portal.sends())).toEqual(REFUSED)
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
  })

  it("the visit of an administrator renews the pair, an ordinary user's visit does not", async () => {
    await scenario.portal.installs({
      ts: scenario.portal.ts(-900),
      'auth[expires]': scenario.portal.ts(2700),
    })
    const before = (await scenario.stored()).application?.tokens
    callAs('ordinary')
    expect((await scenario.portal.opensPage({ AUTH_ID: 'access-of-user-77' })).status).toBe(200)
    expect((await scenario.stored()).application?.tokens).toBe(before)
    callAs('admin')
    expect((await scenario.portal.opensPage()).status).toBe(200)
    expect((await scenario.stored()).application?.tokens).not.toBe(before)
  })

  it('a page of an older portal without application token trusts no event', async () => {
    expect((await scenario.portal.opensPage({ APPLICATION_TOKEN: null })).status).toBe(200)
    expect((await scenario.view()).state).toBe('unfinished')
    expect(await said(scenario.portal.sends())).toEqual(REFUSED)
    await scenario.portal.installs({ ts: scenario.portal.ts(-70) })
    expect((await scenario.portal.sends()).status).toBe(200)
  })
})

describe('G7 a forged install changes nothing', () => {
  it('refusals at a known portal are counted and shown with the remedy', async () => {
    await scenario.portal.installs()
    callAs('ordinary')
    await scenario.portal.updatesToken(AS_ORDINARY)
    await scenario.portal.updatesToken(AS_ORDINARY)
    expect((await scenario.view()).refused).toEqual({
      count: 2,
      lastAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/u),
      reason: 'not_administrator',
      remedy:
        'Let an administrator of the portal open or install the application again: only an ' +
        'administrator, the recorded installer or the system user may bring a new application token',
    })
  })

  it('a forged install at a known portal changes nothing but the count of refusals', async () => {
    await scenario.portal.installs()
    await scenario.portal.sends()
    await vi.waitFor(() => expect(scenario.receiver('erp').delivered()).toHaveLength(1))
    await vi.waitFor(() => expect(scenario.network.to('hooks.slack.com')).toHaveLength(1))
    await vi.waitFor(async () =>
      expect((await scenario.view()).lanes.map(({ backlog }) => backlog)).toEqual([0, 0]),
    )
    const kv = await dumpKv()
    const { install: _, ...before } = await scenario.tables()
    const { refused: none, ...installed } = await scenario.stored()
    scenario.bitrix24.knownTokens = []
    expect(await said(scenario.portal.installs({ 'auth[access_token]': 'forged' }))).toEqual(
      REFUSED,
    )
    expect(await said(scenario.portal.updatesToken({ 'auth[access_token]': 'forged' }))).toEqual(
      REFUSED,
    )
    const { install: __, ...after } = await scenario.tables()
    const { refused, ...still } = await scenario.stored()
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
    expect(await said(scenario.portal.sends())).toEqual(REFUSED)
    expect(await said(scenario.portal.uninstalls('clean'))).toEqual(REFUSED)
    expect(await said(scenario.portal.posts(scenario.portal.body('app-ONAPPTEST')))).toEqual(
      REFUSED,
    )
    expect(
      await said(
        scenario.portal.posts(
          scenario.portal.body('webhook-ONCRMDEALADD', {
            'auth[application_token]': 'no-such-token-anywhere',
          }),
        ),
      ),
    ).toEqual(REFUSED)
    expect((await scenario.portal.sends({ 'auth[member_id]': 'garbage' })).status).toBe(400)
    expect((await scenario.portal.posts('a=b')).status).toBe(400)
    expect((await scenario.admin()).status).toBe(404)
    const value = { method: 'PUT', body: '{"value":"x"}' }
    expect((await scenario.admin('/values/TEAM', value)).status).toBe(404)
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })
})
