/** Pending installs that the alarm looks at again: which are trusted, which go on waiting, which end. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HOUR_MS } from '../../../src/core/lanes/retry.ts'
import { createSealer } from '../../../src/storage/seal.ts'
import { NOTHING_LEFT, PortalLab, directoryTables, said } from '../../support/relay-scenario.ts'

const MINUTE_MS = 60_000
const UNKNOWN = 'local.0123456789abcd.12345678'
const SECRET = 'secret-of-the-unknown-application'
const NEW_TOKEN = 'c917d38f6bdb84e9d9e0bfe9d585be73'
const PENDING = { status: 200, body: { accepted: true, pending: true } }

let lab: PortalLab

beforeEach(() => {
  lab = new PortalLab()
})

afterEach(async () => {
  await lab.close()
})

/** The operator deploys with the application configured. */
async function configure(): Promise<void> {
  lab.adapt = (settings) => ({ ...settings, applications: new Map([[UNKNOWN, SECRET]]) })
  await lab.restart()
}

describe('an install of an unknown application', () => {
  beforeEach(() => {
    lab.bitrix24.clientId = UNKNOWN
  })

  it('is not asked about while its application is not configured', async () => {
    await lab.install()
    const before = lab.network.sent.length
    await lab.later(MINUTE_MS + 1000)
    expect(lab.network.sent.length).toBe(before)
    expect((await lab.view()).state).toBe('pending')
  })

  it('is trusted when it has been configured and a refresh with its secret has succeeded', async () => {
    await lab.install()
    await configure()
    expect((await lab.event()).status).toBe(403)
    await lab.later(MINUTE_MS + 1000)
    expect(lab.asked('/oauth/token/').map((form) => form.get('client_secret'))).toEqual([SECRET])
    expect((await lab.view()).state).toBe('active')
    expect(await lab.pending()).toBeNull()
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
    ['a wrong secret', () => lab.refuseRefreshes('invalid_client', 400)],
    ['a silent OAuth server', () => (lab.bitrix24.answers = false)],
    ['a suspended licence', () => lab.refuseRefreshes('payment_required', 402)],
  ])('goes on waiting after %s', async (_, fail) => {
    await lab.install()
    fail()
    await configure()
    await lab.later(MINUTE_MS + 1000)
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
    await lab.later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('active')
  })

  it('is not trusted by a refresh that brings the pair of another portal', async () => {
    await lab.install()
    await configure()
    lab.bitrix24.memberId = 'f'.repeat(32)
    await lab.later(MINUTE_MS + 1000)
    expect(await lab.pending()).toBeNull()
    expect(await lab.leftOver()).toEqual(NOTHING_LEFT)
  })

  it('ends with nothing left when its refresh token is dead', async () => {
    await lab.install()
    await configure()
    lab.refuseRefreshes('invalid_grant', 400)
    await lab.later(MINUTE_MS + 1000)
    expect(await lab.leftOver()).toEqual(NOTHING_LEFT)
  })

  it('survives a missing key until the key is back', async () => {
    await lab.install()
    const otherKey = { id: 'k2', key: new Uint8Array(32).fill(2) }
    lab.adapt = (settings) => ({ ...settings, sealer: createSealer([otherKey]) })
    await lab.restart()
    await lab.later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('pending')
    await configure()
    await lab.later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('active')
  })
})

describe('an install that the OAuth server has not answered', () => {
  beforeEach(() => {
    lab.bitrix24.answers = false
  })

  it('is asked about again each minute and trusted when the server answers', async () => {
    const start = Date.now()
    await lab.install()
    expect(((await lab.alarmAt()) ?? 0) - start).toBeGreaterThanOrEqual(MINUTE_MS)
    expect(((await lab.alarmAt()) ?? 0) - start).toBeLessThan(MINUTE_MS + 5000)
    const before = lab.asked('/rest/app.info').length
    await lab.later(MINUTE_MS / 2)
    expect(lab.asked('/rest/app.info')).toHaveLength(before)
    await lab.later(MINUTE_MS / 2 + 1000)
    expect(lab.asked('/rest/app.info')).toHaveLength(before + 1)
    await lab.later(MINUTE_MS + 1000)
    expect(lab.asked('/rest/app.info')).toHaveLength(before + 2)
    lab.bitrix24.answers = true
    await lab.later(MINUTE_MS + 1000)
    expect((await lab.view()).state).toBe('active')
    expect(await lab.pending()).toBeNull()
    expect(await lab.record()).toMatchObject({ domain: lab.domain })
  })

  it('ends with nothing left when the server says no', async () => {
    await lab.install()
    lab.bitrix24.answers = true
    lab.bitrix24.knownTokens = []
    await lab.later(MINUTE_MS + 1000)
    expect(await lab.leftOver()).toEqual(NOTHING_LEFT)
  })

  it('ends with nothing left when the server names an ordinary user', async () => {
    await lab.install()
    lab.bitrix24.answers = true
    lab.bitrix24.isAdmin = false
    await lab.later(MINUTE_MS + 1000)
    expect(await lab.leftOver()).toEqual(NOTHING_LEFT)
  })

  it('waits 7 days more when the server names an application that is not configured', async () => {
    await lab.install()
    lab.bitrix24.answers = true
    lab.bitrix24.clientId = UNKNOWN
    await lab.later(MINUTE_MS + 1000)
    expect(await lab.pending()).toMatchObject({ kind: 'unknown_application', clientId: UNKNOWN })
    await lab.later(2 * HOUR_MS)
    expect((await lab.view()).state).toBe('pending')
    await configure()
    await lab.later(MINUTE_MS + 1000)
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
    expect(await lab.pendingCredentials()).toMatchObject(fresh)
    await lab.later(MINUTE_MS + 1000)
    expect(lab.asked('/rest/app.info').at(-1)?.get('auth')).toBe(fresh.accessToken)
    expect(await lab.pendingCredentials()).toMatchObject(fresh)
    isExpired = false
    await lab.later(MINUTE_MS + 1000)
    const { application } = await lab.stored()
    expect(JSON.parse(await lab.open(application?.tokens, 'tokens'))).toMatchObject(fresh)
    expect(lab.bitrix24.refreshes).toBe(1)
  })
})

describe('at a portal that is installed already', () => {
  it('an update that could not be checked waits beside the install, and events go on', async () => {
    await lab.install()
    lab.bitrix24.answers = false
    const update = { 'auth[application_token]': NEW_TOKEN }
    expect(await said(lab.update(update))).toEqual(PENDING)
    expect((await lab.view()).state).toBe('active')
    expect((await lab.event()).status).toBe(200)
    lab.bitrix24.answers = true
    await lab.later(MINUTE_MS + 1000)
    expect(await lab.pending()).toBeNull()
    expect((await lab.event(update)).status).toBe(200)
  })
})
