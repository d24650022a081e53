import { describe, expect, test } from 'vitest'

import { askAppInfo, refreshTokens } from '../../../src/bitrix24/servers/oauth.ts'
import appInfo from '../../fixtures/bitrix24/rest/app.info-oauth-server-200.json' with { type: 'json' }
import portalAppInfo from '../../fixtures/bitrix24/rest/app.info-portal-200.json' with { type: 'json' }
import refreshed from '../../fixtures/bitrix24/rest/oauth-refresh-200.json' with { type: 'json' }
import { answering, simulateFetch } from '../../support/network/simulated-fetch.ts'
import { NOW } from '../../support/time.ts'
import { CLIENT_ID, MEMBER_ID } from '../../support/identity.ts'

const OAUTH_URL = 'https://oauth.bitrix.info'
const ACCESS = 'canary-access-0123456789'
const REFRESH = {
  oauthUrl: OAUTH_URL,
  clientId: CLIENT_ID,
  clientSecret: 'canary-client-secret-0123',
  refreshToken: 'canary-refresh-0123456789',
}
const MALFORMED = {
  ok: false,
  error: { kind: 'unreachable', code: 'malformed_answer', status: 200 },
}

/** The recorded app.info with other values in its install. */
function infoWith(install: Record<string, unknown>, result: Record<string, unknown> = {}) {
  const recorded = appInfo.result
  return { result: { ...recorded, ...result, install: { ...recorded.install, ...install } } }
}

async function domainOf(install: Record<string, unknown>) {
  const { deps } = answering(infoWith(install))
  const info = await askAppInfo(OAUTH_URL, ACCESS, deps)
  return info.ok ? info.value.domain : info.error
}

describe('askAppInfo()', () => {
  test('reads the recorded answer of the OAuth server', async () => {
    const { deps } = answering(appInfo)
    expect(await askAppInfo(OAUTH_URL, ACCESS, deps)).toEqual({
      ok: true,
      value: {
        clientId: CLIENT_ID,
        memberId: MEMBER_ID,
        domain: 'acme.bitrix24.com',
        clientEndpoint: 'https://acme.bitrix24.com/rest/',
        userId: 1,
        scope: 'crm,user_brief',
        status: 'L',
        installed: true,
        expiresAt: 1_790_003_600,
      },
    })
  })

  test.for([OAUTH_URL, `${OAUTH_URL}/`])('posts to rest/app.info of %s', async (oauthUrl) => {
    const { deps, sent } = answering(appInfo)
    await askAppInfo(oauthUrl, ACCESS, deps)
    expect(sent.map(({ url, method, redirect }) => ({ url, method, redirect }))).toEqual([
      { url: 'https://oauth.bitrix.info/rest/app.info', method: 'POST', redirect: 'manual' },
    ])
    expect([...(sent[0]?.form ?? [])]).toEqual([['auth', ACCESS]])
  })

  test("does not take the portal's own app.info for a confirmation", async () => {
    const { deps } = answering(portalAppInfo)
    expect(await askAppInfo(OAUTH_URL, ACCESS, deps)).toEqual(MALFORMED)
  })

  test('reads numbers written as text and does without what decides nothing', async () => {
    const unusual = infoWith(
      { status: 7, installed: 'Y', scope: undefined },
      { user_id: '42', scope: ['crm'], expires: 'soon' },
    )
    const { deps } = answering(unusual)
    const info = await askAppInfo(OAUTH_URL, ACCESS, deps)
    expect(info).toMatchObject({
      ok: true,
      value: { userId: 42, scope: '', status: '', installed: true, expiresAt: null },
    })
  })

  test.for([false, 'N', 0, null, undefined, {}])('takes installed %j for no', async (installed) => {
    const { deps } = answering(infoWith({ installed }))
    const info = await askAppInfo(OAUTH_URL, ACCESS, deps)
    expect(info).toMatchObject({ ok: true, value: { installed: false } })
  })

  test.for<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['no client id', {}, { client_id: undefined }],
    ['an empty client id', {}, { client_id: '' }],
    ['no user', {}, { user_id: null }],
    ['user 0', {}, { user_id: 0 }],
    ['user 1.5', {}, { user_id: 1.5 }],
    ['a user beyond safe integers', {}, { user_id: 2 ** 53 }],
    ['a list of users', {}, { user_id: [1] }],
    ['no member id', { member_id: undefined }, {}],
    ['a list as member id', { member_id: [MEMBER_ID] }, {}],
    ['a domain of 1,001 characters', { domain: 'a'.repeat(1001) }, {}],
    ['no endpoint', { client_endpoint: null }, {}],
  ])('takes an answer with %s for none', async ([, install, result]) => {
    const { deps } = answering(infoWith(install, result))
    expect(await askAppInfo(OAUTH_URL, ACCESS, deps)).toEqual(MALFORMED)
  })

  test.for([[], [1], 'text', true, null])('takes the result %j for none', async (result) => {
    const { deps } = answering({ result })
    expect(await askAppInfo(OAUTH_URL, ACCESS, deps)).toEqual(MALFORMED)
  })

  test('takes nothing from a prototype that the answer tries to set', async () => {
    const fields = JSON.stringify(appInfo.result)
    const server = simulateFetch(() => new Response(`{"result":{"__proto__":${fields}}}`))
    const deps = { ...answering(null).deps, fetch: server.fetch }
    expect(await askAppInfo(OAUTH_URL, ACCESS, deps)).toEqual(MALFORMED)
  })

  test('names the domain with the port of the endpoint', async () => {
    const client_endpoint = 'https://crm.example.com:8443/rest/'
    expect(await domainOf({ client_endpoint, domain: 'crm.example.com' })).toBe(
      'crm.example.com:8443',
    )
  })

  test('refuses an endpoint on another host than the domain as inconsistent', async () => {
    const client_endpoint = 'https://evil.example.com/rest/'
    const error = { kind: 'refused', code: 'inconsistent', status: 200 }
    expect(await domainOf({ client_endpoint, domain: 'acme.bitrix24.com' })).toEqual(error)
  })

  test('hands on an error of the server', async () => {
    const { deps } = answering({ error: 'expired_token' }, 401)
    const error = { kind: 'expired', code: 'expired_token', status: 401 }
    expect(await askAppInfo(OAUTH_URL, ACCESS, deps)).toEqual({ ok: false, error })
  })
})

describe('refreshTokens()', () => {
  const pair = {
    accessToken: 'ydtj8pho532wydb5ixk78ol7uqlb7sch',
    refreshToken: '3s6lr4kr3cv2od4v853gvrchb875bwxb',
    expiresAt: 1_780_319_382,
    memberId: MEMBER_ID,
    userId: 67,
    clientEndpoint: 'https://portal.bitrix24.com/rest/',
    serverEndpoint: 'https://oauth.bitrix.info/rest/',
    scope: 'crm,entity,im,task',
    status: 'F',
  }

  test('reads the recorded answer', async () => {
    const { deps } = answering(refreshed)
    expect(await refreshTokens(REFRESH, deps)).toEqual({ ok: true, value: pair })
  })

  test('posts secrets in the body and in no URL', async () => {
    const { deps, sent } = answering(refreshed)
    await refreshTokens(REFRESH, deps)
    expect(sent.map(({ url, method, redirect }) => ({ url, method, redirect }))).toEqual([
      { url: 'https://oauth.bitrix.info/oauth/token/', method: 'POST', redirect: 'manual' },
    ])
    expect(sent[0]?.contentType).toBe('application/x-www-form-urlencoded')
    expect(Object.fromEntries(sent[0]?.form ?? [])).toEqual({
      grant_type: 'refresh_token',
      client_id: REFRESH.clientId,
      client_secret: REFRESH.clientSecret,
      refresh_token: REFRESH.refreshToken,
    })
  })

  test.for<[string, Record<string, unknown>, number]>([
    ['expires as text', { expires: '1780319382' }, 1_780_319_382],
    ['expires_in alone', { expires: undefined, expires_in: 1800 }, NOW / 1000 + 1800],
    ['expires_in as text', { expires: undefined, expires_in: '1800' }, NOW / 1000 + 1800],
    ['neither of them', { expires: undefined, expires_in: undefined }, NOW / 1000 + 3600],
  ])('knows when the token ends from %s', async ([, fields, expiresAt]) => {
    const { deps } = answering({ ...refreshed, ...fields })
    expect(await refreshTokens(REFRESH, deps)).toEqual({ ok: true, value: { ...pair, expiresAt } })
  })

  test('keeps a pair whose other fields are missing or odd', async () => {
    const { access_token, refresh_token, member_id } = refreshed
    const rest = { expires: 1_780_319_382, user_id: 'x', scope: ['crm'], status: 5 }
    const { deps } = answering({ access_token, refresh_token, member_id, ...rest })
    const odd = { userId: null, clientEndpoint: null, serverEndpoint: null }
    expect(await refreshTokens(REFRESH, deps)).toEqual({
      ok: true,
      value: { ...pair, ...odd, scope: null, status: null },
    })
  })

  test('takes tokens of 1,000 characters and no longer', async () => {
    const long = 'a'.repeat(1000)
    const fits = answering({ ...refreshed, access_token: long, refresh_token: long })
    const expected = { ...pair, accessToken: long, refreshToken: long }
    expect(await refreshTokens(REFRESH, fits.deps)).toEqual({ ok: true, value: expected })
    for (const field of ['access_token', 'refresh_token']) {
      const { deps } = answering({ ...refreshed, [field]: `${long}a` })
      expect(await refreshTokens(REFRESH, deps)).toEqual(MALFORMED)
    }
  })

  test.for([
    ['no access token', { access_token: undefined }],
    ['an empty refresh token', { refresh_token: '' }],
    ['a list as access token', { access_token: ['x'] }],
    ['no member id', { member_id: undefined }],
  ])('takes an answer with %s for none', async ([, fields]) => {
    const { deps } = answering({ ...refreshed, ...(typeof fields === 'object' ? fields : {}) })
    expect(await refreshTokens(REFRESH, deps)).toEqual(MALFORMED)
  })

  test.for([
    ['refresh token', REFRESH.refreshToken],
    ['client secret', REFRESH.clientSecret],
    ['end of the secret', REFRESH.clientSecret.slice(-9)],
  ])('tells no %s in an error when the server echoes it', async ([, echo]) => {
    const { deps, sent } = answering({ error: `NO_${echo}`, error_description: echo }, 400)
    const answer = await refreshTokens(REFRESH, deps)
    expect(answer).toEqual({ ok: false, error: { kind: 'refused', code: '', status: 400 } })
    expect(sent.every(({ url }) => !url.includes('canary'))).toBe(true)
  })
})
