/**
 * What the Worker calls at a portal's object, and its alarm. G10: whatever happens, a portal with work has an
 * alarm. One alarm serves every timer; `alarm()` first sets the next one, then works.
 */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../src/core/durations.ts'
import { hasSchema } from '../../src/portal/state/migrations.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { PortalScenario } from '../support/scenarios/portal-scenario.ts'
import { gate, until } from '../support/until.ts'
import { machine } from '../support/builders/entries.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

/** The seconds from each moment to the next. */
function waitsBetween(moments: readonly number[]): number[] {
  return moments.slice(1).map((at, n) => (at - (moments[n] ?? at)) / SECOND_MS)
}

describe('alarm()', () => {
  beforeEach(() => scenario.portal.becomesKnown())

  it('sets the next alarm first, then works', async () => {
    await scenario.relay.comesToRest()
    const held = gate()
    const standing: (number | null)[] = []
    await scenario.relay.passesOn()
    scenario.receiver('erp').answers(500)
    await scenario.portal.sends()
    await until(() => scenario.time.sleepers > 0)
    await scenario.time.passes('1 s')
    await until(async () => (await scenario.time.alarmIn()) === 5 * SECOND_MS)
    scenario.receiver('erp').answers(async () => {
      standing.push(await scenario.time.alarmIn())
      await held.opened
      return new Response('')
    })
    await scenario.time.passesToAlarm()
    await until(() => standing.length === 1)
    expect(standing).toEqual([5 * MINUTE_MS])
    await scenario.inside(() => held.open())
    await scenario.settled()
  })

  it('with nothing to do sets no other', async () => {
    await scenario.relay.comesToRest()
    await scenario.inside(({ storage }) => storage.setAlarm(scenario.time.now()))
    await scenario.relay.restarts()
    await scenario.object.view()
    const observed = await scenario.observe()
    expect(await scenario.time.alarmFires()).toBe(true)
    expect(observed).toMatchObject({ alarms: [], writes: [] })
    expect(await scenario.time.alarmAt()).toBeNull()
  })

  it('throws only if setting the next alarm failed', async () => {
    scenario.receiver('erp').answers(500)
    await scenario.portal.sends()
    await scenario.inside(({ storage }) => {
      vi.spyOn(storage, 'setAlarm').mockRejectedValueOnce(new Error('no alarm today'))
    })
    const alarm = async () => await runDurableObjectAlarm(scenario.stub())
    await expect(alarm()).rejects.toThrow('no alarm today')
  })

  it('does not throw for a receiver that fails, and fires at its retries and at looks every 15 min alone', async () => {
    const start = scenario.time.now()
    const attempts: number[] = []
    scenario.receiver('erp').answers(() => {
      attempts.push(scenario.time.now())
      return new Response('', { status: 500 })
    })
    await scenario.portal.sends()
    await scenario.time.passesUntil(() => attempts.length === 8)
    expect(waitsBetween([start, ...attempts])).toEqual([0, 1, 5, 30, 120, 600, 1800, 1800])
    // The walk itself sleeps the first second.
    const alarms = scenario.time.alarms.filter((at) => at > start)
    expect(waitsBetween([start, ...alarms])).toEqual([6, 30, 120, 600, 900, 900, 900, 900])
  })

  it('wakes a lane at its retry while another one hangs (G4)', async () => {
    await scenario.relay.deploys([machine('erp'), machine('slow')])
    const held = scenario.receiver('slow').holds()
    let failures = 2
    scenario
      .receiver('erp')
      .answers(() => new Response('', { status: (failures -= 1) < 0 ? 200 : 500 }))
    await scenario.portal.sends()
    await until(() => scenario.time.sleepers === 1)
    await scenario.time.passes('1 s')
    await until(async () => (await scenario.time.alarmIn()) === 5 * SECOND_MS)
    await scenario.time.passesToAlarm()
    await until(async () => (await scenario.lane('erp')).backlog === 0)
    expect(scenario.receiver('erp').sequences()).toEqual([1, 1, 1])
    expect((await scenario.lane('slow')).backlog).toBe(1)
    await scenario.inside(() => held.open())
    await scenario.settled()
  })

  it('does not throw when storage fails: it is logged, the lanes run and the safety alarm stands', async () => {
    await scenario.relay.comesToRest()
    const since = scenario.time.now()
    const times = { ts: 1, since, expiresAt: since + 5 * MINUTE_MS, nextCheckAt: 0 }
    const pending = { kind: 'unanswered', sealed: 'x', clientId: null, domain: null, ...times }
    await scenario.rows('INSERT INTO pending (id, pending) VALUES (1, ?)', JSON.stringify(pending))
    await scenario.operator.pauses('erp')
    await scenario.portal.sends()
    await scenario.rows(`UPDATE lanes SET lanes = replace(lanes, '"paused"', '"active"')`)
    await scenario.relay.restarts()
    await scenario.object.view()
    await scenario.failNextTransaction()
    expect(await scenario.time.alarmFires()).toBe(true)
    expect(scenario.logged).toContain('alarm_failed')
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2])
    expect(await scenario.time.alarmAt()).not.toBeNull()
  })
})

describe('a lost alarm', () => {
  it('is set again by the constructor', async () => {
    await scenario.losesAlarm()
    await scenario.relay.restarts()
    await scenario.object.view()
    expect(await scenario.time.alarmIn()).toBe(5 * SECOND_MS)
  })
})

describe('replay()', () => {
  it.each([
    [true, 1],
    [false, 2],
  ])('with dryRun %s while an attempt is due leaves %i attempts', async (dryRun, attempts) => {
    await scenario.portal.becomesKnown()
    await scenario.relay.passesOn()
    scenario.receiver('erp').answers(429, { 'retry-after': '40' })
    await scenario.portal.sends()
    await until(async () => (await scenario.lane('erp')).attempts === 1)
    await scenario.time.passesWithoutAlarm('41 s')
    const wish = { kind: 'range', from: 1, to: 1 } as const
    expect(await scenario.object.replay('erp', wish, { dryRun })).toEqual({ ok: true, value: 1 })
    await scenario.idles()
    expect((await scenario.lane('erp')).attempts).toBe(attempts)
  })
})

describe('a portal that nothing is known of', () => {
  it('has no schema and gets none, whatever is asked of it', async () => {
    const portal = scenario.object
    const stranger = await scenario.portal.anEvent({ tokenHash: 'f'.repeat(64) })
    expect(
      await Promise.all([portal.view(), portal.events(9, 9), portal.event(1), portal.parked()]),
    ).toEqual([null, null, null, null])
    expect(await portal.append(stranger)).toEqual({ kind: 'untrusted' })
    expect(await portal.recognises(stranger.tokenHash)).toBe(false)
    expect(
      await portal.uninstall({ tokenHash: stranger.tokenHash, ts: null, clean: true }),
    ).toEqual({
      kind: 'untrusted',
    })
    expect(await portal.touch()).toEqual({ dropped: 0 })
    expect(await portal.setValue('NAME', 'value')).toBe('unknown')
    const unknown = { ok: false, error: 'unknown_lane' }
    expect(await portal.controlLane('erp', { kind: 'pause' })).toEqual(unknown)
    expect(await portal.controlLane('erp', { kind: 'park', sequence: 1 })).toEqual(unknown)
    expect(await portal.replay('erp', { kind: 'parked' }, { dryRun: false })).toEqual(unknown)
    expect(await scenario.tableNames()).toEqual([])
    expect(await scenario.inside(({ storage }) => hasSchema(openDatabase(storage)))).toBe(false)
    expect(await scenario.time.alarmAt()).toBeNull()
  })
})
