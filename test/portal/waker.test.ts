/**
 * G10: whatever happens, a portal with work has an alarm, and nothing stops a lane for good. One alarm
 * serves every timer; `alarm()` first sets the next one, then works.
 */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LaneState } from '../../src/core/lanes/lane-state.ts'
import type { Destination } from '../../src/destinations/settings/destination.ts'
import {
  PortalScenario,
  configured,
  gate,
  machine,
  person,
  until,
} from '../support/portal-scenario.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario()
  await scenario.start()
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

/** A destination of our own making, to test what no real receiver does. */
function withType(name: string, type: Partial<NonNullable<Destination['type']>>): Destination {
  const [real] = configured([machine(name)])
  if (real?.type == null) throw new Error('Cannot configure the destination')
  return { ...real, type: { ...real.type, ...type } }
}

describe("the append's transaction makes sure that an alarm is due within 5 minutes", () => {
  it('sets one when none stands, in the same commit as the event', async () => {
    await rested()
    const observed = await scenario.observe()
    await scenario.append()
    expect(observed.alarmsInTransactions).toEqual([scenario.clock.now() + 5 * MINUTE_MS])
  })

  it('is rolled back with the event, and set by the next one', async () => {
    await rested()
    await scenario.failNextTransaction()
    await expect(scenario.append()).rejects.toThrow('disk is full')
    expect(await scenario.alarmAt()).toBeNull()
    const observed = await scenario.observe()
    await scenario.append()
    expect(observed.alarmsInTransactions).toEqual([scenario.clock.now() + 5 * MINUTE_MS])
  })

  it('writes it once for a hundred events', async () => {
    await rested()
    const observed = await scenario.observe()
    await scenario.appendMany(100)
    await scenario.settled()
    expect(observed.alarms).toHaveLength(1)
  })

  it('leaves an earlier one alone, also after a rollback', async () => {
    scenario.receive('erp', () => new Response('', { status: 500 }))
    await scenario.append()
    await until(() => scenario.clock.sleepers === 1)
    await scenario.advance(SECOND_MS)
    await until(async () => (await dueIn()) === 5 * SECOND_MS)
    await scenario.failNextTransaction()
    await expect(scenario.append()).rejects.toThrow('disk is full')
    const observed = await scenario.observe()
    await scenario.append()
    expect(await dueIn()).toBe(5 * SECOND_MS)
    expect(observed.alarms).toEqual([])
  })
})

describe('alarm()', () => {
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

describe('a poison event cannot stop a lane for good', () => {
  it('a renderer that throws sets the event aside with the reason, and the lane goes on', async () => {
    const [real] = configured([machine('erp')])
    const type = withType('erp', {
      create: (settings, policy) => {
        const made = real?.type?.create(settings, policy)
        if (made?.ok !== true) throw new Error('Cannot open the destination')
        return {
          ok: true,
          value: {
            ...made.value,
            prepare: (parcel, terms) => {
              if (parcel.deliveries[0].sequence === 2) throw new Error('poison')
              return made.value.prepare(parcel, terms)
            },
          },
        }
      },
    })
    scenario.settings = { ...scenario.settings, destinations: [type] }
    await scenario.restart()
    await scenario.appendMany(3)
    await scenario.settled()
    expect(scenario.sequences('erp')).toEqual([1, 3])
    expect(await scenario.fate('erp', 2)).toMatchObject({
      state: 'parked',
      reason: 'cannot_render',
    })
  })

  it.each([
    ['is no JSON', '{"name":'],
    ['is null', 'null'],
    ['is another shape', '{"name":7,"field":{},"quarantined":false}'],
  ])('a row whose event %s is passed as quarantined', async (_, event) => {
    await scenario.append()
    await scenario.append({ event })
    await scenario.append()
    await scenario.settled()
    expect(scenario.sequences('erp')).toEqual([1, 3])
    expect(await scenario.fate('erp', 2)).toMatchObject({
      state: 'filtered',
      reason: 'quarantined',
    })
    expect(await scenario.portal().event(2)).toMatchObject({
      event: 'UNREADABLE',
      quarantined: true,
      quarantineReason: 'unreadable_row',
    })
    expect((await scenario.portal().view())?.quarantined).toBe(1)
  })

  it('a row whose other columns are damaged stops neither constructor, lane nor retention', async () => {
    await scenario.portal().controlLane('erp', { kind: 'pause' })
    await scenario.appendMany(2)
    await scenario.rows(
      `UPDATE log SET received_at = 'long ago', receipt = x'00' WHERE sequence = 1`,
    )
    await scenario.restart()
    await scenario.append()
    await scenario.portal().controlLane('erp', { kind: 'resume' })
    await scenario.settled()
    expect(scenario.sequences('erp')).toEqual([1, 2, 3])
    expect(await scenario.portal().touch()).toEqual({ dropped: 1 })
  })

  it('a walk that fails rests a minute, delays no other lane and is tried again', async () => {
    await scenario.deploy([machine('erp'), machine('other')])
    let isBroken = false
    const [erp, other] = configured([machine('erp'), machine('other')])
    if (erp === undefined || other === undefined) throw new Error('Cannot configure')
    const broken: Destination = {
      ...erp,
      get retryMs(): number {
        if (isBroken) throw new Error('a bug of ours')
        return erp.retryMs
      },
    }
    scenario.settings = { ...scenario.settings, destinations: [broken, other] }
    await scenario.restart()
    await scenario.portal().view()
    isBroken = true
    await scenario.append()
    await until(() => scenario.logged.includes('lane_failed'))
    await until(async () => (await scenario.lane('other')).backlog === 0)
    expect(scenario.sequences('other')).toEqual([1])
    await scenario.alarm()
    expect(await dueIn()).toBe(MINUTE_MS)
    expect(scenario.logged.filter((event) => event === 'lane_failed')).toHaveLength(1)
    isBroken = false
    await scenario.alarmInTime()
    await scenario.settled()
    expect(scenario.sequences('erp')).toEqual([1])
  })

  it.each([
    ['is no JSON', '{"lanes":[{'],
    ['is another shape', '{"lanes":[{"destination":"erp"}],"openFrom":null}'],
  ])(
    'a row of lanes that %s is made anew from the oldest event: rather a repeat',
    async (_, row) => {
      await scenario.append()
      await scenario.settled()
      await scenario.portal().controlLane('erp', { kind: 'pause' })
      await scenario.append()
      await scenario.rows('UPDATE lanes SET lanes = ?', row)
      await scenario.restart()
      await scenario.portal().view()
      expect(scenario.logged).toContain('lanes_damaged')
      expect(await scenario.alarmInTime()).toBe(true)
      await scenario.settled()
      expect(scenario.sequences('erp')).toEqual([1, 1, 2])
      await scenario.advance(1000)
      expect((await scenario.storedLane('erp')).cursor).toBe(2)
    },
  )

  it('an unknown type of receiver stops its lane without a hot alarm, also when it is resumed', async () => {
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

describe('the pace of a receiver', () => {
  it('is waited out in the walk, and by the alarm after 30 s', async () => {
    await scenario.deploy([person('chat')])
    // Never more than ten behind, so that each is a message of its own.
    await scenario.appendMany(5)
    for (let second = 0; second < 30; second += 1) {
      await scenario.append()
      await until(() => scenario.messages('chat') === second + 1 && scenario.clock.sleepers > 0)
      await scenario.advance(SECOND_MS)
    }
    await until(async () => ((await dueIn()) ?? 1) <= 0)
    expect(scenario.messages('chat')).toBe(30)
    const before: LaneState = await scenario.storedLane('chat')
    expect(before.cursor).toBe(30)
    await scenario.alarm()
    await until(() => scenario.messages('chat') === 31)
  })
})
