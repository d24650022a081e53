/** What an operator erases is gone, and what receivers rest on stays. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { realPortalList } from '../../support/builders/an-intake.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { until } from '../../support/until.ts'

describe('eraseEvent()', () => {
  let scenario: PortalScenario

  beforeEach(() => {
    scenario = new PortalScenario()
  })

  afterEach(() => scenario.close())

  it('takes the content of a delivered event, and leaves its sequence and its fate', async () => {
    await scenario.relay.passesOn(2)
    const before = await scenario.fate('erp', 1)
    expect(await scenario.object.eraseEvent(1)).toBe('done')
    await scenario.relay.restarts()
    const event = await scenario.object.event(1)
    expect(event).toMatchObject({ sequence: 1, userId: null, fields: null, changes: null })
    expect(event?.erasedAt).toEqual(expect.any(String))
    expect(event?.fates['erp']).toEqual(before)
    expect(await scenario.text('SELECT event FROM log WHERE sequence = 1')).not.toContain(
      'UF_CRM_TAX',
    )
  })

  it('is sent by no replay, and later events still name it as the one before them', async () => {
    scenario.receiver('erp').failsOnce({ 1: 422 })
    await scenario.relay.passesOn(2)
    await scenario.object.eraseEvent(1)
    expect(await scenario.lane('erp')).toMatchObject({ parked: 0 })
    expect(await scenario.fate('erp', 1)).toMatchObject({ state: 'expired', reason: 'http_422' })
    await scenario.operator.replays('erp', { from: 1, to: 2 })
    await until(() => scenario.receiver('erp').received().length === 3)
    await scenario.settled()
    expect(scenario.receiver('erp').received().slice(1)).toMatchObject([
      { sequence: 2, previousSequence: 1 },
      { sequence: 2, previousSequence: 1, replayed: true },
    ])
  })

  it('refuses while a lane has still to deliver the event', async () => {
    await scenario.relay.passesOn()
    await scenario.operator.pauses('erp')
    await scenario.portal.sends()
    expect(await scenario.object.eraseEvent(2)).toBe('still_waiting')
    await scenario.object.controlLane('erp', { kind: 'park', sequence: 2 })
    expect(await scenario.object.eraseEvent(2)).toBe('done')
    expect(await scenario.object.eraseEvent(3)).toBe('unknown')
  })
})

describe('erase()', () => {
  let scenario: RelayScenario

  beforeEach(() => {
    scenario = new RelayScenario()
  })

  afterEach(() => scenario.close())

  it('leaves nothing but the tombstone, and the next installation goes on with its sequences', async () => {
    await scenario.portal.installs()
    await scenario.portal.sends()
    await until(async () => (await realPortalList().listPortals('')).length === 1)
    expect(await scenario.object.erase('other.bitrix24.com')).toEqual({ kind: 'wrong_domain' })
    expect(await scenario.object.erase(scenario.domain.toUpperCase())).toMatchObject({
      kind: 'done',
    })
    const { install, kv, tables } = {
      install: await scenario.stored(),
      ...(await scenario.traces()),
    }
    expect(install).toMatchObject({
      generation: 1,
      lastSequence: 1,
      application: null,
      hashes: [],
      webhooks: [],
      domains: [],
      endedDomain: null,
      endedTokens: [],
    })
    expect(tables).toMatchObject({ log: [], fields: [], pending: [], portal_values: [] })
    expect(kv).toEqual({})
    expect(JSON.stringify(tables)).not.toContain(scenario.domain)
    expect(await realPortalList().listPortals('')).toEqual([])
    await scenario.relay.restarts()
    await scenario.object.touch()
    expect((await realPortalList().listReports({ after: '' })).portals).toEqual([])
    expect((await scenario.portal.sends()).status).toBe(403)
    scenario.time.passesWithoutAlarm('1 min')
    await scenario.portal.installs({ ts: scenario.portal.ts() })
    const answer = await scenario.portal.sends()
    expect(await answer.json()).toMatchObject({ accepted: true, sequence: 2 })
  })

  it('is unknown for a portal of which nothing is known', async () => {
    expect(await scenario.object.erase(scenario.domain)).toEqual({ kind: 'unknown' })
  })
})
