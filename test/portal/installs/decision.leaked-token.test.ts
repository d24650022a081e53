/**
 * G7: a leaked refresh token of an administrator takes no portal over. The relay redeems a presented refresh
 * token only for a held install whose access token an OAuth server has confirmed before.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ACCEPTED,
  PENDING,
  REFUSED,
  RelayScenario,
  said,
  UNKNOWN_CLIENT_ID,
} from '../../support/scenarios/relay-scenario.ts'
import { bitrix24Body } from '../../support/builders/bitrix24-bodies.ts'
import { WITH_NEW_TOKEN } from '../../support/worker/runtime-bindings.ts'
import { CLIENT_ID } from '../../support/identity.ts'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(async () => {
  await scenario.close()
})

const STORED = new URLSearchParams(bitrix24Body('app-ONAPPINSTALL-local'))

/** An installation with an expired access token, an invented application token, and this refresh token. */
function forged(refreshToken: string | null) {
  return {
    ...WITH_NEW_TOKEN,
    'auth[access_token]': 'an-expired-access-token',
    'auth[refresh_token]': refreshToken,
    ts: scenario.portal.ts(-10),
  }
}

/** The OAuth server finds this access token expired, and every other one good. */
function expires(): void {
  scenario.network.handle(({ url, body }) =>
    url.endsWith('/rest/app.info') &&
    new URLSearchParams(body).get('auth') === 'an-expired-access-token'
      ? Response.json({ error: 'expired_token' }, { status: 401 })
      : null,
  )
}

describe('an installation whose access token has expired', () => {
  it.each([
    ['the stored refresh token', STORED.get('auth[refresh_token]')],
    ['another refresh token of an administrator', 'a-leaked-refresh-token'],
    ['no refresh token', null],
  ])('is refused at a known portal with %s, and the true token stays', async (_, refreshToken) => {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    expires()
    for (const send of ['installs', 'updates'] as const) {
      expect(await said(scenario.portal[send](forged(refreshToken)))).toEqual(REFUSED)
    }
    expect((await scenario.view()).refused).toMatchObject({ count: 2, reason: 'token_expired' })
    expect(scenario.asked('/oauth/token/')).toEqual([])
    scenario.time.passesWithoutAlarm('25 h')
    expect((await scenario.portal.sends()).status).toBe(200)
    expect(await said(scenario.portal.sends(WITH_NEW_TOKEN))).toEqual(REFUSED)
  })

  it('is refused at an unknown portal, and leaves nothing', async () => {
    expires()
    expect(await said(scenario.portal.installs(forged('a-leaked-refresh-token')))).toEqual(REFUSED)
    expect(scenario.asked('/oauth/token/')).toEqual([])
    expect((await scenario.traces()).tables).toEqual({})
  })

  it('is refused on the page and as that of a system user', async () => {
    await scenario.portal.installs()
    expires()
    const page = { AUTH_ID: 'an-expired-access-token', APPLICATION_TOKEN: 'f'.repeat(32) }
    expect((await scenario.portal.opensPage(page)).status).toBe(403)
    const system = { 'data[access_token]': 'an-expired-access-token' }
    expect(await said(scenario.portal.presentsSystemUser(system))).toEqual(REFUSED)
    expect((await scenario.view()).refused).toMatchObject({ count: 2, reason: 'token_expired' })
    expect(scenario.asked('/oauth/token/')).toEqual([])
  })

  it('is refused when it expires while it waits for an OAuth server', async () => {
    scenario.bitrix24.answers = false
    expect(await said(scenario.portal.installs(forged('a-leaked-refresh-token')))).toEqual(PENDING)
    scenario.bitrix24.answers = true
    expires()
    await scenario.time.passes('61 s')
    expect(await scenario.pending()).toBeNull()
    expect(scenario.asked('/oauth/token/')).toEqual([])
  })
})

describe('a held install whose access token was confirmed', () => {
  beforeEach(async () => {
    scenario.bitrix24.clientId = UNKNOWN_CLIENT_ID
    expect(await said(scenario.portal.installs())).toEqual(PENDING)
    scenario.adapt = (settings) => ({
      ...settings,
      applications: new Map([
        [UNKNOWN_CLIENT_ID, 'secret'],
        [CLIENT_ID, 'secret'],
      ]),
    })
    await scenario.relay.restarts()
  })

  it('is the one whose refresh token is redeemed', async () => {
    await scenario.time.passes('61 s')
    expect(scenario.asked('/oauth/token/')).toHaveLength(1)
    expect((await scenario.view()).state).toBe('active')
    expect(await said(scenario.portal.updates({ ts: scenario.portal.ts() }))).toEqual(ACCEPTED)
  })

  it("is refused when the refresh token was another user's", async () => {
    scenario.bitrix24.userId = 2
    await scenario.time.passes('61 s')
    expect(await scenario.pending()).toBeNull()
    expect((await scenario.admin()).status).toBe(404)
  })
})
