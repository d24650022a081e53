/** The main job: a recorded Bitrix24 body in, a Slack message and a signed webhook out. */
import { exports } from 'cloudflare:workers'
import { reset } from 'cloudflare:test'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bitrix24Body } from '../support/builders/bitrix24-bodies.ts'
import { aBitrix24, bitrix24Handler } from '../support/network/bitrix24-network.ts'
import { Network } from '../support/network/network.ts'
import { SIGNING_SECRET } from '../support/worker/runtime-bindings.ts'
import { MEMBER_ID } from '../support/identity.ts'

let network: Network

beforeEach(() => {
  network = new Network()
    .handle(bitrix24Handler(aBitrix24()))
    .handle(({ url }) => (url.startsWith('https://hooks.slack.com/') ? new Response('ok') : null))
    .handle(({ url }) => (url.startsWith('https://erp.example.com/') ? new Response('') : null))
  vi.spyOn(globalThis, 'fetch').mockImplementation(network.fetch)
})

afterEach(async () => {
  vi.restoreAllMocks()
  await reset()
})

async function post(body: string): Promise<Response> {
  return exports.default.fetch('https://relay.example.com/bitrix24/events', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })
}

describe('the main job', () => {
  it('installs, stores an event and delivers it to both receivers', async () => {
    const install = await post(bitrix24Body('app-ONAPPINSTALL-local'))
    expect(await install.json()).toEqual({ accepted: true })
    const event = await post(bitrix24Body('app-ONCRMREQUISITEUSERFIELDUPDATE'))
    expect(await event.json()).toEqual({ accepted: true, sequence: 1 })
    await vi.waitFor(() => expect(network.to('erp.example.com')).toHaveLength(1))
    await vi.waitFor(() => expect(network.to('hooks.slack.com')).toHaveLength(1))
    const [sent] = network.to('erp.example.com')
    expect(sent?.headers.get('webhook-id')).toBe(`${MEMBER_ID}-1`)
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({
      type: 'bitrix24.crm.requisite_user_field.updated',
      data: {
        event: 'onCrmRequisiteUserFieldUpdate',
        portal: { memberId: MEMBER_ID, domain: 'acme.bitrix24.com' },
        sequence: 1,
        previousSequence: null,
        user: { id: 1, name: null },
        fields: { ID: 235, ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_NEWTECH_V1_STRING' },
      },
    })
    const verified = new Webhook(SIGNING_SECRET).sign(
      `${MEMBER_ID}-1`,
      new Date(Number(sent?.headers.get('webhook-timestamp')) * 1000),
      sent?.body ?? '',
    )
    expect(sent?.headers.get('webhook-signature')).toBe(verified)
    const text = network.to('hooks.slack.com')[0]?.body ?? ''
    expect(text).toContain('UF_CRM_NEWTECH_V1_STRING')
    expect(text).toContain('acme.bitrix24.com')
    expect(network.unclaimed).toEqual([])
  })

  it('says that an automation did it where the application is told no user, and nobody for an outgoing webhook', async () => {
    await post(bitrix24Body('app-ONAPPINSTALL-local'))
    const name = 'ONCRMREQUISITEUSERFIELDUPDATE'
    for (const [index, body] of [`app-${name}-no-user-context`, `webhook-${name}`].entries()) {
      const event = new URLSearchParams(bitrix24Body(body))
      event.set('data[FIELDS][ID]', String(300 + index))
      expect((await post(event.toString())).status).toBe(200)
      await vi.waitFor(() => expect(network.to('hooks.slack.com')).toHaveLength(index + 1))
    }
    const [byAutomation, byWebhook] = network.to('hooks.slack.com').map(({ body }) => body)
    expect(byAutomation).toContain(' — automation')
    expect(byWebhook).toContain('Settings changed: UF_CRM')
    expect(byWebhook).not.toMatch(/automation| — /)
    await vi.waitFor(() => expect(network.to('erp.example.com')).toHaveLength(2))
    for (const { body } of network.to('erp.example.com')) {
      expect(JSON.parse(body).data.user).toBeNull()
    }
  })
})
