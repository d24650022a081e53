/** A preview and a test message by one portal, with its own values. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { machine, person } from '../../support/builders/entries.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario([machine('erp'), machine('own', { url: '$portal.ERP_URL' })])
})

afterEach(() => scenario.close())

describe('preview()', () => {
  it('shows the very body that the receiver got', async () => {
    await scenario.relay.passesOn(3)
    const sent = scenario
      .receiver('erp')
      .requests()
      .map(({ body }) => JSON.parse(body))
    const shown = await Promise.all([1, 2, 3].map((one) => scenario.object.preview('erp', one)))
    expect(shown.map((one) => one.ok && one.value.body)).toEqual(sent)
    expect(scenario.network.sent).toHaveLength(3)
  })

  it('shows an event that waits, with the one before it that the destination gets', async () => {
    await scenario.relay.passesOn()
    await scenario.operator.pauses('erp')
    await scenario.portal.sendsMany(2)
    expect(await scenario.object.preview('erp', 3)).toMatchObject({
      ok: true,
      value: { body: { data: { sequence: 3, previousSequence: 2 } } },
    })
  })

  it('shows an invented event of this portal', async () => {
    await scenario.portal.sends()
    expect(await scenario.object.preview('erp', null)).toMatchObject({
      ok: true,
      value: { body: { data: { portal: { memberId: scenario.memberId }, sequence: 42 } } },
    })
  })

  it('says what it cannot show', async () => {
    expect(await scenario.object.preview('erp', null)).toEqual({ ok: false, error: 'unknown' })
    await scenario.portal.sends()
    expect(await scenario.object.preview('erp', 9)).toEqual({ ok: false, error: 'unknown' })
    expect(await scenario.object.preview('nobody', 1)).toEqual({ ok: false, error: 'unknown' })
    expect(await scenario.object.preview('own', 1)).toEqual({ ok: false, error: 'unusable' })
  })
})

describe('sendTestMessage()', () => {
  it('sends to the address that the portal has for the destination', async () => {
    await scenario.portal.sends()
    expect(await scenario.object.sendTestMessage('own')).toMatchObject({ reason: 'no_value' })
    await scenario.operator.setsValue('ERP_URL', 'https://mine.example.com/hook')
    expect(await scenario.object.sendTestMessage('own')).toMatchObject({ kind: 'delivered' })
    const [request] = scenario.network.to('mine.example.com')
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      type: 'relay.test',
      data: { portal: { memberId: scenario.memberId } },
    })
  })

  it('uses the template of the destination', async () => {
    await scenario.relay.deploys([person('chat', { template: 'Own words: {{title}}' })])
    await scenario.relay.passesOn()
    const before = scenario.network.sent.length
    await scenario.object.sendTestMessage('chat')
    expect(scenario.network.sent.slice(before).map(({ body }) => body)).toEqual([
      expect.stringContaining('Own words: '),
    ])
  })

  it('is null for a portal or a destination that is not known', async () => {
    expect(await scenario.object.sendTestMessage('erp')).toBeNull()
    await scenario.portal.sends()
    expect(await scenario.object.sendTestMessage('nobody')).toBeNull()
  })
})
