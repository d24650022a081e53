import { describe, expect, test } from 'vitest'

import { confirmSender } from '../../../src/bitrix24/installs/verify-install.ts'
import type { VerdictRefusal } from '../../../src/core/access/installs/install-refusal.ts'
import {
  INFO,
  ENDPOINT,
  ACCESS,
  SECRET,
  infoAnswer,
  fail,
  profileAnswer,
  agreeing,
  install,
  verify,
  urls,
  VERIFIED,
  refusal,
  TECH,
  unanswered,
  brokenGateway,
} from '../../support/network/install-servers.ts'
import type { Answer } from '../../support/network/install-servers.ts'
import { jsonAnswer } from '../../support/network/simulated-fetch.ts'
import type { SentRequest } from '../../support/network/simulated-fetch.ts'

describe('verifyInstall(): believed only when app.info at an allow-listed OAuth server agrees', () => {
  test('confirms when member id, client id, domain and user agree', async () => {
    const server = agreeing()
    expect(await verify(install(), server)).toEqual({ kind: 'confirmed', install: VERIFIED })
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`, `${ENDPOINT}profile`])
  })

  test.for(['install', 'update', 'page'] as const)('holds for the cause %s', async (cause) => {
    const confirmed = await verify(install({}, { cause }), agreeing())
    expect(confirmed).toEqual({ kind: 'confirmed', install: VERIFIED })
    const server = agreeing({ [`${INFO}/rest/app.info`]: () => fail('invalid_token') })
    expect(await verify(install({}, { cause }), server)).toEqual(refusal('token_refused'))
  })

  test('refuses another member id', async () => {
    const server = agreeing()
    const request = install({}, { memberId: '0'.repeat(32) })
    expect(await verify(request, server)).toEqual(refusal('member_mismatch'))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`])
  })

  test('says unknown_application when the client id is not configured', async () => {
    const applications = new Map([['local.other', SECRET]])
    expect(await verify(install(), agreeing(), { applications })).toEqual({
      kind: 'unknown_application',
      install: VERIFIED,
    })
    expect(await verify(install(), agreeing(), { applications: new Map() })).toEqual({
      kind: 'unknown_application',
      install: VERIFIED,
    })
  })

  test('passes on that the installation is not finished', async () => {
    const server = agreeing({
      [`${INFO}/rest/app.info`]: () => infoAnswer({}, { installed: false }),
    })
    expect(await verify(install(), server)).toEqual({
      kind: 'confirmed',
      install: { ...VERIFIED, installed: false },
    })
  })

  test.for<[string, number, VerdictRefusal]>([
    ['expired_token', 401, 'token_expired'],
    ['invalid_token', 401, 'token_refused'],
    ['NO_AUTH_FOUND', 401, 'token_refused'],
    ['SOMETHING_NEW', 403, 'token_refused'],
    ['NOT_FOUND', 404, 'token_refused'],
    ['NOT_INSTALLED', 401, 'not_installed'],
    ['PAYMENT_REQUIRED', 401, 'suspended'],
    ['PORTAL_DELETED', 403, 'portal_deleted'],
    ['user_access_error', 403, 'no_rights'],
    ['insufficient_scope', 403, 'no_rights'],
    ['METHOD_CONFIRM_WAITING', 401, 'no_rights'],
  ])('refuses when the OAuth server answers %s', async ([code, status, reason]) => {
    const server = agreeing({ [`${INFO}/rest/app.info`]: () => fail(code, status) })
    expect(await verify(install({ refreshToken: null }), server)).toEqual(refusal(reason))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`])
  })

  test('waits when the OAuth server answers that the portal is closed for a time', async () => {
    const server = agreeing({
      [`${INFO}/rest/app.info`]: () => fail('PORTAL_DELETED', 500),
    })
    expect(await verify(install({ refreshToken: null }), server)).toEqual(
      unanswered('oauth_server_unanswered'),
    )
  })

  test('refuses an answer whose endpoint is on another host than its domain', async () => {
    const server = agreeing({
      [`${INFO}/rest/app.info`]: () => infoAnswer({}, { domain: 'other.bitrix24.com' }),
    })
    expect(await verify(install(), server)).toEqual(refusal('inconsistent'))
  })
})

describe('verifyInstall(): endpoint and domain come from that answer', () => {
  const moved = { domain: 'new.bitrix24.com', client_endpoint: 'https://new.bitrix24.com/rest/' }

  function movedServers() {
    return agreeing({
      [`${INFO}/rest/app.info`]: () => infoAnswer({}, moved),
      'https://new.bitrix24.com/rest/profile': () => profileAnswer(),
    })
  }

  test('takes both from the answer when the request names neither', async () => {
    const verdict = await verify(install({ clientEndpoint: null, domain: null }), movedServers())
    const address = { domain: moved.domain, clientEndpoint: moved.client_endpoint }
    expect(verdict).toEqual({ kind: 'confirmed', install: { ...VERIFIED, ...address } })
  })

  test('sends nothing to an address that only the request names', async () => {
    const claims = { clientEndpoint: 'https://evil.example/rest/', domain: 'new.bitrix24.com' }
    const server = movedServers()
    expect(await verify(install(claims), server)).toMatchObject({ kind: 'confirmed' })
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`, 'https://new.bitrix24.com/rest/profile'])
  })

  test('reads a claimed domain with the default port of the scheme in use', async () => {
    const client_endpoint = 'http://crm.local/rest/'
    const server = agreeing({
      [`${INFO}/rest/app.info`]: () => infoAnswer({}, { domain: 'crm.local', client_endpoint }),
      [`${client_endpoint}profile`]: () => profileAnswer(),
    })
    const request = install({ clientEndpoint: null, domain: 'crm.local:80' })
    expect(await verify(request, server, { allowLocal: true })).toEqual({
      kind: 'confirmed',
      install: { ...VERIFIED, domain: 'crm.local', clientEndpoint: client_endpoint },
    })
  })

  test.for([
    ['127.0.0.1', 'https://127.0.0.1/rest/'],
    ['10.1.2.3', 'https://10.1.2.3/rest/'],
    ['169.254.169.254', 'https://169.254.169.254/rest/'],
    ['portal.local', 'https://portal.local/rest/'],
    ['crm.example.com', 'http://crm.example.com/rest/'],
    ['crm.example.com:22', 'https://crm.example.com:22/rest/'],
    ['crm.example.com', 'https://crm.example.com/'],
    ['crm.example.com', 'https://crm.example.com/rest/?a=/rest/'],
  ])('sends nothing to the verified portal %s at %s', async ([domain, client_endpoint]) => {
    const server = agreeing({
      [`${INFO}/rest/app.info`]: () => infoAnswer({}, { domain, client_endpoint }),
    })
    const verdict = await verify(install({ clientEndpoint: null, domain: null }), server)
    expect(verdict).toEqual(refusal('unsafe_endpoint'))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`])
  })
})

describe('verifyInstall(): administrator by profile at the verified endpoint', () => {
  test.for<[string, Answer, boolean]>([
    ['ADMIN true', () => profileAnswer(true), true],
    ['ADMIN false', () => profileAnswer(false), false],
    ['ADMIN true of another user', () => profileAnswer(true, '2'), false],
    ['insufficient_scope', () => fail('insufficient_scope', 403), false],
    ['ACCESS_DENIED', () => fail('ACCESS_DENIED', 403), false],
    ['ERROR_METHOD_NOT_FOUND', () => fail('ERROR_METHOD_NOT_FOUND', 404), false],
    ['METHOD_CONFIRM_WAITING', () => fail('METHOD_CONFIRM_WAITING'), false],
    ['authorization_error', () => fail('authorization_error'), false],
    ['PAYMENT_REQUIRED', () => fail('PAYMENT_REQUIRED'), false],
  ])('takes %s for a definite answer', async ([, profile, isAdmin]) => {
    const server = agreeing({ [`${ENDPOINT}profile`]: profile })
    expect(await verify(install(), server)).toEqual({
      kind: 'confirmed',
      install: { ...VERIFIED, isAdmin, isReached: expect.any(Boolean) },
    })
    expect(server.sent[1]?.form.get('auth')).toBe(ACCESS)
  })

  test.for<[string, Answer]>([
    ['HTML', () => new Response('<html></html>')],
    ['QUERY_LIMIT_EXCEEDED, which strangers can cause', () => fail('QUERY_LIMIT_EXCEEDED', 503)],
    ['expired_token between two calls', () => fail('expired_token')],
  ])('takes %s for no answer', async ([, profile]) => {
    const server = agreeing({ [`${ENDPOINT}profile`]: profile })
    expect(await verify(install(), server)).toEqual(unanswered('portal_unanswered'))
  })
})

describe('verifyInstall(): the OAuth server does not answer', () => {
  test.for<[string, Answer]>([
    ['HTML', brokenGateway],
    ['a rate limit', () => fail('QUERY_LIMIT_EXCEEDED', 503)],
  ])('waits after %s', async ([, answer]) => {
    const server = agreeing({ [`${INFO}/rest/app.info`]: answer })
    expect(await verify(install(), server)).toEqual(unanswered('oauth_server_unanswered'))
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`])
  })
})

describe('verifyInstall(): secrets and redirects', () => {
  const echo = ({ form }: SentRequest) =>
    jsonAnswer({ error: [...form.values()].join('_'), error_description: String(form) }, 400)

  test.for<[string, Record<string, Answer>]>([
    ['a good installation', {}],
    ['an OAuth server that echoes', { [`${INFO}/rest/app.info`]: echo }],
    ['a portal that echoes', { [`${ENDPOINT}profile`]: echo }],
  ])('keeps tokens out of URLs and verdicts, and follows nothing: %s', async ([, routes]) => {
    const server = agreeing(routes)
    const verdict = await verify(install(), server)
    expect(JSON.stringify(verdict)).not.toContain('canary')
    expect(server.sent.length).toBeGreaterThan(0)
    for (const request of server.sent) {
      expect(request.url).not.toContain('canary')
      expect(request.method).toBe('POST')
      expect(request.redirect).toBe('manual')
    }
  })
})

test.for<[string, Answer, boolean]>([
  ['has answered', () => profileAnswer(false), true],
  ['has refused the call', () => fail('insufficient_scope', 403), false],
])('verifyInstall() notes whether the portal %s at its address', async ([, profile, isReached]) => {
  const server = agreeing({ [`${ENDPOINT}profile`]: profile })
  expect(await verify(install(), server)).toMatchObject({ install: { isReached } })
})

describe('confirmSender()', () => {
  test('asks the OAuth server alone', async () => {
    const server = agreeing()
    const deps = { fetch: server.fetch, policy: { allowLocal: false }, timeoutMs: 5000 }
    const confirmed = await confirmSender(install(), { ...deps, oauthUrls: [INFO, TECH] })
    expect(confirmed).toMatchObject({ ok: true, value: { main: { oauthUrl: INFO }, system: null } })
    expect(urls(server)).toEqual([`${INFO}/rest/app.info`])
  })

  test('tells a claim that the OAuth server contradicts from its silence', async () => {
    const wrong = agreeing({ [`${INFO}/rest/app.info`]: () => infoAnswer({ user_id: 9 }) })
    const silent = agreeing({ [`${INFO}/rest/app.info`]: brokenGateway })
    const ask = ({ fetch }: typeof wrong) =>
      confirmSender(install(), {
        fetch,
        policy: { allowLocal: false },
        timeoutMs: 5000,
        oauthUrls: [INFO],
      })
    expect(await ask(wrong)).toEqual({ ok: false, error: refusal('user_mismatch') })
    expect(await ask(silent)).toEqual({ ok: false, error: unanswered('oauth_server_unanswered') })
  })
})
