import { describe, expect, test } from 'vitest'

import type { InstallVerdict } from '../../../src/bitrix24/installs/verify-install.ts'
import {
  INFO,
  TECH,
  ENDPOINT,
  REFRESH,
  infoAnswer,
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
  brokenGateway,
} from '../../support/network/install-servers.ts'
import type { Answer } from '../../support/network/install-servers.ts'

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

  test('asks two servers at most when it names none, however many are configured', async () => {
    const more = ['https://three.example.com', 'https://four.example.com']
    const server = agreeing({
      [`${INFO}/rest/app.info`]: () => fail('invalid_token'),
      [`${TECH}/rest/app.info`]: () => fail('invalid_token'),
      [`${more[0]}/rest/app.info`]: () => infoAnswer(),
    })
    const setting = { oauthUrls: [INFO, INFO, TECH, ...more] }
    const forged = await verify(install({ serverEndpoint: null }), server, setting)
    expect(forged).toEqual(refusal('token_refused'))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`, `${TECH}/rest/app.info`])
    const named = install({ serverEndpoint: `${more[0]}/rest/` })
    expect(await verify(named, server, setting)).toMatchObject({ kind: 'confirmed' })
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
  test.for([REFRESH, null])(
    'is refused with the refresh token %s, which nobody redeems',
    async (refreshToken) => {
      const server = agreeing({ [`${INFO}/rest/app.info`]: () => fail('expired_token') })
      expect(await verify(install({ refreshToken }), server)).toEqual(refusal('token_expired'))
      expect(urls(server)).toEqual([`${INFO}/rest/app.info`])
    },
  )
})
