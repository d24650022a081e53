/** Outgoing webhooks: the portals for which a token speaks, by its member id, its domain or `*`. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { NO_TRACES, directoryTables, dumpKv } from '../../support/worker/traces.ts'
import { RelayScenario, callAdmin } from '../../support/scenarios/relay-scenario.ts'
import { WEBHOOK_TOKEN } from '../../support/identity.ts'

let scenario: RelayScenario
let other: string

beforeEach(() => {
  scenario = new RelayScenario()
  other = crypto.randomUUID().replaceAll('-', '')
})

afterEach(async () => {
  await scenario.close()
})

/** OUTGOING_WEBHOOK_TOKENS as the portals' objects read it from now on. */
function configure(...portals: string[]): void {
  scenario.adapt = (settings) => ({
    ...settings,
    webhooks: portals.map((portal) => ({ token: WEBHOOK_TOKEN, portal, rest: null })),
  })
}

/** An event of the outgoing webhook that claims to be of this portal. */
async function send(memberId: string, token = WEBHOOK_TOKEN): Promise<number> {
  return (await scenario.portal.sendsByWebhook(token, { 'auth[member_id]': memberId })).status
}

describe('an outgoing webhook', () => {
  it('speaks for the configured member_id and for no other', async () => {
    configure(scenario.memberId)
    expect(await send(other)).toBe(403)
    expect(await send(scenario.memberId)).toBe(200)
    expect(await send(other)).toBe(403)
    expect((await callAdmin(`/portals/${other}`)).status).toBe(404)
    await vi.waitFor(async () =>
      expect(Object.keys(await dumpKv())).toEqual([`install:${scenario.memberId}`]),
    )
    expect(await directoryTables()).toEqual({})
  })

  it('speaks for no portal with another token', async () => {
    configure(scenario.memberId)
    expect(await send(scenario.memberId, 'jvh9y1ulvt2m6k5or90v9mg8nn32ozaX')).toBe(403)
    expect(await scenario.traces()).toEqual(NO_TRACES)
  })

  it('of a configured domain speaks for the first portal that uses it, pinned and shown', async () => {
    configure('acme.bitrix24.com')
    expect(await send(scenario.memberId)).toBe(200)
    const { state, domain, install } = await scenario.view()
    expect({ state, domain, kinds: install.kinds, pinned: install.pinnedWebhooks }).toEqual({
      state: 'active',
      domain: 'acme.bitrix24.com',
      kinds: ['outgoing_webhook'],
      pinned: [{ portal: 'acme.bitrix24.com', since: expect.stringMatching(/^\d{4}-/u) }],
    })
    expect((await directoryTables())['pins']).toEqual([
      { token_id: expect.stringMatching(/^[0-9a-f]{64}$/u), member_id: scenario.memberId },
    ])
  })

  it('of a configured domain is refused for every portal after the first', async () => {
    configure('acme.bitrix24.com')
    expect(await send(scenario.memberId)).toBe(200)
    expect(await send(other)).toBe(403)
    expect((await callAdmin(`/portals/${other}`)).status).toBe(404)
    expect(await env.INSTALLS.get(`install:${other}`)).toBeNull()
  })

  it('stays pinned when the objects start anew', async () => {
    configure('acme.bitrix24.com')
    expect(await send(scenario.memberId)).toBe(200)
    await scenario.relay.restarts()
    expect(await send(other)).toBe(403)
    expect(await send(scenario.memberId)).toBe(200)
  })

  it('is pinned to one portal only when several use it at the same time', async () => {
    configure('acme.bitrix24.com')
    const members = [scenario.memberId, ...Array.from({ length: 5 }, () => aMember())]
    const answers = await Promise.all(members.map((memberId) => send(memberId)))
    expect(answers.toSorted((a, b) => a - b)).toEqual([200, 403, 403, 403, 403, 403])
  })

  it('speaks for a portal with an application install if its verified domain is the configured one', async () => {
    configure(scenario.domain)
    await scenario.portal.installs()
    expect(await send(scenario.memberId)).toBe(200)
    expect((await scenario.view()).install.kinds).toEqual(['application', 'outgoing_webhook'])
  })

  it('does not speak for a portal with an application install of another verified domain', async () => {
    configure('acme.bitrix24.com')
    await scenario.portal.installs()
    expect(await send(scenario.memberId)).toBe(403)
    expect((await scenario.view()).install.kinds).toEqual(['application'])
    expect(await directoryTables()).toEqual({})
  })

  it('falls silent when an application install verifies another domain', async () => {
    configure('acme.bitrix24.com')
    expect(await send(scenario.memberId)).toBe(200)
    await scenario.portal.installs()
    expect(await send(scenario.memberId)).toBe(403)
  })

  it('speaks for one portal even when that portal is known by its application install', async () => {
    configure(scenario.domain)
    await scenario.portal.installs()
    expect(await send(scenario.memberId)).toBe(200)
    expect(await send(other)).toBe(403)
  })

  it('stops speaking when its token is removed from the configuration', async () => {
    configure(scenario.memberId)
    expect(await send(scenario.memberId)).toBe(200)
    await vi.waitFor(async () => expect((await scenario.record())?.hashes).toHaveLength(1))
    configure()
    await scenario.relay.restarts()
    expect(await send(scenario.memberId)).toBe(403)
    expect((await scenario.tables())['log']).toHaveLength(1)
  })

  it('goes on speaking after the application of the same portal is uninstalled', async () => {
    configure(scenario.memberId)
    await scenario.portal.installs()
    await scenario.portal.uninstalls('keep-data')
    expect(await send(scenario.memberId)).toBe(200)
  })

  it('has a record in KV with the hash of its token and without tokens', async () => {
    configure(scenario.memberId)
    await send(scenario.memberId)
    await vi.waitFor(async () =>
      expect(await scenario.record()).toEqual({
        version: 1,
        generation: 0,
        hashes: [{ hash: await hashToken(scenario.memberId, WEBHOOK_TOKEN), until: null }],
        tokens: null,
        systemTokens: null,
        domain: null,
        copy: expect.objectContaining({
          application: null,
          webhooks: [expect.objectContaining({ portal: scenario.memberId })],
        }),
      }),
    )
  })
})

describe('the outgoing webhook "*"', () => {
  it('speaks for every portal and pins none', async () => {
    configure('*')
    expect(await send(scenario.memberId)).toBe(200)
    expect(await send(other)).toBe(200)
    expect(await directoryTables()).toEqual({})
  })
})

function aMember(): string {
  return crypto.randomUUID().replaceAll('-', '')
}
