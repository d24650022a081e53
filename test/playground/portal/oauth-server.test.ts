/** The simulated OAuth server: what ends tokens, what is counted, and every way to refuse a refresh. */
import { beforeEach, expect, test } from 'vitest'
import { createOauthSimulator } from '../../../playground/portal/oauth-server.ts'
import type {
  Grant,
  Installation,
  OauthSimulator,
} from '../../../playground/portal/oauth-server.ts'
import { DAY_MS } from '../../../src/core/durations.ts'
import { NOW } from '../../support/time.ts'
import { started } from '../../support/network/started.ts'

const CLIENT = { clientId: 'local.5f3759df.00000001', clientSecret: 'secret' }

let now = NOW
let oauth: OauthSimulator

beforeEach(async () => {
  now = NOW
  oauth = await started(createOauthSimulator({ clock: () => now }))
  oauth.registerClient(CLIENT.clientId, CLIENT.clientSecret)
  oauth.registerClient('local.other', 'other')
  oauth.saveInstallation(anInstallation())
})

function anInstallation(overrides: Partial<Installation> = {}): Installation {
  return {
    memberId: 'm1',
    clientId: CLIENT.clientId,
    domain: 'acme.example',
    clientEndpoint: 'https://acme.example/rest/',
    status: 'L',
    scope: 'crm',
    version: 1,
    installed: true,
    refusal: null,
    ...overrides,
  }
}

function aGrant(overrides: { memberId?: string; userId?: number } = {}): Grant {
  return oauth.issue({ memberId: 'm1', clientId: CLIENT.clientId, userId: 1, ...overrides })
}

async function refresh(grant: Grant, client = CLIENT) {
  const response = await fetch(`${oauth.origin}/oauth/token/`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: client.clientId,
      client_secret: client.clientSecret,
      refresh_token: grant.refreshToken,
    }),
  })
  // Sound: every answer of the server is a JSON object.
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('a refresh answers with the recorded keys and is counted', async () => {
  const { status, body } = await refresh(aGrant())
  expect(status).toBe(200)
  expect(Object.keys(body).join()).toBe(
    'access_token,client_endpoint,domain,expires,expires_in,member_id,refresh_token,scope,server_endpoint,status,user_id',
  )
  expect(body).toMatchObject({ expires: 1_790_003_600, expires_in: 3600, user_id: 1 })
  expect(oauth.renewals.map(({ accessToken }) => accessToken)).toEqual([body['access_token']])
})

test('a refresh token works once, and the one that replaces it as well', async () => {
  const grant = aGrant()
  const { body } = await refresh(grant)
  expect(await refresh(grant)).toEqual({ status: 400, body: { error: 'invalid_grant' } })
  const second = await refresh({ ...grant, refreshToken: String(body['refresh_token']) })
  expect(second.status).toBe(200)
  expect(second.body['refresh_token']).not.toBe(body['refresh_token'])
})

test('of many refreshes with one token at once a single one succeeds', async () => {
  const grant = aGrant()
  const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(grant)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(oauth.renewals).toHaveLength(1)
})

test('a refresh token works in the last second of its 30 days and not after', async () => {
  const [used, late] = [aGrant(), aGrant()]
  now = NOW + 30 * DAY_MS - 1000
  expect((await refresh(used)).status).toBe(200)
  now += 1000
  expect(await refresh(late)).toEqual({ status: 400, body: { error: 'invalid_grant' } })
})

test('expireAccessTokens() ends what there is, of everybody or of one user, and nothing issued later', () => {
  const [one, system] = [aGrant(), aGrant({ userId: 512 })]
  oauth.expireAccessTokens({ userId: 512 })
  expect(oauth.resolve(one.accessToken).ok).toBe(true)
  expect(oauth.resolve(system.accessToken)).toMatchObject({
    ok: false,
    error: { error: 'expired_token', status: 401 },
  })
  oauth.expireAccessTokens()
  expect(oauth.resolve(one.accessToken).ok).toBe(false)
  expect(oauth.resolve(aGrant().accessToken).ok).toBe(true)
})

test('killRefreshTokens() leaves the pairs of other portals alone', async () => {
  oauth.saveInstallation(anInstallation({ memberId: 'm2' }))
  const [one, two] = [aGrant(), aGrant({ memberId: 'm2' })]
  oauth.killRefreshTokens({ memberId: 'm1' })
  expect(await refresh(one)).toEqual({ status: 400, body: { error: 'invalid_grant' } })
  expect((await refresh(two)).status).toBe(200)
})

test('a refusal does not use the refresh token up', async () => {
  const grant = aGrant()
  oauth.saveInstallation(anInstallation({ refusal: 'PAYMENT_REQUIRED' }))
  expect(await refresh(grant)).toEqual({
    status: 401,
    body: { error: 'PAYMENT_REQUIRED', error_description: 'Payment required' },
  })
  oauth.saveInstallation(anInstallation({ refusal: 'invalid_grant' }))
  expect((await refresh(grant)).body).toEqual({ error: 'invalid_grant' })
  oauth.saveInstallation(anInstallation())
  expect((await refresh(grant)).status).toBe(200)
})

test('an ended installation and a foreign application are refused in the recorded words', async () => {
  const grant = aGrant()
  const foreign = { clientId: 'local.other', clientSecret: 'other' }
  expect(await refresh(grant, foreign)).toEqual({ status: 200, body: { error: 'wrong_client' } })
  expect(await refresh(grant, { ...CLIENT, clientSecret: 'x' })).toEqual({
    status: 400,
    body: { error: 'invalid_client' },
  })
  oauth.endInstallation(anInstallation())
  expect(await refresh(grant)).toEqual({
    status: 401,
    body: { error: 'NOT_INSTALLED', error_description: 'Application not installed' },
  })
})

test('an answer can take its time', async () => {
  oauth.answerDelayMs = 30
  const started = performance.now()
  expect((await refresh(aGrant())).status).toBe(200)
  expect(performance.now() - started).toBeGreaterThanOrEqual(29)
})

test('a lost answer has used the refresh token up', async () => {
  const grant = aGrant()
  oauth.failure = { kind: 'lost_answer' }
  await expect(refresh(grant)).rejects.toThrow('fetch failed')
  oauth.failure = null
  expect(oauth.renewals).toHaveLength(1)
  expect((await refresh(grant)).body).toEqual({ error: 'invalid_grant' })
})
