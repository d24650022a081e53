/**
 * G7: who may end an installation. The application token alone does not: every user of an application with an
 * interface can read it. The portal itself is asked, with the stored pair, before any refresh.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { APPLICATION_GONE } from '../../../support/network/bitrix24-network.ts'
import {
  ACCEPTED,
  REFUSED,
  RelayScenario,
  said,
} from '../../../support/scenarios/relay-scenario.ts'
import { APPLICATION_TOKEN } from '../../../support/identity.ts'

let scenario: RelayScenario

beforeEach(async () => {
  scenario = new RelayScenario()
  await scenario.portal.installs()
  await scenario.isSubscribed()
})

afterEach(async () => {
  await scenario.close()
})

/** The questions to the portal and to the OAuth servers since a moment, by their paths. */
function asked(since: number): string[] {
  const paths = scenario.network.sent.slice(since).map(({ url }) => new URL(url).pathname)
  // A look at the bindings asks app.info right before event.get.
  return paths.filter(
    (path, index) =>
      path === '/oauth/token/' ||
      (path === '/rest/app.info' && paths[index + 1] !== '/rest/event.get'),
  )
}

/** What is left of the installation. */
async function left(): Promise<unknown> {
  const { application, hashes, uninstallNotice } = await scenario.stored()
  return {
    installed: application !== null && hashes.length > 0,
    notice: uninstallNotice !== null,
    events: (await scenario.tables())['log']?.length,
  }
}

const KEPT = { installed: true, notice: true, events: 1 }
const DROPPED = { installed: true, notice: false, events: 1 }
const ENDED = { installed: false, notice: false, events: 1 }
const ERASED = { installed: false, notice: false, events: 0 }

describe('an uninstall that the portal confirms', () => {
  it.each([
    ['clean', ERASED],
    ['keep-data', ENDED],
  ] as const)('is done at once (%s)', async (kind, expected) => {
    await scenario.portal.sends()
    expect(await said(scenario.portal.uninstalls(kind))).toEqual(ACCEPTED)
    expect(await left()).toEqual(expected)
  })

  it('is confirmed by the stored pair, before any refresh', async () => {
    const since = scenario.network.sent.length
    await scenario.portal.uninstalls('clean')
    expect(asked(since)).toEqual(['/rest/app.info'])
    expect(new URL(scenario.network.sent[since]?.url ?? '').host).toBe(scenario.domain)
  })

  it('is confirmed by an OAuth server that says not_installed to an expired pair', async () => {
    await scenario.portal.sends()
    scenario.bitrix24.portalRefusal = { error: 'expired_token', status: 401 }
    scenario.bitrix24.refusal = { error: 'NOT_INSTALLED', status: 401 }
    const since = scenario.network.sent.length
    expect(await said(scenario.portal.claimsUninstall('clean'))).toEqual(ACCEPTED)
    expect(asked(since)).toEqual(['/rest/app.info', '/oauth/token/'])
    expect(await left()).toEqual(ERASED)
  })

  it('is confirmed at a later question', async () => {
    await scenario.portal.sends()
    scenario.bitrix24.portalRefusal = { error: 'INTERNAL_SERVER_ERROR', status: 503 }
    await scenario.portal.claimsUninstall('clean')
    expect(await left()).toEqual(KEPT)
    scenario.portal.removesApplication()
    await scenario.time.passes('61 s')
    expect(await left()).toEqual(ERASED)
  })
})

describe('an uninstall that the portal denies', () => {
  it.each([
    ['a success', null],
    ['insufficient_scope', { error: 'insufficient_scope', status: 403 }],
    ['user_access_error', { error: 'user_access_error', status: 401 }],
  ])('ends nothing (%s)', async (_, refusal) => {
    await scenario.portal.sends()
    scenario.bitrix24.portalRefusal = refusal
    expect(await said(scenario.portal.claimsUninstall('clean'))).toEqual(ACCEPTED)
    expect(await left()).toEqual(KEPT)
    expect((await scenario.portal.sends()).status).toBe(200)
    const { uninstallNotice } = await scenario.view()
    expect(uninstallNotice).toMatchObject({ clean: true, denied: true })
  })

  it('is asked about after 1 min, 10 min, 1 h and 24 h, and then dropped', async () => {
    await scenario.portal.sends()
    await scenario.portal.claimsUninstall('clean')
    for (const span of ['61 s', '9 min', '50 min'] as const) {
      const since = scenario.network.sent.length
      await scenario.time.passes(span)
      expect([span, asked(since)]).toEqual([span, ['/rest/app.info']])
      expect(await left()).toEqual(KEPT)
    }
    await scenario.time.passes('23 h')
    expect(await left()).toEqual(DROPPED)
    const since = scenario.network.sent.length
    await scenario.relay.restarts()
    await scenario.time.alarmFires()
    expect(asked(since)).toEqual([])
  })

  it('is not taken for true because the portal is silent a day later', async () => {
    await scenario.portal.sends()
    await scenario.portal.claimsUninstall('clean')
    scenario.bitrix24.portalRefusal = { error: 'INTERNAL_SERVER_ERROR', status: 503 }
    await scenario.time.passes('24 h')
    expect(await left()).toEqual(DROPPED)
  })

  it('leaves one notice, the last one', async () => {
    await scenario.portal.claimsUninstall('clean')
    await scenario.portal.claimsUninstall('keep-data')
    expect((await scenario.stored()).uninstallNotice).toMatchObject({ clean: false })
    await scenario.portal.sends()
    scenario.portal.removesApplication()
    await scenario.time.passes('61 s')
    expect(await left()).toEqual(ENDED)
  })

  it('is forgotten when the application is installed after it', async () => {
    scenario.bitrix24.portalRefusal = { error: 'INTERNAL_SERVER_ERROR', status: 503 }
    await scenario.portal.claimsUninstall('clean', { ts: scenario.portal.ts(-10) })
    scenario.bitrix24.portalRefusal = null
    expect(await said(scenario.portal.installs({ ts: scenario.portal.ts(-5) }))).toEqual(ACCEPTED)
    expect((await scenario.stored()).uninstallNotice).toBeNull()
  })
})

describe('an uninstall about which nobody can say anything', () => {
  it.each([
    ['503', { error: 'INTERNAL_SERVER_ERROR', status: 503 }, null],
    ['a limit', { error: 'QUERY_LIMIT_EXCEEDED', status: 503 }, null],
    ['a closed portal', { error: 'PORTAL_DELETED', status: 500 }, null],
    ['a portal without licence', { error: 'PAYMENT_REQUIRED', status: 402 }, null],
    ['a dead pair', 'expired_token', 'invalid_grant'],
    ['a wrong secret', 'expired_token', 'invalid_client'],
    ['a pair that the licence does not renew', 'expired_token', 'PAYMENT_REQUIRED'],
    ['a fresh pair that is refused too', 'expired_token', null],
  ] as const)('takes events for a day, then the tokens go: %s', async (_, portal, oauth) => {
    await scenario.portal.sends()
    scenario.bitrix24.portalRefusal =
      typeof portal === 'string' ? { error: portal, status: 401 } : portal
    if (oauth !== null) scenario.bitrix24.refusal = { error: oauth, status: 401 }
    expect(await said(scenario.portal.claimsUninstall('clean'))).toEqual(ACCEPTED)
    expect(await left()).toEqual(KEPT)
    await scenario.time.passes('23 h')
    expect((await scenario.portal.sends()).status).toBe(200)
    await scenario.time.passes('61 min')
    // Only a confirmed CLEAN=1 erases.
    expect(await left()).toEqual({ ...ENDED, events: 2 })
    expect(await said(scenario.portal.sends())).toEqual(REFUSED)
  })

  it('is asked about again after the object has begun anew', async () => {
    await scenario.portal.sends()
    scenario.bitrix24.portalRefusal = { error: 'INTERNAL_SERVER_ERROR', status: 503 }
    await scenario.portal.claimsUninstall('clean')
    await scenario.relay.restarts()
    scenario.bitrix24.portalRefusal = APPLICATION_GONE
    await scenario.time.passes('61 s')
    expect(await left()).toEqual(ERASED)
  })

  it('goes on when no pair was ever kept', async () => {
    await scenario.portal.sends()
    await scenario.inside(({ storage }) => {
      storage.sql.exec(
        `UPDATE install SET install = json_set(install, '$.application.tokens', json('null'))`,
      )
    })
    await scenario.relay.restarts()
    const since = scenario.network.sent.length
    await scenario.portal.claimsUninstall('clean')
    expect(asked(since)).toEqual([])
    expect(await left()).toEqual(KEPT)
    await scenario.time.passes('25 h')
    expect(await left()).toEqual(ENDED)
  })
})

describe('a former application token', () => {
  it('ends nothing, even if the portal would confirm it', async () => {
    await scenario.portal.updatesToken()
    const former = { 'auth[application_token]': APPLICATION_TOKEN }
    expect((await scenario.portal.sends(former)).status).toBe(200)
    expect(await said(scenario.portal.uninstalls('clean', former))).toEqual(REFUSED)
    expect(await left()).toEqual(DROPPED)
  })
})

it('an answer of the portal that comes late is still carried out', async () => {
  await scenario.portal.sends()
  const { promise, resolve } = Promise.withResolvers<null>()
  scenario.network.handle(({ url }) => (url.endsWith('/rest/app.info') ? promise : null))
  scenario.portal.removesApplication()
  expect(await said(scenario.portal.claimsUninstall('clean'))).toEqual(ACCEPTED)
  expect(await left()).toEqual(KEPT)
  resolve(null)
  await vi.waitFor(async () => expect(await left()).toEqual(ERASED))
})
