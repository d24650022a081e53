/**
 * The identity of an event is the one that the portal had when the event was stored: no change of the
 * configuration and no other name of the portal takes a waiting event from the destination that named it.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { configured, machine } from '../../support/builders/entries.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { DOMAIN, WEBHOOK_TOKEN } from '../../support/identity.ts'

const ROTATED = 'rotated0rotated0rotated0rotated0'

let scenario: RelayScenario
let webhooks: { token: string; portal: string; rest: null }[]
let portals: string[]
let pinMs: number

beforeEach(async () => {
  scenario = new RelayScenario()
  webhooks = [{ token: WEBHOOK_TOKEN, portal: DOMAIN, rest: null }]
  portals = [DOMAIN]
  pinMs = 0
  scenario.adapt = (settings) => ({
    ...settings,
    destinations: configured([machine('erp', { portals })]),
    webhooks,
    directory: {
      ...settings.directory,
      pin: async (...args) => {
        await scheduler.wait(pinMs)
        return settings.directory.pin(...args)
      },
    },
  })
})

afterEach(async () => {
  await scenario.close()
})

/** An event of the outgoing webhook. */
async function sends(token = WEBHOOK_TOKEN): Promise<number> {
  return (await scenario.portal.sendsByWebhook(token)).status
}

/** Two events that wait, since their receiver is down. */
async function twoEventsWait(send: () => Promise<number>): Promise<void> {
  scenario.receiver('erp').answers(503)
  expect([await send(), await send()]).toEqual([200, 200])
  await vi.waitFor(async () => expect((await lane()).attempts).toBe(1))
}

async function lane() {
  const [found] = (await scenario.view()).lanes
  if (found === undefined) throw new Error('Cannot find the lane')
  return found
}

/** The receiver works again; what waits for it arrives. */
async function delivered(): Promise<[number, string][]> {
  scenario.receiver('erp').answers(200)
  await scenario.relay.restarts()
  await scenario.time.passes('2 h')
  await vi.waitFor(async () => expect((await lane()).backlog).toBe(0))
  const bodies = scenario.network.to('erp.example.com').map(({ body }) => JSON.parse(body))
  const told = bodies.map(({ data }): [number, string] => [data.sequence, data.portal.domain])
  // The attempts while it was down are left out: each event counts once.
  return [...new Map(told)]
}

const BOTH = [
  [1, DOMAIN],
  [2, DOMAIN],
]

describe('waiting events of a portal that is known by an outgoing webhook alone', () => {
  it.each<[string, () => void]>([
    [
      'a token with a typo',
      () => void (webhooks = [{ token: ROTATED, portal: DOMAIN, rest: null }]),
    ],
    ['no token at all', () => void (webhooks = [])],
    [
      'a domain with a typo',
      () => void (webhooks = [{ token: ROTATED, portal: 'acmee.bitrix24.com', rest: null }]),
    ],
  ])('are delivered after a deployment with %s', async (_, change) => {
    await twoEventsWait(sends)
    change()
    await scenario.relay.restarts()
    expect(await sends()).toBe(403)
    await scenario.object.touch()
    expect((await scenario.view()).domain).toBe(DOMAIN)
    expect(await delivered()).toEqual(BOTH)
  })

  it('are delivered after a rotation whose pin comes late', async () => {
    await twoEventsWait(sends)
    webhooks = [{ token: ROTATED, portal: DOMAIN, rest: null }]
    pinMs = 50
    await scenario.relay.restarts()
    expect(await sends(ROTATED)).toBe(200)
    expect(await delivered()).toEqual([...BOTH, [3, DOMAIN]])
  })

  it('are delivered once the configuration is corrected, with those that come after it', async () => {
    await twoEventsWait(sends)
    webhooks = []
    await scenario.relay.restarts()
    await scenario.object.touch()
    webhooks = [{ token: WEBHOOK_TOKEN, portal: DOMAIN, rest: null }]
    await scenario.relay.restarts()
    expect(await sends()).toBe(200)
    expect(await delivered()).toEqual([...BOTH, [3, DOMAIN]])
  })
})

describe('waiting events of a portal that is renamed', () => {
  it('are delivered by the name under which they were stored; later ones are not', async () => {
    portals = [scenario.domain]
    await scenario.portal.installs()
    const stored = { 'auth[domain]': scenario.domain }
    await twoEventsWait(async () => (await scenario.portal.sends(stored)).status)
    scenario.bitrix24.domain = `new-${scenario.domain}`
    const renamed = {
      'auth[domain]': scenario.bitrix24.domain,
      'auth[client_endpoint]': `https://${scenario.bitrix24.domain}/rest/`,
    }
    expect((await scenario.portal.updates(renamed)).status).toBe(200)
    expect((await scenario.view()).domain).toBe(scenario.bitrix24.domain)
    expect((await scenario.portal.sends(renamed)).status).toBe(200)
    expect(await delivered()).toEqual([
      [1, scenario.domain],
      [2, scenario.domain],
    ])
  })

  it('are reached by a configuration that names the portal as it is called now', async () => {
    portals = [scenario.domain]
    await scenario.portal.installs()
    await twoEventsWait(async () => (await scenario.portal.sends()).status)
    scenario.bitrix24.domain = `new-${scenario.domain}`
    const renamed = {
      'auth[domain]': scenario.bitrix24.domain,
      'auth[client_endpoint]': `https://${scenario.bitrix24.domain}/rest/`,
    }
    expect((await scenario.portal.updates(renamed)).status).toBe(200)
    portals = [scenario.bitrix24.domain]
    await scenario.relay.restarts()
    expect((await delivered()).map(([sequence]) => sequence)).toEqual([1, 2])
  })
})
