/** What the edge itself knows of a token: at hand, and with KV. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutgoingWebhook } from '../../../src/core/access/outgoing-webhook.ts'
import { readTrust, recallTrust } from '../../../src/edge/callers/caller-trust.ts'
import { chargeCaller } from '../../../src/edge/callers/limits.ts'
import { InstallStore } from '../../../src/storage/install-store.ts'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { SOURCE } from '../../support/builders/an-intake.ts'
import { EdgeScenario } from '../../support/scenarios/edge-scenario.ts'
import { watchKv } from '../../support/storage/kv.ts'
import { APPLICATION_TOKEN } from '../../support/identity.ts'

const STORED = { kind: 'stored', duplicate: false, quarantined: false }
const TOO_MANY = { kind: 'refused', code: 'too_many_requests' }
const { address } = SOURCE
const no = () => Promise.resolve(false)

let scenario: EdgeScenario

beforeEach(() => {
  scenario = EdgeScenario.beforeInstall()
})

afterEach(() => scenario.close())

/** A token that a caller presents for the scenario's portal. */
async function presented(token: string) {
  const { memberId } = scenario
  return { memberId, token, tokenHash: await hashToken(memberId, token) }
}

function webhook(portal: string): OutgoingWebhook {
  return { token: APPLICATION_TOKEN, portal, rest: null }
}

describe('recallTrust()', () => {
  it('reads no KV, and so does not know a portal that has not called yet', async () => {
    await scenario.install()
    expect(recallTrust(scenario.watchedIntake().deps, await presented(APPLICATION_TOKEN))).toBe(
      'unknown',
    )
    expect(scenario.kv.operations).toEqual([])
  })

  it.each([
    [true, 'trusted'],
    [false, 'refused'],
  ])('tells what the object has said of the token: %s', async (trusted, trust) => {
    const { deps } = scenario.watchedIntake()
    const token = await presented(APPLICATION_TOKEN)
    deps.callers.memory.remember(token, { trusted, now: scenario.now })
    expect(recallTrust(deps, token)).toBe(trust)
  })

  it('trusts a token that is configured for the very portal, and none that is so by a domain', async () => {
    const token = await presented(APPLICATION_TOKEN)
    const named = scenario.watchedIntake({ webhooks: [webhook(scenario.memberId)] })
    expect(recallTrust(named.deps, token)).toBe('trusted')
    const byDomain = scenario.watchedIntake({ webhooks: [webhook('acme.bitrix24.com')] })
    expect(recallTrust(byDomain.deps, token)).toBe('unknown')
  })
})

describe('readTrust()', () => {
  it('trusts what KV names, and knows no other token', async () => {
    await scenario.install()
    const { deps } = scenario.watchedIntake()
    expect(await readTrust(deps, await presented(APPLICATION_TOKEN), address)).toBe('trusted')
    expect(await readTrust(deps, await presented('another'), address)).toBe('unknown')
  })

  it.each([
    ['the portal', { isUntrustedWithinLimit: no }, 1],
    ['the address', { isAddressWithinLimit: no }, 3],
  ])('stops a stranger who has used up the limit of %s', async (_, limits, reads) => {
    await scenario.install()
    const { deps } = scenario.watchedIntake(limits)
    await chargeCaller(deps, { memberId: scenario.memberId, address })
    for (const token of ['one', 'two']) {
      expect(await readTrust(deps, await presented(token), address)).toBe('over_limit')
    }
    // The true portal calls from the same address.
    expect(await readTrust(deps, await presented(APPLICATION_TOKEN), address)).toBe('trusted')
    expect(scenario.kv.operations).toHaveLength(reads)
  })

  it('lets a configured token ask, whatever limit is used up', async () => {
    const webhooks = [webhook('acme.bitrix24.com')]
    for (const limits of [{ isUntrustedWithinLimit: no }, { isAddressWithinLimit: no }]) {
      const { deps } = scenario.watchedIntake({ webhooks, ...limits })
      await chargeCaller(deps, { memberId: scenario.memberId, address })
      for (const _ of [1, 2]) {
        expect(await readTrust(deps, await presented(APPLICATION_TOKEN), address)).toBe('unknown')
      }
    }
  })

  it('knows nobody while KV fails, and stops nobody', async () => {
    const installStore = new InstallStore(watchKv(['get']).kv)
    const { deps } = scenario.watchedIntake({ installStore, isUntrustedWithinLimit: no })
    await chargeCaller(deps, { memberId: scenario.memberId, address })
    expect(await readTrust(deps, await presented('one'), address)).toBe('unknown')
  })
})

describe('takeRequest()', () => {
  it('refuses a used up address only where KV answers and does not know the token', async () => {
    await scenario.install()
    let isDown = false
    const flaky = new Proxy(scenario.kv.kv, {
      get(target, property) {
        const method: unknown = Reflect.get(target, property)
        if (typeof method !== 'function') return method
        return (...terms: unknown[]): unknown =>
          isDown ? Promise.reject(new Error('KV is down')) : Reflect.apply(method, target, terms)
      },
    })
    const isAddressWithinLimit = () => Promise.resolve(false)
    const intake = scenario.watchedIntake({
      installStore: new InstallStore(flaky),
      isAddressWithinLimit,
    })
    const stranger = (digit: string) => scenario.event(1, { 'auth[member_id]': digit.repeat(32) })
    expect(await intake.take(stranger('1'))).toEqual(TOO_MANY)
    expect(await intake.take(stranger('2'))).toEqual(TOO_MANY)
    expect(intake.lookups).toHaveLength(1)
    expect(await intake.take(scenario.event(1))).toEqual({ ...STORED, sequence: 1 })
    isDown = true
    const other = scenario.watchedIntake({
      installStore: new InstallStore(flaky),
      isAddressWithinLimit,
    })
    expect(await other.take(stranger('3'))).toEqual(TOO_MANY)
    expect(await other.take(scenario.event(2))).toEqual({ ...STORED, sequence: 2 })
  })
})
