/** The main job: a recorded Bitrix24 body in, a Slack message and a signed webhook out. */
import { env, exports } from 'cloudflare:workers'
import { reset } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aBitrix24World, bitrix24Handler } from '../support/bitrix24-network.ts'
import { FORM_BODIES } from '../support/form-bodies.ts'
import { Network } from '../support/network.ts'
import { ADMIN_TOKEN, MEMBER_ID } from '../support/runtime-bindings.ts'

let network: Network

beforeEach(() => {
  network = new Network()
    .handle(bitrix24Handler(aBitrix24World()))
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
    const install = await post(FORM_BODIES['app-ONAPPINSTALL-local'] ?? '')
    expect(await install.json()).toEqual({ accepted: true })
    const event = await post(FORM_BODIES['app-ONCRMREQUISITEUSERFIELDUPDATE'] ?? '')
    expect(await event.json()).toEqual({ accepted: true, sequence: 1 })
    await vi.waitFor(() => expect(network.to('erp.example.com')).toHaveLength(1))
    await vi.waitFor(() => expect(network.to('hooks.slack.com')).toHaveLength(1))
    const view = await exports.default.fetch(
      `https://relay.example.com/admin/api/portals/${MEMBER_ID}`,
      {
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      },
    )
    console.log(JSON.stringify(await view.json(), null, 1))
    console.log(network.to('erp.example.com')[0]?.body)
    console.log(network.to('hooks.slack.com')[0]?.body)
    console.log(await (env as { INSTALLS: KVNamespace }).INSTALLS.get(`install:${MEMBER_ID}`))
    expect(network.unclaimed).toEqual([])
  })
})
