import { describe, expect, test } from 'vitest'

import type { VerdictRefusal } from '../../../src/core/access/installs/install-refusal.ts'
import {
  INFO,
  TECH,
  ENDPOINT,
  ACCESS,
  SYSTEM_ACCESS,
  infoAnswer,
  unanswered,
  fail,
  agreeing,
  userReady,
  verify,
  urls,
  VERIFIED,
  refusal,
  byToken,
  brokenGateway,
} from '../../support/network/install-servers.ts'
import type { Answer } from '../../support/network/install-servers.ts'

describe('verifyInstall(): ONAPPUSERREADY', () => {
  const system = { user_id: 512 }

  function systemServers(answer: () => Response, routes: Record<string, Answer> = {}) {
    const tokens = { [ACCESS]: () => infoAnswer(), [SYSTEM_ACCESS]: answer }
    return agreeing({ [`${INFO}/rest/app.info`]: byToken(tokens), ...routes })
  }

  test('verifies the system user by app.info as well', async () => {
    const server = systemServers(() => infoAnswer(system))
    expect(await verify(userReady({}), server)).toEqual({
      kind: 'confirmed',
      install: { ...VERIFIED, systemUserId: 512 },
    })
    expect(server.sent.map(({ url, form }) => [url, form.get('auth')])).toEqual([
      [`${INFO}/rest/app.info`, ACCESS],
      [`${INFO}/rest/app.info`, SYSTEM_ACCESS],
      [`${ENDPOINT}profile`, ACCESS],
    ])
  })

  test.for([
    ['none', null, null, [INFO]],
    ['one in the second pair', null, TECH, [TECH, TECH]],
    ['one in the first pair', TECH, null, [TECH, TECH]],
    ['two', TECH, INFO, [TECH, INFO]],
  ] as const)(
    'costs two calls to OAuth servers at most when it names %s',
    async ([, first, second, asked]) => {
      // The sender has a token of his own portal, which the second server knows.
      const server = agreeing({
        [`${INFO}/rest/app.info`]: () => fail('invalid_token'),
        [`${TECH}/rest/app.info`]: byToken({ [ACCESS]: () => infoAnswer() }),
      })
      const named = (url: string | null) => (url === null ? null : `${url}/rest/`)
      const request = userReady({ serverEndpoint: named(second) })
      const credentials = { ...request.credentials, serverEndpoint: named(first) }
      expect(await verify({ ...request, credentials }, server)).toMatchObject({ kind: 'refused' })
      expect(urls(server)).toEqual(asked.map((url) => `${url}/rest/app.info`))
    },
  )

  test.for<[string, () => Response, VerdictRefusal]>([
    [
      'another portal',
      () => infoAnswer(system, { member_id: 'f'.repeat(32) }),
      'system_user_mismatch',
    ],
    [
      'another application',
      () => infoAnswer({ ...system, client_id: 'local.other' }),
      'system_user_mismatch',
    ],
    ['another user than claimed', () => infoAnswer({ user_id: 513 }), 'system_user_mismatch'],
    ['nobody', () => fail('invalid_token'), 'system_user_refused'],
    [
      'a portal of two hosts',
      () => infoAnswer(system, { domain: 'x.example' }),
      'system_user_refused',
    ],
  ])('refuses a system user of %s', async ([, answer, reason]) => {
    const server = systemServers(answer)
    expect(await verify(userReady({}), server)).toEqual(refusal(reason))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`, `${INFO}/rest/app.info`])
  })

  test('takes a system user whom the request does not number', async () => {
    const server = systemServers(() => infoAnswer(system))
    expect(await verify(userReady({ userId: null }), server)).toEqual({
      kind: 'confirmed',
      install: { ...VERIFIED, systemUserId: 512 },
    })
  })

  test('refuses a request without system user and sends nothing', async () => {
    const server = systemServers(() => infoAnswer(system))
    expect(await verify(userReady(null), server)).toEqual(refusal('system_user_missing'))
    expect(server.sent).toEqual([])
  })

  test('does not ask about a system user when the first token is refused', async () => {
    const server = agreeing({ [`${INFO}/rest/app.info`]: () => fail('invalid_token') })
    expect(await verify(userReady({}), server)).toEqual(refusal('token_refused'))
    expect(server.sent).toHaveLength(1)
  })

  test('ignores a system user in any other request', async () => {
    const server = agreeing()
    const request = { ...userReady({}), cause: 'install' as const }
    expect(await verify(request, server)).toEqual({ kind: 'confirmed', install: VERIFIED })
    expect(server.sent).toHaveLength(2)
  })

  test('refuses a system user whose access token has expired, and redeems nothing', async () => {
    const server = agreeing({
      [`${INFO}/rest/app.info`]: byToken({
        [ACCESS]: () => infoAnswer(),
        [SYSTEM_ACCESS]: () => fail('expired_token'),
      }),
    })
    expect(await verify(userReady({}), server)).toEqual(refusal('token_expired'))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`, `${INFO}/rest/app.info`])
  })

  test('waits when the server is silent about the system user', async () => {
    const server = agreeing({
      [`${INFO}/rest/app.info`]: byToken({
        [ACCESS]: () => infoAnswer(),
        [SYSTEM_ACCESS]: brokenGateway,
      }),
    })
    expect(await verify(userReady({}), server)).toEqual(unanswered('oauth_server_unanswered'))
  })
})
