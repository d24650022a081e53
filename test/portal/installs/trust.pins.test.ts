/** Whom the tokens of outgoing webhooks may speak for, and what stays of one that was taken away. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import type { OutgoingWebhook } from '../../../src/core/access/outgoing-webhook.ts'
import { Trust } from '../../../src/portal/installs/trust.ts'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { configured, machine } from '../../support/builders/entries.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { directoryTables } from '../../support/worker/traces.ts'
import { NOW } from '../../support/time.ts'

const TOKEN_A = 'token-of-customer-a-0000000000000'
const TOKEN_B = 'token-of-customer-b-0000000000000'
const DOMAIN_A: OutgoingWebhook = { token: TOKEN_A, portal: 'a.example.com', rest: null }
const DOMAIN_B: OutgoingWebhook = { token: TOKEN_B, portal: 'b.example.com', rest: null }

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(async () => {
  await scenario.close()
})

function configure(...webhooks: OutgoingWebhook[]): void {
  scenario.adapt = (settings) => ({ ...settings, webhooks })
}

async function send(token: string): Promise<number> {
  return (await scenario.portal.sendsByWebhook(token)).status
}

describe('the token of one domain', () => {
  it('does not speak for a portal that another domain is pinned to', async () => {
    configure(DOMAIN_B, DOMAIN_A)
    expect(await send(TOKEN_B)).toBe(200)
    expect(await send(TOKEN_A)).toBe(403)
    expect((await scenario.view()).domain).toBe('b.example.com')
  })

  it.each([
    ['after', [200, 403], [TOKEN_B, TOKEN_A]],
    ['before', [403, 200], [TOKEN_A, TOKEN_B]],
  ])(
    'does not speak for a portal with a member rule, %s it has spoken',
    async (_, statuses, tokens) => {
      configure({ token: TOKEN_B, portal: scenario.memberId, rest: null }, DOMAIN_A)
      const answers: number[] = []
      for (const token of tokens) answers.push(await send(token))
      expect(answers).toEqual(statuses)
      expect((await scenario.view()).domain).toBeNull()
    },
  )

  it('speaks beside another token of the same domain', async () => {
    configure(DOMAIN_A, { token: TOKEN_B, portal: DOMAIN_A.portal, rest: null })
    expect([await send(TOKEN_A), await send(TOKEN_B)]).toEqual([200, 200])
  })
})

describe('a pin', () => {
  it('is asked of the directory once per portal, and needs it no more', async () => {
    configure(DOMAIN_A)
    expect(await send(TOKEN_A)).toBe(200)
    const pin = vi.fn<() => Promise<string>>(() => Promise.reject(new Error('down')))
    scenario.adapt = (settings) => ({
      ...settings,
      webhooks: [DOMAIN_A],
      directory: { ...settings.directory, pin },
    })
    await scenario.relay.restarts()
    expect(await send(TOKEN_A)).toBe(200)
    expect(pin).not.toHaveBeenCalled()
    expect((await scenario.view()).head).toBe(2)
  })
})

describe('the token of a domain does not claim a portal', () => {
  const own = (): OutgoingWebhook => ({ token: TOKEN_B, portal: scenario.domain, rest: null })

  it('that was installed under another domain and is uninstalled', async () => {
    configure(DOMAIN_A)
    await scenario.portal.installs()
    expect(await send(TOKEN_A)).toBe(403)
    for (const kind of ['keep-data', 'clean'] as const) {
      await scenario.portal.uninstalls(kind)
      expect([kind, await send(TOKEN_A)]).toEqual([kind, 403])
      scenario.time.passesWithoutAlarm('10 s')
      expect((await scenario.portal.installs({ ts: scenario.portal.ts() })).status).toBe(200)
    }
    expect((await directoryTables())['pins']).toBeUndefined()
  })

  it('that is uninstalled, when it had claimed it before the first installation', async () => {
    configure(DOMAIN_A)
    expect(await send(TOKEN_A)).toBe(200)
    await scenario.portal.installs()
    expect(await send(TOKEN_A)).toBe(403)
    await scenario.portal.uninstalls('keep-data')
    expect(await send(TOKEN_A)).toBe(403)
  })

  it('whose end is known and whose domain is not', async () => {
    configure(DOMAIN_A)
    await scenario.portal.installs()
    await scenario.portal.uninstalls('clean')
    await scenario.inside(({ storage }) => {
      storage.sql.exec(`UPDATE install SET install = json_remove(install, '$.endedDomain')`)
    })
    await scenario.relay.restarts()
    expect(await send(TOKEN_A)).toBe(403)
  })

  it('that a destination names by its member_id, and says so in the log', async () => {
    const lines: unknown[] = []
    scenario.adapt = (settings) => ({
      ...settings,
      webhooks: [DOMAIN_A],
      destinations: configured([
        machine('erp', { portals: [scenario.memberId.toUpperCase()] }),
        machine('other', { portals: ['b*'] }),
      ]),
      logLine: (...line) => void lines.push(line),
    })
    expect(await send(TOKEN_A)).toBe(403)
    expect(lines).toContainEqual([
      'warn',
      'pin_refused',
      {
        memberId: scenario.memberId,
        portal: DOMAIN_A.portal,
        reason: 'named_portal',
        remedy: expect.stringContaining('OUTGOING_WEBHOOK_TOKENS'),
      },
    ])
    expect((await scenario.traces()).tables).toEqual({})
  })

  it('but the portal that has this domain, before and after its uninstallation', async () => {
    configure(own())
    await scenario.portal.installs()
    expect(await send(TOKEN_B)).toBe(200)
    await scenario.portal.uninstalls('keep-data')
    expect(await send(TOKEN_B)).toBe(200)
  })
})

describe('a pin that the operator removes', () => {
  it('is shown with its number, and lets another portal use the token', async () => {
    configure(DOMAIN_A)
    expect(await send(TOKEN_A)).toBe(200)
    const { pins } = await scenario.view()
    expect(pins).toEqual([{ n: 1, portal: 'a.example.com', since: expect.any(String) }])
    const remove = (n: string) => scenario.admin(`/pins/${n}`, { method: 'DELETE' })
    for (const wrong of ['0', '2', 'x']) expect((await remove(wrong)).status).toBe(404)
    expect((await remove('1')).status).toBe(204)
    expect((await scenario.view()).pins).toEqual([])
    expect((await directoryTables())['pins']).toEqual([])
    const other = new RelayScenario()
    other.adapt = scenario.adapt
    expect((await other.portal.sendsByWebhook(TOKEN_A)).status).toBe(200)
    expect(await send(TOKEN_A)).toBe(403)
  })

  it.each<[string, readonly OutgoingWebhook[]]>([
    ['is not configured any more', []],
    ['is configured with another domain', [{ ...DOMAIN_A, portal: 'c.example.com' }]],
    [
      'is configured with the member_id of another portal',
      [{ ...DOMAIN_A, portal: 'd'.repeat(32) }],
    ],
  ])('is shown and removed also while its token %s', async (_case, webhooks) => {
    configure(DOMAIN_A)
    expect(await send(TOKEN_A)).toBe(200)
    configure(...webhooks)
    await scenario.relay.restarts()
    await scenario.object.touch()
    await send(TOKEN_A)
    const { pins } = await scenario.view()
    const former = pins.find(({ portal }) => portal === 'a.example.com')
    const remove = await scenario.admin(`/pins/${former?.n}`, { method: 'DELETE' })
    expect(remove.status).toBe(204)
    const other = new RelayScenario()
    configure(DOMAIN_A)
    other.adapt = scenario.adapt
    expect((await other.portal.sendsByWebhook(TOKEN_A)).status).toBe(200)
  })

  it('is shown once when its token is configured again', async () => {
    configure(DOMAIN_A)
    expect(await send(TOKEN_A)).toBe(200)
    for (const webhooks of [[], [DOMAIN_A]]) {
      configure(...webhooks)
      await scenario.relay.restarts()
      await scenario.object.touch()
    }
    expect((await scenario.view()).pins).toMatchObject([{ configured: false }])
    expect(await scenario.object.recognises(await hashToken(scenario.memberId, TOKEN_A))).toBe(true)
    expect((await scenario.view()).pins).toEqual([
      { n: 1, portal: 'a.example.com', since: expect.any(String) },
    ])
  })

  it('is kept while the directory cannot be reached', async () => {
    configure(DOMAIN_A)
    expect(await send(TOKEN_A)).toBe(200)
    const unpin = () => Promise.reject(new Error('down'))
    scenario.adapt = (settings) => ({
      ...settings,
      webhooks: [DOMAIN_A],
      directory: { ...settings.directory, unpin },
    })
    await scenario.relay.restarts()
    expect((await scenario.admin('/pins/1', { method: 'DELETE' })).status).toBe(500)
    expect((await scenario.view()).pins).toHaveLength(1)
  })
})

describe('two tokens of different domains that speak for a new portal at the same time', () => {
  // The directory may give both pins to this portal: each token is the first one of its own domain.
  it('are judged again after their pins: only the first one counts', async () => {
    const memberId = 'a'.repeat(32)
    const stored = { install: NO_INSTALL }
    const trust = new Trust({
      memberId,
      state: {
        install: () => stored.install,
        changeInstall: (change) => void (stored.install = change(stored.install)),
      },
      config: { webhooks: [DOMAIN_A, DOMAIN_B], destinations: [] },
      world: { now: () => NOW, logLine: () => {} },
      directory: {
        pin: () => Promise.resolve(memberId),
        pinned: () => Promise.resolve(null),
        unpin: () => Promise.resolve(),
      },
      robotAddress: { trusts: () => false },
    })
    const hashes = await Promise.all([TOKEN_A, TOKEN_B].map((token) => hashToken(memberId, token)))
    const verdicts = await Promise.all(hashes.map((hash) => trust.verify(hash)))
    expect(verdicts.filter(Boolean)).toHaveLength(1)
    expect(stored.install.webhooks).toHaveLength(1)
    expect(hashes.map((hash) => trust.trusts(hash))).toEqual(verdicts)
  })
})

describe('a webhook that is configured no more', () => {
  beforeEach(async () => {
    configure(DOMAIN_A)
    expect(await send(TOKEN_A)).toBe(200)
    await vi.waitFor(async () => expect((await scenario.record())?.hashes).toHaveLength(1))
    configure()
    await scenario.relay.restarts()
  })

  it('leaves KV and the view with the first event that is refused', async () => {
    expect(await send(TOKEN_A)).toBe(403)
    expect((await scenario.view()).install.pinnedWebhooks).toEqual([])
    await scenario.time.alarmFires()
    expect((await scenario.record())?.hashes).toEqual([])
  })

  it('leaves KV and the view with the daily visit', async () => {
    await scenario.object.touch()
    expect((await scenario.view()).install.pinnedWebhooks).toEqual([])
    expect((await scenario.record())?.hashes).toEqual([])
  })
})
