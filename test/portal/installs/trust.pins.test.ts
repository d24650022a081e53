/** Whom the tokens of outgoing webhooks may speak for, and what stays of one that was taken away. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NO_INSTALL } from '../../../src/core/access/install.ts'
import type { OutgoingWebhook } from '../../../src/core/access/outgoing-webhook.ts'
import { Trust } from '../../../src/portal/installs/trust.ts'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { RelayScenario } from '../../support/relay-scenario.ts'
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
      config: { webhooks: [DOMAIN_A, DOMAIN_B] },
      world: { now: () => NOW },
      directory: { pin: () => Promise.resolve(memberId) },
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
