/**
 * What the Worker calls at a portal's object, and its alarm. G10: whatever happens, a portal with work has an
 * alarm. One alarm serves every timer; `alarm()` first sets the next one, then works.
 */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hasSchema } from '../../src/portal/log/migrations.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { PortalScenario, gate, machine, until } from '../support/portal-scenario.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

/** When the standing alarm is due, from now on, in milliseconds. */
async function dueIn(): Promise<number | null> {
  const at = await scenario.alarmAt()
  return at === null ? null : at - scenario.clock.now()
}

/** The object has stored an event, delivered it and has nothing to do. */
async function rested(): Promise<void> {
  await scenario.append()
  await scenario.settled()
  await scenario.quiet()
  expect(await scenario.alarmAt()).toBeNull()
}

async function tableNames(): Promise<unknown[]> {
  const rows = await scenario.rows(
    `SELECT name FROM sqlite_master
     WHERE type = 'table' AND substr(name, 1, 1) <> '_' ORDER BY name`,
  )
  return rows.map(({ name }) => name)
}

describe('alarm()', () => {
  beforeEach(() => scenario.start())

  it('sets the next alarm first, then works', async () => {
    await rested()
    const held = gate()
    const standing: (number | null)[] = []
    await scenario.append()
    await scenario.settled()
    scenario.receive('erp', () => new Response('', { status: 500 }))
    await scenario.append()
    await until(() => scenario.clock.sleepers > 0)
    await scenario.advance(SECOND_MS)
    await until(async () => (await dueIn()) === 5 * SECOND_MS)
    scenario.receive('erp', async () => {
      standing.push(await dueIn())
      await held.opened
      return new Response('')
    })
    await scenario.alarmInTime()
    await until(() => standing.length === 1)
    expect(standing).toEqual([5 * MINUTE_MS])
    await scenario.inside(() => held.open())
    await scenario.settled()
  })

  it('with nothing to do sets no other', async () => {
    await rested()
    await scenario.inside(({ storage }) => storage.setAlarm(scenario.clock.now()))
    await scenario.restart()
    await scenario.portal().view()
    const observed = await scenario.observe()
    expect(await scenario.alarm()).toBe(true)
    expect(observed).toMatchObject({ alarms: [], writes: [] })
    expect(await scenario.alarmAt()).toBeNull()
  })

  it('throws only if setting the next alarm failed', async () => {
    scenario.receive('erp', () => new Response('', { status: 500 }))
    await scenario.append()
    await scenario.inside(({ storage }) => {
      vi.spyOn(storage, 'setAlarm').mockRejectedValueOnce(new Error('no alarm today'))
    })
    const alarm = async () => await runDurableObjectAlarm(scenario.stub())
    await expect(alarm()).rejects.toThrow('no alarm today')
  })

  it('does not throw for a receiver that fails, and tries again at the time of the retry', async () => {
    scenario.receive('erp', () => new Response('', { status: 500 }))
    await scenario.append()
    await until(() => scenario.clock.sleepers === 1)
    await scenario.advance(SECOND_MS)
    for (const seconds of [5, 30, 120, 600, 1800, 1800]) {
      await until(async () => (await scenario.lane('erp')).nextAttemptAt !== null)
      const { attempts, nextAttemptAt } = await scenario.lane('erp')
      const at = Date.parse(nextAttemptAt ?? '')
      expect(at - scenario.clock.now()).toBe(seconds * SECOND_MS)
      // Nothing else wakes it: the alarm's own safety alarm has moved to the time of the retry.
      await until(async () => (await scenario.alarmAt()) === at)
      expect(await scenario.alarmInTime()).toBe(true)
      await until(async () => (await scenario.lane('erp')).attempts === attempts + 1)
    }
  })

  it('wakes a lane at its retry while another one hangs (G4)', async () => {
    await scenario.deploy([machine('erp'), machine('slow')])
    const held = gate()
    scenario.receive('slow', async () => {
      await held.opened
      return new Response('')
    })
    let failures = 2
    scenario.receive('erp', () => new Response('', { status: (failures -= 1) < 0 ? 200 : 500 }))
    await scenario.append()
    await until(() => scenario.clock.sleepers === 1)
    await scenario.advance(SECOND_MS)
    await until(async () => (await dueIn()) === 5 * SECOND_MS)
    await scenario.alarmInTime()
    await until(async () => (await scenario.lane('erp')).backlog === 0)
    expect(scenario.sequences('erp')).toEqual([1, 1, 1])
    expect((await scenario.lane('slow')).backlog).toBe(1)
    await scenario.inside(() => held.open())
    await scenario.settled()
  })

  it('does not throw when storage fails: it is logged, the lanes run and the safety alarm stands', async () => {
    await rested()
    const since = scenario.clock.now()
    const times = { ts: 1, since, expiresAt: since + 5 * MINUTE_MS, nextCheckAt: 0 }
    const pending = { kind: 'unanswered', sealed: 'x', clientId: null, domain: null, ...times }
    await scenario.rows('INSERT INTO pending (id, pending) VALUES (1, ?)', JSON.stringify(pending))
    await scenario.portal().controlLane('erp', { kind: 'pause' })
    await scenario.append()
    await scenario.rows(`UPDATE lanes SET lanes = replace(lanes, '"paused"', '"active"')`)
    await scenario.restart()
    await scenario.portal().view()
    await scenario.failNextTransaction()
    expect(await scenario.alarm()).toBe(true)
    expect(scenario.logged).toContain('alarm_failed')
    await scenario.settled()
    expect(scenario.sequences('erp')).toEqual([1, 2])
    expect(await scenario.alarmAt()).not.toBeNull()
  })

  it('goes on without pending installs whose row was damaged', async () => {
    await rested()
    await scenario.rows('INSERT INTO pending (id, pending) VALUES (1, ?)', '{"sealed":7}')
    await scenario.restart()
    await scenario.append()
    await scenario.settled()
    expect(scenario.sequences('erp')).toEqual([1, 2])
  })

  it('does not throw for a KV that fails, and repeats the write within a minute', async () => {
    const installs = {
      save: () => Promise.reject(new Error('KV is away')),
    }
    scenario.settings = {
      ...scenario.settings,
      // Sound: the object uses nothing else of it here.
      installs: installs as unknown as NonNullable<typeof scenario.settings.installs>,
    }
    await scenario.restart()
    await scenario.rows(`UPDATE install SET install = json_set(install, '$.kvDirty', json('true'))`)
    await scenario.restart()
    await scenario.portal().view()
    expect(await dueIn()).toBe(0)
    expect(await scenario.alarm()).toBe(true)
    expect(await dueIn()).toBe(MINUTE_MS)
  })

  it('is not set again and again for a lane of an unknown type, also when it is resumed', async () => {
    await scenario.deploy([machine('erp'), { name: 'odd', type: 'carrier-pigeon' }])
    await scenario.append()
    await until(async () => (await scenario.lane('erp')).backlog === 0)
    const resumed = await scenario.portal().controlLane('odd', { kind: 'resume' })
    expect(resumed).toEqual({ ok: true, value: 'disabled' })
    expect(await scenario.lane('odd')).toMatchObject({ state: 'disabled', reason: 'misconfigured' })
    while ((await scenario.alarmAt()) !== null) await scenario.alarmInTime()
    expect(await scenario.lane('odd')).toMatchObject({ backlog: 1 })
  })
})

async function loseAlarm(): Promise<void> {
  scenario.receive('erp', () => new Response('', { status: 500 }))
  await scenario.append()
  await until(() => scenario.clock.sleepers === 1)
  await scenario.advance(SECOND_MS)
  await until(async () => (await dueIn()) === 5 * SECOND_MS)
  await scenario.inside(({ storage }) => storage.deleteAlarm())
}

describe('a lost alarm', () => {
  beforeEach(() => scenario.start())

  it('is set again by the constructor', async () => {
    await loseAlarm()
    await scenario.restart()
    await scenario.portal().view()
    expect(await dueIn()).toBe(5 * SECOND_MS)
  })

  it('is set again by the daily visit, also in an object that believes to have one', async () => {
    await loseAlarm()
    await scenario.portal().touch()
    expect(await dueIn()).toBe(5 * SECOND_MS)
  })
})

describe("an operator's wish leaves an alarm, so that it survives the end of the object", () => {
  beforeEach(() => scenario.start())

  it.each([
    [
      'replay',
      () => scenario.portal().replay('erp', { kind: 'range', from: 1, to: 1 }, { dryRun: false }),
    ],
    ['resume', () => scenario.portal().controlLane('erp', { kind: 'resume' })],
  ])('%s', async (wish, call) => {
    await rested()
    const held = gate()
    if (wish === 'resume') {
      await scenario.portal().controlLane('erp', { kind: 'pause' })
      await scenario.append()
      await scenario.quiet()
    }
    scenario.receive('erp', async () => {
      await held.opened
      return new Response('')
    })
    const before = scenario.received('erp').length
    await call()
    await until(() => scenario.received('erp').length === before + 1)
    expect(await dueIn()).toBe(5 * MINUTE_MS)
    await scenario.inside(() => held.open())
    await scenario.settled()
  })
})

describe('a portal that nothing is known of', () => {
  it('has no schema and gets none, whatever is asked of it', async () => {
    const portal = scenario.portal()
    const stranger = await scenario.request({ tokenHash: 'f'.repeat(64) })
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
    expect(await tableNames()).toEqual([])
    expect(await scenario.inside(({ storage }) => hasSchema(openDatabase(storage)))).toBe(false)
    expect(await scenario.alarmAt()).toBeNull()
  })
})
