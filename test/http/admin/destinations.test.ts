/** The test message to a destination. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askAdmin as ask, refusal } from '../../support/worker/admin-api.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { machine, type Entry } from '../../support/builders/entries.ts'
import { RUNTIME_BINDINGS } from '../../support/worker/runtime-bindings.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

describe('POST /destinations/{destination}/test', () => {
  const TEST = 'POST /destinations/erp/test'

  it('delivered: by the real layout, signed, as relay.test without a sequence', async () => {
    expect(await ask(TEST)).toEqual({
      status: 200,
      body: { outcome: 'delivered', reason: null, status: 200, detail: null },
    })
    const [sent] = scenario.receiver('erp').requests()
    expect(sent?.headers.get('webhook-signature')).toMatch(/^v1,/u)
    expect(sent?.headers.get('webhook-id')).toMatch(/^test-[0-9a-f-]{36}$/u)
    expect(scenario.receiver('erp').received()).toMatchObject([
      { type: 'relay.test', sequence: null },
    ])
  })

  it('delivered: a Slack message', async () => {
    expect((await ask('POST /destinations/crm-alerts/test')).body).toMatchObject({
      outcome: 'delivered',
    })
    expect(scenario.network.to('hooks.slack.com')).toHaveLength(1)
  })

  it.each([
    [410, 'rejected', 'gone'],
    [422, 'rejected', 'http_422'],
    [500, 'unreachable', 'http_500'],
    [302, 'unreachable', 'redirect'],
    [429, 'unreachable', 'rate_limited'],
  ])('%i: %s, %s', async (status, outcome, reason) => {
    const headers = status === 302 ? { location: 'https://elsewhere.example.com/' } : {}
    scenario.receiver('erp').answers(() => new Response('why', { status, headers }))
    expect(await ask(TEST)).toEqual({
      status: 200,
      body: { outcome, reason, status, detail: 'why' },
    })
    expect(scenario.network.sent).toHaveLength(1)
  })

  it('unreachable: a receiver that does not answer', async () => {
    scenario.receiver('erp').answers(() => {
      throw new TypeError('Network connection lost.')
    })
    expect((await ask(TEST)).body).toEqual({
      outcome: 'unreachable',
      reason: 'network_error',
      status: null,
      detail: null,
    })
  })

  it.each<[reason: string, entry: Entry]>([
    ['misconfigured', machine('erp', { url: 'nonsense' })],
    ['no_value', machine('erp', { url: '$portal.ERP_URL' })],
  ])('rejected, %s: nothing is sent', async (reason, entry) => {
    const settings = { DESTINATIONS: [entry] }
    expect(await ask(TEST, { settings })).toEqual({
      status: 200,
      body: { outcome: 'rejected', reason, status: null, detail: null },
    })
    expect(scenario.network.sent).toEqual([])
  })

  it('never shows the secrets of the destination', async () => {
    scenario.network.handle(({ url }) =>
      url === RUNTIME_BINDINGS.SLACK_WEBHOOK_URL ? new Response(url, { status: 500 }) : null,
    )
    const { body } = await ask('POST /destinations/crm-alerts/test')
    expect(JSON.stringify(body)).not.toContain('slackcanary')
    expect(body).toMatchObject({ outcome: 'unreachable', status: 500 })
  })

  it('404 for an unknown destination, also when DESTINATIONS cannot be read', async () => {
    expect(await ask('POST /destinations/nobody/test')).toEqual(refusal(404, 'not_found'))
    const settings = { DESTINATIONS: '[{' }
    expect(await ask(TEST, { settings })).toEqual(refusal(404, 'not_found'))
  })
})
