/** The test message to a destination, and the preview of what it would be told. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aReport } from '../../../support/builders/a-report.ts'
import { realPortalList } from '../../../support/builders/an-intake.ts'
import { askAdmin as ask, refusal } from '../../../support/worker/admin-api.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { machine, type Entry } from '../../../support/builders/entries.ts'
import { RUNTIME_BINDINGS } from '../../../support/worker/runtime-bindings.ts'

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

  it('takes the values of the portal that it names, by member id or by domain', async () => {
    scenario.relay.isConfigured([machine('own', { url: '$portal.ERP_URL' })])
    await scenario.portal.sends()
    await scenario.operator.setsValue('ERP_URL', 'https://mine.example.com/hook')
    const report = aReport({ domain: 'mine.bitrix24.com' })
    await realPortalList().noteReport(scenario.memberId, report)
    const settings = { DESTINATIONS: [machine('own', { url: '$portal.ERP_URL' })] }
    for (const memberId of [scenario.memberId, 'mine.bitrix24.com']) {
      const answer = await ask('POST /destinations/own/test', { settings, body: { memberId } })
      expect(answer).toMatchObject({ status: 200, body: { outcome: 'delivered' } })
    }
    expect(scenario.network.to('mine.example.com')).toHaveLength(2)
  })

  it('refuses a portal that is not known, and any other member', async () => {
    const unknown = { body: { memberId: 'f'.repeat(32) } }
    expect(await ask(TEST, unknown)).toEqual(refusal(404, 'not_found'))
    const nowhere = { body: { memberId: 'nowhere.bitrix24.com' } }
    expect(await ask(TEST, nowhere)).toEqual(refusal(404, 'not_found'))
    expect(await ask(TEST, { body: { portal: 'x' } })).toEqual(refusal(400, 'invalid_request'))
    expect(scenario.network.sent).toEqual([])
  })

  it('404 for an unknown destination, also when DESTINATIONS cannot be read', async () => {
    expect(await ask('POST /destinations/nobody/test')).toEqual(refusal(404, 'not_found'))
    const settings = { DESTINATIONS: '[{' }
    expect(await ask(TEST, { settings })).toEqual(refusal(404, 'not_found'))
  })
})

describe('POST /destinations/{destination}/preview', () => {
  const PREVIEW = 'POST /destinations/erp/preview'

  it('shows an event of a portal as the destination would get it, and sends nothing', async () => {
    scenario.relay.isConfigured([machine('erp')])
    await scenario.relay.passesOn()
    const body = { memberId: scenario.memberId, sequence: 1 }
    const answer = await ask(PREVIEW, { body })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        type: 'webhook',
        headers: { 'webhook-id': `${scenario.memberId}-1` },
        body: { type: 'bitrix24.crm.requisite_user_field.updated', data: { sequence: 1 } },
      },
    })
    expect(scenario.network.sent).toHaveLength(1)
  })

  it('shows an invented event without a portal, in the words of the template', async () => {
    const entry = {
      name: 'chat',
      type: 'slack',
      url: '$SLACK_WEBHOOK_URL',
      template: 'Heard: {{label}}',
      language: 'de',
    }
    const settings = { DESTINATIONS: [entry] }
    const answer = await ask('POST /destinations/chat/preview', { settings })
    expect(answer).toMatchObject({ status: 200, body: { type: 'slack' } })
    expect(JSON.stringify(answer.body)).toContain('Heard: Tax number')
    expect(JSON.stringify(answer.body)).not.toContain('slackcanary')
  })

  it.each([
    ['misconfigured', machine('erp', { url: 'nonsense' })],
    ['without the value of a portal', machine('erp', { url: '$portal.ERP_URL' })],
  ])('409 for a destination that is %s', async (_, entry) => {
    const settings = { DESTINATIONS: [entry] }
    expect(await ask(PREVIEW, { settings })).toEqual(refusal(409, 'unusable_destination'))
  })

  it.each<[status: number, code: string, body: unknown]>([
    [404, 'not_found', { memberId: 'f'.repeat(32) }],
    [404, 'not_found', { memberId: 'nowhere.bitrix24.com', sequence: 1 }],
    [400, 'invalid_request', { sequence: 1 }],
    [400, 'invalid_request', { memberId: 'f'.repeat(32), sequence: 0 }],
    [400, 'invalid_request', '['],
  ])('%i %s for %j', async (status, code, body) => {
    expect(await ask(PREVIEW, { body })).toEqual(refusal(status, code))
  })
})
