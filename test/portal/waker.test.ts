/**
 * G10: whatever happens, a portal with work has an alarm, and nothing stops a lane for good. One alarm
 * serves every timer; `alarm()` first sets the next one, then works.
 */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LaneState } from '../../src/core/lanes/lane-state.ts'
import type { Destination } from '../../src/destinations/settings/destination.ts'
import {
  PortalBench,
  configured,
  gate,
  machine,
  person,
  until,
} from '../support/portal-scenario.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS

let bench: PortalBench

beforeEach(async () => {
  bench = new PortalBench()
  await bench.start()
})

afterEach(() => bench.close())

/** When the standing alarm is due, from now on, in milliseconds. */
async function dueIn(): Promise<number | null> {
  const at = await bench.alarmAt()
  return at === null ? null : at - bench.clock.now()
}

/** The object has stored an event, delivered it and has nothing to do. */
async function rested(): Promise<void> {
  await bench.append()
  await bench.settled()
  await bench.quiet()
  expect(await bench.alarmAt()).toBeNull()
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
    const observed = await bench.observe()
    await bench.append()
    expect(observed.alarmsInTransactions).toEqual([bench.clock.now() + 5 * MINUTE_MS])
  })

  it('is rolled back with the event, and set by the next one', async () => {
    await rested()
    await bench.failNextTransaction()
    await expect(bench.append()).rejects.toThrow('disk is full')
    expect(await bench.alarmAt()).toBeNull()
    const observed = await bench.observe()
    await bench.append()
    expect(observed.alarmsInTransactions).toEqual([bench.clock.now() + 5 * MINUTE_MS])
  })

  it('writes it once for a hundred events', async () => {
    await rested()
    const observed = await bench.observe()
    await bench.appendMany(100)
    await bench.settled()
    expect(observed.alarms).toHaveLength(1)
  })

  it('leaves an earlier one alone, also after a rollback', async () => {
    bench.receive('erp', () => new Response('', { status: 500 }))
    await bench.append()
    await until(() => bench.clock.sleepers === 1)
    await bench.advance(SECOND_MS)
    await until(async () => (await dueIn()) === 5 * SECOND_MS)
    await bench.failNextTransaction()
    await expect(bench.append()).rejects.toThrow('disk is full')
    const observed = await bench.observe()
    await bench.append()
    expect(await dueIn()).toBe(5 * SECOND_MS)
    expect(observed.alarms).toEqual([])
  })
})

describe('alarm()', () => {
  it('sets the next alarm first, then works', async () => {
    await rested()
    const held = gate()
    const standing: (number | null)[] = []
    await bench.append()
    await bench.settled()
    bench.receive('erp', () => new Response('', { status: 500 }))
    await bench.append()
    await until(() => bench.clock.sleepers > 0)
    await bench.advance(SECOND_MS)
    await until(async () => (await dueIn()) === 5 * SECOND_MS)
    bench.receive('erp', async () => {
      standing.push(await dueIn())
      await held.opened
      return new Response('')
    })
    await bench.alarmInTime()
    await until(() => standing.length === 1)
    expect(standing).toEqual([5 * MINUTE_MS])
    await bench.inside(() => held.open())
    await bench.settled()
  })

  it('with nothing to do sets no other', async () => {
    await rested()
    await bench.inside(({ storage }) => storage.setAlarm(bench.clock.now()))
    await bench.restart()
    await bench.portal().view()
    const observed = await bench.observe()
    expect(await bench.alarm()).toBe(true)
    expect(observed).toMatchObject({ alarms: [], writes: [] })
    expect(await bench.alarmAt()).toBeNull()
  })

  it('throws only if setting the next alarm failed', async () => {
    bench.receive('erp', () => new Response('', { status: 500 }))
    await bench.append()
    await bench.inside(({ storage }) => {
      vi.spyOn(storage, 'setAlarm').mockRejectedValueOnce(new Error('no alarm today'))
    })
    const alarm = async () => await runDurableObjectAlarm(bench.stub())
    await expect(alarm()).rejects.toThrow('no alarm today')
  })

  it('does not throw for a receiver that fails, and tries again at the time of the retry', async () => {
    bench.receive('erp', () => new Response('', { status: 500 }))
    await bench.append()
    await until(() => bench.clock.sleepers === 1)
    await bench.advance(SECOND_MS)
    for (const seconds of [5, 30, 120, 600, 1800, 1800]) {
      await until(async () => (await bench.lane('erp')).nextAttemptAt !== null)
      const { attempts, nextAttemptAt } = await bench.lane('erp')
      const at = Date.parse(nextAttemptAt ?? '')
      expect(at - bench.clock.now()).toBe(seconds * SECOND_MS)
      // Nothing else wakes it: the alarm's own safety alarm has moved to the time of the retry.
      await until(async () => (await bench.alarmAt()) === at)
      expect(await bench.alarmInTime()).toBe(true)
      await until(async () => (await bench.lane('erp')).attempts === attempts + 1)
    }
  })

  it('wakes a lane at its retry while another one hangs (G4)', async () => {
    await bench.deploy([machine('erp'), machine('slow')])
    const held = gate()
    bench.receive('slow', async () => {
      await held.opened
      return new Response('')
    })
    let failures = 2
    bench.receive('erp', () => new Response('', { status: (failures -= 1) < 0 ? 200 : 500 }))
    await bench.append()
    await until(() => bench.clock.sleepers === 1)
    await bench.advance(SECOND_MS)
    await until(async () => (await dueIn()) === 5 * SECOND_MS)
    await bench.alarmInTime()
    await until(async () => (await bench.lane('erp')).backlog === 0)
    expect(bench.sequences('erp')).toEqual([1, 1, 1])
    expect((await bench.lane('slow')).backlog).toBe(1)
    await bench.inside(() => held.open())
    await bench.settled()
  })

  it('does not throw when storage fails: it is logged, the lanes run and the safety alarm stands', async () => {
    await rested()
    const since = bench.clock.now()
    const times = { ts: 1, since, expiresAt: since + 5 * MINUTE_MS, nextCheckAt: 0 }
    const pending = { kind: 'unanswered', sealed: 'x', clientId: null, domain: null, ...times }
    await bench.rows('INSERT INTO pending (id, pending) VALUES (1, ?)', JSON.stringify(pending))
    await bench.portal().controlLane('erp', { kind: 'pause' })
    await bench.append()
    await bench.rows(`UPDATE lanes SET lanes = replace(lanes, '"paused"', '"active"')`)
    await bench.restart()
    await bench.portal().view()
    await bench.failNextTransaction()
    expect(await bench.alarm()).toBe(true)
    expect(bench.logged).toContain('alarm_failed')
    await bench.settled()
    expect(bench.sequences('erp')).toEqual([1, 2])
    expect(await bench.alarmAt()).not.toBeNull()
  })

  it('goes on without pending installs whose row was damaged', async () => {
    await rested()
    await bench.rows('INSERT INTO pending (id, pending) VALUES (1, ?)', '{"sealed":7}')
    await bench.restart()
    await bench.append()
    await bench.settled()
    expect(bench.sequences('erp')).toEqual([1, 2])
  })

  it('does not throw for a KV that fails, and repeats the write within a minute', async () => {
    const installs = {
      save: () => Promise.reject(new Error('KV is away')),
    }
    bench.settings = {
      ...bench.settings,
      // Sound: the object uses nothing else of it here.
      installs: installs as unknown as NonNullable<typeof bench.settings.installs>,
    }
    await bench.restart()
    await bench.rows(`UPDATE install SET install = json_set(install, '$.kvDirty', json('true'))`)
    await bench.restart()
    await bench.portal().view()
    expect(await dueIn()).toBe(0)
    expect(await bench.alarm()).toBe(true)
    expect(await dueIn()).toBe(MINUTE_MS)
  })
})

async function loseAlarm(): Promise<void> {
  bench.receive('erp', () => new Response('', { status: 500 }))
  await bench.append()
  await until(() => bench.clock.sleepers === 1)
  await bench.advance(SECOND_MS)
  await until(async () => (await dueIn()) === 5 * SECOND_MS)
  await bench.inside(({ storage }) => storage.deleteAlarm())
}

describe('a lost alarm', () => {
  it('is set again by the constructor', async () => {
    await loseAlarm()
    await bench.restart()
    await bench.portal().view()
    expect(await dueIn()).toBe(5 * SECOND_MS)
  })

  it('is set again by the daily visit, also in an object that believes to have one', async () => {
    await loseAlarm()
    await bench.portal().touch()
    expect(await dueIn()).toBe(5 * SECOND_MS)
  })
})

describe("an operator's wish leaves an alarm, so that it survives the end of the object", () => {
  it.each([
    [
      'replay',
      () => bench.portal().replay('erp', { kind: 'range', from: 1, to: 1 }, { dryRun: false }),
    ],
    ['resume', () => bench.portal().controlLane('erp', { kind: 'resume' })],
  ])('%s', async (wish, call) => {
    await rested()
    const held = gate()
    if (wish === 'resume') {
      await bench.portal().controlLane('erp', { kind: 'pause' })
      await bench.append()
      await bench.quiet()
    }
    bench.receive('erp', async () => {
      await held.opened
      return new Response('')
    })
    const before = bench.received('erp').length
    await call()
    await until(() => bench.received('erp').length === before + 1)
    expect(await dueIn()).toBe(5 * MINUTE_MS)
    await bench.inside(() => held.open())
    await bench.settled()
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
    bench.settings = { ...bench.settings, destinations: [type] }
    await bench.restart()
    await bench.appendMany(3)
    await bench.settled()
    expect(bench.sequences('erp')).toEqual([1, 3])
    expect(await bench.fate('erp', 2)).toMatchObject({ state: 'parked', reason: 'cannot_render' })
  })

  it.each([
    ['is no JSON', '{"name":'],
    ['is null', 'null'],
    ['is another shape', '{"name":7,"field":{},"quarantined":false}'],
  ])('a row whose event %s is passed as quarantined', async (_, event) => {
    await bench.append()
    await bench.append({ event })
    await bench.append()
    await bench.settled()
    expect(bench.sequences('erp')).toEqual([1, 3])
    expect(await bench.fate('erp', 2)).toMatchObject({ state: 'filtered', reason: 'quarantined' })
    expect(await bench.portal().event(2)).toMatchObject({
      event: 'UNREADABLE',
      quarantined: true,
      quarantineReason: 'unreadable_row',
    })
    expect((await bench.portal().view())?.quarantined).toBe(1)
  })

  it('a row whose other columns are damaged stops neither constructor, lane nor retention', async () => {
    await bench.portal().controlLane('erp', { kind: 'pause' })
    await bench.appendMany(2)
    await bench.rows(`UPDATE log SET received_at = 'long ago', receipt = x'00' WHERE sequence = 1`)
    await bench.restart()
    await bench.append()
    await bench.portal().controlLane('erp', { kind: 'resume' })
    await bench.settled()
    expect(bench.sequences('erp')).toEqual([1, 2, 3])
    expect(await bench.portal().touch()).toEqual({ dropped: 1 })
  })

  it('a walk that fails rests a minute, delays no other lane and is tried again', async () => {
    await bench.deploy([machine('erp'), machine('other')])
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
    bench.settings = { ...bench.settings, destinations: [broken, other] }
    await bench.restart()
    await bench.portal().view()
    isBroken = true
    await bench.append()
    await until(() => bench.logged.includes('lane_failed'))
    await until(async () => (await bench.lane('other')).backlog === 0)
    expect(bench.sequences('other')).toEqual([1])
    await bench.alarm()
    expect(await dueIn()).toBe(MINUTE_MS)
    expect(bench.logged.filter((event) => event === 'lane_failed')).toHaveLength(1)
    isBroken = false
    await bench.alarmInTime()
    await bench.settled()
    expect(bench.sequences('erp')).toEqual([1])
  })

  it.each([
    ['is no JSON', '{"lanes":[{'],
    ['is another shape', '{"lanes":[{"destination":"erp"}],"openFrom":null}'],
  ])(
    'a row of lanes that %s is made anew from the oldest event: rather a repeat',
    async (_, row) => {
      await bench.append()
      await bench.settled()
      await bench.portal().controlLane('erp', { kind: 'pause' })
      await bench.append()
      await bench.rows('UPDATE lanes SET lanes = ?', row)
      await bench.restart()
      await bench.portal().view()
      expect(bench.logged).toContain('lanes_damaged')
      expect(await bench.alarmInTime()).toBe(true)
      await bench.settled()
      expect(bench.sequences('erp')).toEqual([1, 1, 2])
      await bench.advance(1000)
      expect((await bench.storedLane('erp')).cursor).toBe(2)
    },
  )

  it('an unknown type of receiver stops its lane without a hot alarm, also when it is resumed', async () => {
    await bench.deploy([machine('erp'), { name: 'odd', type: 'carrier-pigeon' }])
    await bench.append()
    await until(async () => (await bench.lane('erp')).backlog === 0)
    const resumed = await bench.portal().controlLane('odd', { kind: 'resume' })
    expect(resumed).toEqual({ ok: true, value: 'disabled' })
    expect(await bench.lane('odd')).toMatchObject({ state: 'disabled', reason: 'misconfigured' })
    while ((await bench.alarmAt()) !== null) await bench.alarmInTime()
    expect(await bench.lane('odd')).toMatchObject({ backlog: 1 })
  })
})

describe('the pace of a receiver', () => {
  it('is waited out in the walk, and by the alarm after 30 s', async () => {
    await bench.deploy([person('chat')])
    // Never more than ten behind, so that each is a message of its own.
    await bench.appendMany(5)
    for (let second = 0; second < 30; second += 1) {
      await bench.append()
      await until(() => bench.messages('chat') === second + 1 && bench.clock.sleepers > 0)
      await bench.advance(SECOND_MS)
    }
    await until(async () => ((await dueIn()) ?? 1) <= 0)
    expect(bench.messages('chat')).toBe(30)
    const before: LaneState = await bench.storedLane('chat')
    expect(before.cursor).toBe(30)
    await bench.alarm()
    await until(() => bench.messages('chat') === 31)
  })
})
