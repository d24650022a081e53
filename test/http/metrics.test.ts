/** `GET /metrics`: who may read it, and that it tells what has happened, once. */
import { env } from 'cloudflare:workers'
import { createExecutionContext, reset } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { TOTALS_HOLD_MS } from '../../src/objects/directory.ts'
import { RelayScenario } from '../support/scenarios/relay-scenario.ts'
import { valueIn } from '../support/messages/read-metrics.ts'
import { ADMIN_TOKEN } from '../support/worker/runtime-bindings.ts'
import worker from '../support/worker/worker.ts'
import { NEW_TOKEN } from '../support/identity.ts'

const URL_OF_METRICS = 'https://relay.example.com/metrics'
const WITH_NEW_TOKEN = { 'auth[application_token]': NEW_TOKEN }
const BEARER = { authorization: `Bearer ${ADMIN_TOKEN}` }

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly settings?: Readonly<Record<string, unknown>>
}

async function ask({ method = 'GET', headers = BEARER, settings = {} }: Asked = {}) {
  const request = new Request<unknown, IncomingRequestCfProperties>(URL_OF_METRICS, {
    method,
    headers,
  })
  return worker.fetch(request, { ...env, ...settings }, createExecutionContext())
}

afterEach(() => reset())

describe('GET /metrics', () => {
  it('is not there while nothing opens the admin surface', async () => {
    const response = await ask({ settings: { ADMIN_TOKEN: undefined } })
    expect(response.status).toBe(404)
  })

  it.each([{}, { authorization: 'Bearer another-admin-token-0123' }])(
    'asks for the admin token: %j',
    async (headers) => {
      const from = { 'cf-connecting-ip': `2001:db8:77:${Object.keys(headers).length}::1` }
      const response = await ask({ headers: { ...headers, ...from } })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
      expect(await response.text()).not.toContain('bitrix24_relay')
    },
  )

  it('answers the text of Prometheus, which nobody may keep', async () => {
    const response = await ask()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(valueIn(await response.text(), 'bitrix24_relay_events_accepted_total')).toBe(0)
  })

  it('answers HEAD with the same head and no body', async () => {
    const response = await ask({ method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.text()).toBe('')
  })

  it('takes no other method', async () => {
    const response = await ask({ method: 'POST' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD')
  })
})

describe('a portal that sends', () => {
  let scenario: RelayScenario

  beforeEach(() => {
    scenario = new RelayScenario()
  })

  afterEach(() => scenario.close())

  /** The value of a metric now; the sums of the last scrape are forgotten. */
  async function value(name: string, labels: Readonly<Record<string, string>> = {}) {
    const clock = vi.spyOn(Date, 'now').mockReturnValue((now += TOTALS_HOLD_MS))
    const response = await ask().finally(() => clock.mockRestore())
    return valueIn(await response.text(), `bitrix24_relay_${name}`, labels)
  }

  let now = Date.now()

  it('is counted with its events and deliveries, and goes on counting when it is erased and comes back', async () => {
    await scenario.portal.installs()
    await scenario.portal.sends()
    await scenario.portal.sends()
    await scenario.idles()
    await scenario.object.touch()
    const accepted = await value('events_accepted_total')
    expect(accepted).toBe(2)
    await scenario.portal.uninstalls('clean')
    await scenario.object.touch()
    await scenario.idles()
    expect(await value('portals', { state: 'active' })).toBe(0)
    expect(await value('events_accepted_total')).toBe(2)
    scenario.time.passesWithoutAlarm('1 min')
    await scenario.portal.installs({ ts: scenario.portal.ts(), ...WITH_NEW_TOKEN })
    expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
    await scenario.idles()
    await scenario.object.touch()
    expect(await value('events_accepted_total')).toBe(3)
    await scenario.object.touch()
    expect(await value('events_accepted_total')).toBe(3)
  })

  it('brings what the edge has counted: refusals, and how long acknowledgements took', async () => {
    const before = (await value('acknowledgement_seconds_count')) ?? 0
    const refusedBefore = (await value('requests_refused_total', { reason: 'untrusted' })) ?? 0
    expect((await scenario.portal.sends()).status).toBe(403)
    await scenario.portal.installs()
    await scenario.portal.sends()
    await scenario.portal.sends()
    await scenario.idles()
    await scenario.object.touch()
    expect(await value('acknowledgement_seconds_count')).toBeGreaterThan(before)
    expect(await value('requests_refused_total', { reason: 'untrusted' })).toBeGreaterThan(
      refusedBefore,
    )
  })
})
