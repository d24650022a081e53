/** What an operator does with one portal: its lanes, its values, a comparison on demand. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { createSealer } from '../../../src/storage/seal.ts'
import { machine } from '../../support/builders/entries.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { until } from '../../support/until.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

describe("an operator's wish leaves an alarm, so that it survives the end of the object", () => {
  beforeEach(() => scenario.portal.becomesKnown())

  it.each([
    ['replay', () => scenario.operator.replays('erp', { from: 1, to: 1 })],
    ['resume', () => scenario.operator.resumes('erp')],
  ])('%s', async (wish, call) => {
    await scenario.relay.comesToRest()
    if (wish === 'resume') {
      await scenario.operator.pauses('erp')
      await scenario.portal.sends()
      await scenario.time.passesUntilQuiet()
    }
    const held = scenario.receiver('erp').holds()
    const before = scenario.receiver('erp').received().length
    await call()
    await until(() => scenario.receiver('erp').received().length === before + 1)
    expect(await scenario.time.alarmIn()).toBe(5 * MINUTE_MS)
    await scenario.inside(() => held.open())
    await scenario.settled()
  })
})

describe('a resumed lane', () => {
  it('of an unknown type stays disabled, and sets no alarm again and again', async () => {
    await scenario.portal.becomesKnown()
    await scenario.relay.deploys([machine('erp'), { name: 'odd', type: 'carrier-pigeon' }])
    await scenario.portal.sends()
    await until(async () => (await scenario.lane('erp')).backlog === 0)
    const resumed = await scenario.operator.resumes('odd')
    expect(resumed).toEqual({ ok: true, value: 'disabled' })
    expect(await scenario.lane('odd')).toMatchObject({ state: 'disabled', reason: 'misconfigured' })
    await scenario.time.passesUntilQuiet()
    expect(await scenario.lane('odd')).toMatchObject({ backlog: 1 })
  })
})

describe('a value of the portal', () => {
  it('needs a portal that is known, and a key to seal it with', async () => {
    scenario.settings = { ...scenario.settings, sealer: createSealer([]) }
    expect(await scenario.operator.setsValue('CHAT', '1')).toBe('unknown')
    await scenario.portal.becomesKnown()
    expect(await scenario.operator.setsValue('CHAT', '1')).toBe('no_key')
  })
})

describe('a comparison on demand', () => {
  it('needs a portal that is known, and a way to ask Bitrix24', async () => {
    expect(await scenario.object.reconcile()).toBe('unknown')
    await scenario.portal.becomesKnown()
    expect(await scenario.object.reconcile()).toBe('no_access')
    expect(await scenario.time.alarmAt()).toBeNull()
  })
})
