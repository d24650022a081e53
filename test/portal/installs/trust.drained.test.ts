/** Events out of the spill: they were acknowledged, so their tokens are judged as of their time of receipt. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../src/core/durations.ts'
import type { AppendRequest } from '../../../src/portal/log/append-request.ts'
import { hashToken } from '../../../src/storage/token-hash.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { WITH_NEW_TOKEN } from '../../support/worker/runtime-bindings.ts'
import { APPLICATION_TOKEN, NEW_TOKEN, WEBHOOK_TOKEN } from '../../support/identity.ts'

const UNTRUSTED = { kind: 'untrusted' }

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(() => scenario.close())

/** An event that the edge received at that time and has spilled. */
async function drained(receivedAt: number, token = APPLICATION_TOKEN): Promise<AppendRequest> {
  return {
    receivedAt,
    receipt: crypto.randomUUID(),
    digest: crypto.randomUUID(),
    tokenHash: await hashToken(scenario.memberId, token),
    event: JSON.stringify(anEvent()),
    quarantined: false,
    drained: true,
  }
}

/** The portal's object as it answers to that event. */
async function answered(receivedAt: number, token = APPLICATION_TOKEN) {
  return scenario.object.append(await drained(receivedAt, token))
}

const STORED = { kind: 'stored', duplicate: false, quarantined: false }

describe('an event out of the spill', () => {
  it('is stored although its token has been replaced and forgotten since', async () => {
    await scenario.portal.installs()
    const before = scenario.time.now()
    for (const span of ['1 min', '25 h'] as const) {
      scenario.time.passesWithoutAlarm(span)
      await scenario.portal.updates({ ...WITH_NEW_TOKEN, ts: scenario.portal.ts() })
    }
    expect((await scenario.stored()).hashes.map(({ hash }) => hash)).toEqual([
      await hashToken(scenario.memberId, NEW_TOKEN),
    ])
    expect(await answered(before)).toMatchObject(STORED)
    expect(await answered(scenario.time.now())).toMatchObject(UNTRUSTED)
    const { drained: _, ...live } = await drained(before)
    expect(await scenario.object.append({ ...live, drained: false })).toMatchObject(UNTRUSTED)
  })

  it('is stored although its portal was uninstalled since, and not when it came after that', async () => {
    await scenario.portal.installs()
    const before = scenario.time.now()
    scenario.time.passesWithoutAlarm('1 min')
    scenario.portal.removesApplication()
    await scenario.object.uninstall({
      tokenHash: await hashToken(scenario.memberId, APPLICATION_TOKEN),
      ts: scenario.portal.ts(),
      clean: false,
      receivedAt: scenario.time.now(),
    })
    expect(await answered(before)).toMatchObject(STORED)
    expect(await answered(scenario.time.now())).toMatchObject(UNTRUSTED)
  })

  it('is stored although its outgoing webhook is missing in this deployment', async () => {
    const webhooks = [{ token: WEBHOOK_TOKEN, portal: scenario.memberId, rest: null }]
    scenario.adapt = (settings) => ({ ...settings, webhooks })
    await scenario.portal.sendsByWebhook(WEBHOOK_TOKEN)
    const before = scenario.time.now()
    scenario.time.passesWithoutAlarm('1 min')
    scenario.adapt = (settings) => ({ ...settings, webhooks: [] })
    await scenario.relay.restarts()
    expect(await answered(before, WEBHOOK_TOKEN)).toMatchObject(STORED)
    expect(await answered(before, 'another-token')).toMatchObject(UNTRUSTED)
    scenario.time.passesWithoutAlarm(DAY_MS)
    expect(await answered(scenario.time.now(), WEBHOOK_TOKEN)).toMatchObject(UNTRUSTED)
  })

  it('is dropped and counted when a CLEAN uninstall came after it', async () => {
    await scenario.portal.installs()
    const before = scenario.time.now()
    scenario.time.passesWithoutAlarm('1 min')
    await scenario.portal.uninstalls('clean', { ts: scenario.portal.ts() })
    expect(await answered(before)).toEqual({ kind: 'erased' })
    const { erased } = await scenario.view()
    expect({ erased, log: (await scenario.tables())['log'] }).toEqual({ erased: 1, log: [] })
    // Nothing of that time comes back with the next installation either.
    await scenario.portal.installs({ ts: scenario.portal.ts(1) })
    expect(await answered(before)).toEqual({ kind: 'erased' })
  })
})
