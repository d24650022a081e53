import { describe, expect, test } from 'vitest'

import type { InstallVerdict } from '../../../src/bitrix24/installs/verify-install.ts'
import {
  CLIENT,
  INFO,
  TECH,
  ENDPOINT,
  ACCESS,
  REFRESH,
  SECRET,
  infoAnswer,
  pairAnswer,
  pairOf,
  fail,
  profileAnswer,
  agreeing,
  install,
  userReady,
  verify,
  urls,
  VERIFIED,
  refusal,
  unanswered,
  byToken,
  brokenGateway,
} from '../../support/install-servers.ts'
import type { Answer } from '../../support/install-servers.ts'

describe('verifyInstall(): which OAuth server is asked', () => {
  test('asks the one that the request names', async () => {
    const server = agreeing({ [`${TECH}/rest/app.info`]: () => infoAnswer() })
    expect(await verify(install({ serverEndpoint: `${TECH}/rest/` }), server)).toEqual({
      kind: 'confirmed',
      install: { ...VERIFIED, oauthUrl: TECH },
    })
    expect(urls(server)).toEqual([`${TECH}/rest/app.info`, `${ENDPOINT}profile`])
  })

  test.for([
    'https://evil.example.com/rest/',
    'https://oauth.bitrix.info:8443/rest/',
    'http://oauth.bitrix.info/rest/',
    'https://oauth.bitrix.info.evil.example/rest/',
    'https://oauth.bitrix.info@evil.example/rest/',
    'https://evil.example/?https://oauth.bitrix.info/rest/',
    'oauth.bitrix.info',
    '//oauth.bitrix.info/rest/',
    'javascript:alert(1)',
    'data:,x',
    'garbage',
  ])('sends nothing anywhere when the request names %s', async (serverEndpoint) => {
    const server = agreeing()
    const verdict = await verify(install({ serverEndpoint }), server)
    expect(verdict).toEqual(refusal('foreign_oauth_server'))
    expect(server.sent).toEqual([])
  })

  test('sends nothing anywhere when only the system user names a foreign server', async () => {
    const server = agreeing()
    const request = userReady({ serverEndpoint: 'https://evil.example.com/rest/' })
    expect(await verify(request, server)).toEqual(refusal('foreign_oauth_server'))
    expect(server.sent).toEqual([])
  })

  test('takes no address that is not readable for an allowed one that is not readable', async () => {
    const server = agreeing()
    const request = install({ serverEndpoint: 'garbage' })
    const verdict = await verify(request, server, { oauthUrls: ['rubbish', INFO] })
    expect(verdict).toEqual(refusal('foreign_oauth_server'))
    expect(server.sent).toEqual([])
  })

  test('compares origins with their port', async () => {
    const local = 'http://127.0.0.1:8787'
    const server = agreeing({
      [`${local}/rest/app.info`]: () =>
        infoAnswer(
          {},
          { domain: '127.0.0.1:9000', client_endpoint: 'http://127.0.0.1:9000/rest/' },
        ),
      'http://127.0.0.1:9000/rest/profile': () => profileAnswer(),
    })
    const setting = { oauthUrls: [local], allowLocal: true }
    const claims = { clientEndpoint: null, domain: '127.0.0.1:9000' }
    const right = install({ ...claims, serverEndpoint: `${local}/rest/` })
    expect(await verify(right, server, setting)).toMatchObject({
      kind: 'confirmed',
      install: { domain: '127.0.0.1:9000', clientEndpoint: 'http://127.0.0.1:9000/rest/' },
    })
    const wrong = install({ ...claims, serverEndpoint: 'http://127.0.0.1:8788/rest/' })
    expect(await verify(wrong, server, setting)).toEqual(refusal('foreign_oauth_server'))
  })

  test.for([null, ''])('asks in turn until one confirms when it names %j', async (none) => {
    const server = agreeing({
      [`${INFO}/rest/app.info`]: () => fail('invalid_token'),
      [`${TECH}/rest/app.info`]: () => infoAnswer(),
    })
    expect(await verify(install({ serverEndpoint: none }), server)).toEqual({
      kind: 'confirmed',
      install: { ...VERIFIED, oauthUrl: TECH },
    })
    expect(urls(server)).toEqual([
      `${INFO}/rest/app.info`,
      `${TECH}/rest/app.info`,
      `${ENDPOINT}profile`,
    ])
  })

  test('does not ask the second server when the first confirms', async () => {
    const server = agreeing()
    await verify(install({ serverEndpoint: null }), server)
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`, `${ENDPOINT}profile`])
  })

  test.for<[string, Answer, Answer, InstallVerdict]>([
    [
      'silence of one outweighs the no of the other',
      brokenGateway,
      () => fail('PAYMENT_REQUIRED'),
      unanswered('oauth_server_unanswered'),
    ],
    [
      'the no of the other does not outweigh silence of one',
      () => fail('PAYMENT_REQUIRED'),
      brokenGateway,
      unanswered('oauth_server_unanswered'),
    ],
    [
      'the no of the one that knew the token counts',
      () => fail('invalid_token'),
      () => fail('PAYMENT_REQUIRED'),
      refusal('suspended'),
    ],
    [
      'the no of the one that knew the token counts also when it came first',
      () => fail('PAYMENT_REQUIRED'),
      () => fail('invalid_token'),
      refusal('suspended'),
    ],
    [
      'nobody knows the token',
      () => fail('invalid_token'),
      () => fail('NO_AUTH_FOUND'),
      refusal('token_refused'),
    ],
  ])('when none confirms: %s', async ([, info, tech, verdict]) => {
    const server = agreeing({ [`${INFO}/rest/app.info`]: info, [`${TECH}/rest/app.info`]: tech })
    expect(await verify(install({ serverEndpoint: null }), server)).toEqual(verdict)
  })

  test('refuses when no server is configured', async () => {
    const server = agreeing()
    const verdict = await verify(install({ serverEndpoint: null }), server, { oauthUrls: [] })
    expect(verdict).toEqual(refusal('token_refused'))
    expect(server.sent).toEqual([])
  })
})

describe('verifyInstall(): an expired access token', () => {
  /** An OAuth server at which the presented token has expired, and a refresh brings a good pair. */
  function expiredServers(routes: Record<string, Answer> = {}) {
    return agreeing({
      [`${INFO}/rest/app.info`]: byToken({
        [ACCESS]: () => fail('expired_token'),
        'canary-fresh-access-main': () => infoAnswer(),
      }),
      [`${INFO}/oauth/token/`]: () => pairAnswer('main'),
      ...routes,
    })
  }

  test('is refreshed, confirmed anew, and the fresh pair returned', async () => {
    const server = expiredServers()
    expect(await verify(install(), server)).toEqual({
      kind: 'confirmed',
      install: { ...VERIFIED, freshPair: pairOf('main') },
    })
    expect(urls(server)).toEqual([
      `${INFO}/rest/app.info`,
      `${INFO}/oauth/token/`,
      `${INFO}/rest/app.info`,
      `${ENDPOINT}profile`,
    ])
    expect(server.sent[3]?.form.get('auth')).toBe('canary-fresh-access-main')
  })

  test('is refreshed with the secret of each application until one fits', async () => {
    const applications = new Map([
      ['app.first', 'canary-secret-first'],
      [CLIENT, SECRET],
      ['app.last', 'canary-secret-last'],
    ])
    const server = expiredServers({
      [`${INFO}/oauth/token/`]: ({ form }) =>
        form.get('client_secret') === SECRET ? pairAnswer('main') : fail('wrong_client', 200),
    })
    const verdict = await verify(install(), server, { applications })
    expect(verdict).toEqual({
      kind: 'confirmed',
      install: { ...VERIFIED, freshPair: pairOf('main') },
    })
    const refreshes = server.sent.filter(({ url }) => url.endsWith('/oauth/token/'))
    const asked = refreshes.map(({ form }) => [form.get('client_id'), form.get('refresh_token')])
    expect(asked).toEqual([
      ['app.first', REFRESH],
      [CLIENT, REFRESH],
    ])
  })

  test('is refused without a refresh token', async () => {
    const server = expiredServers()
    expect(await verify(install({ refreshToken: null }), server)).toEqual(refusal('token_expired'))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`])
  })

  test('is refused without a configured application', async () => {
    const server = expiredServers()
    const verdict = await verify(install(), server, { applications: new Map() })
    expect(verdict).toEqual(refusal('token_expired'))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`])
  })

  test.for(['invalid_grant', 'invalid_client', 'wrong_client'])(
    'is refused when every refresh ends in %s',
    async (code) => {
      const server = expiredServers({ [`${INFO}/oauth/token/`]: () => fail(code, 400) })
      expect(await verify(install(), server)).toEqual(refusal('token_expired'))
    },
  )

  test('waits when the refresh is not answered, and tries no further secret', async () => {
    const applications = new Map([
      ['app.first', 'canary-secret-first'],
      [CLIENT, SECRET],
    ])
    const server = expiredServers({ [`${INFO}/oauth/token/`]: brokenGateway })
    const verdict = await verify(install(), server, { applications })
    expect(verdict).toEqual(unanswered('oauth_server_unanswered'))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`, `${INFO}/oauth/token/`])
  })

  test('does not lose the fresh pair when app.info is not answered after the refresh', async () => {
    const server = expiredServers({
      [`${INFO}/rest/app.info`]: byToken({
        [ACCESS]: () => fail('expired_token'),
        'canary-fresh-access-main': brokenGateway,
      }),
      [`${TECH}/rest/app.info`]: brokenGateway,
    })
    const expected = {
      kind: 'unanswered',
      reason: 'oauth_server_unanswered',
      freshPair: pairOf('main'),
      freshSystemPair: null,
    }
    expect(await verify(install(), server)).toEqual(expected)
    expect(await verify(install({ serverEndpoint: null }), server)).toEqual(expected)
    const reversed = { oauthUrls: [TECH, INFO] }
    expect(await verify(install({ serverEndpoint: null }), server, reversed)).toEqual(expected)
  })

  test('does not lose the fresh pair when the portal does not answer after the refresh', async () => {
    const server = expiredServers({ [`${ENDPOINT}profile`]: brokenGateway })
    expect(await verify(install(), server)).toEqual({
      kind: 'unanswered',
      reason: 'portal_unanswered',
      freshPair: pairOf('main'),
      freshSystemPair: null,
    })
  })

  test('is refused when the fresh token belongs to another application', async () => {
    const server = expiredServers({
      [`${INFO}/rest/app.info`]: byToken({
        [ACCESS]: () => fail('expired_token'),
        'canary-fresh-access-main': () => infoAnswer({ client_id: 'local.other' }),
      }),
    })
    expect(await verify(install(), server)).toEqual({
      ...refusal('inconsistent'),
      fresh: { freshPair: pairOf('main'), freshSystemPair: null },
    })
  })

  test('is refused when the fresh token belongs to another portal', async () => {
    const server = expiredServers({
      [`${INFO}/rest/app.info`]: byToken({
        [ACCESS]: () => fail('expired_token'),
        'canary-fresh-access-main': () => infoAnswer({}, { member_id: 'f'.repeat(32) }),
      }),
    })
    expect(await verify(install(), server)).toEqual({
      ...refusal('member_mismatch'),
      fresh: { freshPair: pairOf('main'), freshSystemPair: null },
    })
  })

  test('is not refreshed for a token that the server does not know', async () => {
    const server = agreeing({ [`${INFO}/rest/app.info`]: () => fail('invalid_token') })
    expect(await verify(install(), server)).toEqual(refusal('token_refused'))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`])
  })
})
