/** Who may call the admin surface. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createAdminRoutes } from '../../../../src/http/admin/routes.ts'
import { ADMIN_ROUTES, adminOf, refusal } from '../../../support/worker/admin-api.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { ADMIN_TOKEN } from '../../../support/worker/runtime-bindings.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

const { ask, call } = adminOf(() => scenario.memberId)

describe('who may call', () => {
  it('is asked below of every route that there is', () => {
    const { routes } = createAdminRoutes(() => expect.fail('no request is made'))
    const patterns = routes
      .filter(({ method }) => method !== 'ALL')
      .map(
        ({ method, path }) => new RegExp(`^${method} ${path.replaceAll(/:\w+/gu, '[^/]+')}$`, 'u'),
      )
    const asked = patterns.map((one) => ADMIN_ROUTES.filter((route) => one.test(route)).length)
    expect(asked).toEqual(patterns.map(() => 1))
  })

  it.each(ADMIN_ROUTES)(
    '%s: 404 without ADMIN_TOKEN, whatever token is presented',
    async (route) => {
      await scenario.portal.sends()
      const settings = { ADMIN_TOKEN: undefined }
      expect(await ask(route, { settings })).toEqual(refusal(404, 'not_found'))
      expect(
        await ask(route, { settings, headers: { authorization: 'Bearer undefined' } }),
      ).toEqual(refusal(404, 'not_found'))
    },
  )

  it.each(ADMIN_ROUTES)('%s: 401 without the token, and nothing happens', async (route) => {
    await scenario.relay.passesOn()
    const headers = {
      authorization: '',
      'cf-connecting-ip': `198.51.100.${ADMIN_ROUTES.indexOf(route)}`,
    }
    const response = await call(route, {
      headers,
      body: route.startsWith('GET') ? undefined : '{}',
    })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="bitrix24-event-relay"')
    expect(await response.json()).toEqual(refusal(401, 'unauthorized').body)
    expect((await scenario.lane('erp')).state).toBe('active')
    expect(scenario.network.sent).toHaveLength(1)
  })

  it.each([
    ['another token', 'Bearer another-admin-token-0123'],
    ['a longer token', `Bearer ${ADMIN_TOKEN}0`],
    ['the beginning of the token', `Bearer ${ADMIN_TOKEN.slice(0, -1)}`],
    ['another scheme', `Basic ${ADMIN_TOKEN}`],
    ['the token alone', ADMIN_TOKEN],
    ['no token', 'Bearer'],
  ])('401 for %s', async (name, authorization) => {
    const headers = { authorization, 'cf-connecting-ip': `2001:db8:${name.length}::1` }
    expect(await ask('GET /portals/{portal}', { headers })).toEqual(refusal(401, 'unauthorized'))
  })

  it('the scheme is compared without case', async () => {
    await scenario.portal.sends()
    const headers = { authorization: `bearer ${ADMIN_TOKEN}` }
    expect((await ask('GET /portals/{portal}', { headers })).status).toBe(200)
  })

  it('429 after ten wrong tokens a minute from one address; the right token still passes', async () => {
    await scenario.portal.sends()
    const wrong = { authorization: 'Bearer wrong', 'cf-connecting-ip': '203.0.113.7' }
    const statuses: number[] = []
    for (let count = 0; count < 12; count += 1) {
      statuses.push((await ask('GET /portals/{portal}', { headers: wrong })).status)
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429])
    const limited = await call('GET /portals/{portal}', { headers: wrong })
    expect(limited.headers.get('retry-after')).toBe('60')
    expect(await limited.json()).toEqual(refusal(429, 'too_many_requests').body)
    const right = { 'cf-connecting-ip': '203.0.113.7' }
    expect((await ask('GET /portals/{portal}', { headers: right })).status).toBe(200)
    const elsewhere = { ...wrong, 'cf-connecting-ip': '203.0.113.8' }
    expect((await ask('GET /portals/{portal}', { headers: elsewhere })).status).toBe(401)
  })

  it('429 after ten wrong tokens a minute from one /48, whatever its /64', async () => {
    await scenario.portal.sends()
    const statuses: number[] = []
    for (let count = 0; count < 12; count += 1) {
      const headers = {
        authorization: 'Bearer wrong',
        'cf-connecting-ip': `2001:db8:77:${count}::1`,
      }
      statuses.push((await ask('GET /portals/{portal}', { headers })).status)
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429])
  })

  it('401 for a wrong token, and a line in the log, when the rate limit fails', async () => {
    const lines = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    onTestFinished(() => lines.mockRestore())
    const settings = { ADMIN_LIMIT: { limit: () => Promise.reject(new Error('limit is away')) } }
    const wrong = { authorization: 'Bearer wrong', 'cf-connecting-ip': '203.0.113.9' }
    const answer = await ask('GET /portals/{portal}', { headers: wrong, settings })
    expect(answer).toEqual(refusal(401, 'unauthorized'))
    expect(lines.mock.calls.map(([line]) => JSON.parse(String(line)))).toEqual([
      { event: 'rate_limit_failed', error: expect.stringContaining('limit is away') },
    ])
  })

  it('answers are never cached, and an unknown address is a 404', async () => {
    await scenario.portal.sends()
    const view = await call('GET /portals/{portal}')
    expect(view.headers.get('cache-control')).toBe('no-store')
    for (const route of [
      'GET /nothing',
      'PUT /portals/{portal}',
      'POST /portals/{portal}/events',
    ]) {
      expect(await ask(route)).toEqual(refusal(404, 'not_found'))
    }
  })
})
