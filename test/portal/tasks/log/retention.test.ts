/**
 * What the daily visit drops from a portal's log: by pages or by segments, never a sequence twice, and nothing that a
 * receiver still waits for without counting it (G5).
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anEvent } from '../../../support/builders/a-delivery.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { MIN_SEGMENT_EVENTS } from '../../../../src/core/log/segments.ts'
import { SegmentStore } from '../../../../src/portal/log/rows/segment-store.ts'
import { ok } from '../../../../src/core/result.ts'
import { openDatabase } from '../../../../src/storage/database.ts'
import { oneTo } from '../../../support/builders/a-lane.ts'
import { machine } from '../../../support/builders/entries.ts'
import { until } from '../../../support/until.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
  scenario.settings = { ...scenario.settings, retentionDays: 10 }
})

afterEach(() => scenario.close())

async function logged(): Promise<unknown[]> {
  const rows = await scenario.rows('SELECT sequence FROM log ORDER BY sequence')
  return rows.map(({ sequence }) => sequence)
}

/** Days of which only the daily visit is told here: no alarm fires. */
async function passDays(days: number): Promise<void> {
  await scenario.time.passesWithoutAlarm(`${days} days`)
}

describe('the daily visit', () => {
  it('drops what every lane has passed and is older than RETENTION_DAYS, and nothing else', async () => {
    await scenario.relay.passesOn(2)
    await passDays(10)
    await scenario.relay.passesOn()
    expect(await scenario.object.touch()).toEqual({ dropped: 0 })
    await scenario.time.passes('1 ms')
    expect(await scenario.object.touch()).toEqual({ dropped: 2 })
    expect(await logged()).toEqual([3])
    expect(await scenario.object.event(1)).toBeNull()
  })

  it('leaves an empty log whose last sequence is not used again, also after a restart', async () => {
    await scenario.relay.passesOn(3)
    await passDays(11)
    expect(await scenario.object.touch()).toEqual({ dropped: 3 })
    expect(await logged()).toEqual([])
    expect(await scenario.object.events(99, 10)).toEqual({ events: [], before: null })
    await scenario.relay.restarts()
    expect((await scenario.object.view())?.head).toBe(3)
    expect(await scenario.portal.sends()).toBe(4)
    await scenario.settled()
    expect(scenario.receiver('erp').received().at(-1)).toMatchObject({
      id: `${scenario.memberId}-4`,
      previousSequence: 3,
    })
  })

  it('writes the last sequence down together with the end of the log', async () => {
    await scenario.relay.passesOn(3)
    await passDays(11)
    await scenario.failNextTransaction()
    const visit = async () => await scenario.object.touch()
    await expect(visit()).rejects.toThrow('disk is full')
    expect(await logged()).toEqual([1, 2, 3])
    expect(await scenario.object.touch()).toEqual({ dropped: 3 })
    const [row] = await scenario.rows('SELECT install FROM install')
    expect(row?.['install']).toContain('"lastSequence":3')
  })

  it('of many events drops their tables, and deletes no row', async () => {
    await scenario.relay.deploys([])
    await scenario.portal.sends()
    await scenario.fillsLog(1201)
    await passDays(11)
    await scenario.object.view()
    const observed = await scenario.observe()
    expect(await scenario.object.touch()).toEqual({ dropped: 1201 })
    const written = observed.writes.reduce((sum, { rows }) => sum + rows, 0)
    expect(written).toBeLessThan(15)
    expect(await scenario.object.view()).toMatchObject({ head: 1201, events: 0 })
    expect(await scenario.portal.sends()).toBe(1202)
    expect(await scenario.object.view()).toMatchObject({ head: 1202, events: 1 })
  })

  it('forgets the fates of dropped events', async () => {
    scenario.receiver('erp').answers(422)
    await scenario.relay.passesOn(2)
    await passDays(9)
    await scenario.relay.passesOn()
    expect(await scenario.object.parked()).toHaveLength(3)
    await passDays(2)
    await scenario.object.touch()
    expect(await scenario.object.parked()).toMatchObject([{ sequence: 3 }])
    expect((await scenario.lane('erp')).parked).toBe(1)
  })

  it('sets no alarm and writes nothing when nothing is old', async () => {
    await scenario.relay.passesOn()
    await scenario.operator.setsValue('ERP_URL', 'https://erp.example.com/')
    await scenario.time.passesUntilQuiet()
    const observed = await scenario.observe()
    expect(await scenario.object.touch()).toEqual({ dropped: 0 })
    expect(observed).toMatchObject({ writes: [], alarms: [] })
  })
})

describe('a lane that has not passed an old event', () => {
  it('paused: holds it back for another RETENTION_DAYS, then it is dropped and counted', async () => {
    await scenario.relay.deploys([machine('erp', { fields: ['UF_CRM_TAX'] }), machine('crm')])
    await scenario.relay.passesOn()
    await scenario.operator.pauses('erp')
    await scenario.portal.sendsMany(2)
    await scenario.portal.sends({ event: JSON.stringify(anEvent({ field: null })) })
    await scenario.settled()
    await passDays(20)
    expect(await scenario.object.touch()).toEqual({ dropped: 1 })
    expect(await logged()).toEqual([2, 3, 4])
    expect(await scenario.lane('erp')).toMatchObject({ cursor: 1, backlog: 3, expired: 0 })
    await scenario.time.passes('1 ms')
    expect(await scenario.object.touch()).toEqual({ dropped: 3 })
    expect(await scenario.lane('erp')).toMatchObject({
      state: 'paused',
      cursor: 4,
      backlog: 0,
      expired: 2,
    })
    expect((await scenario.lane('crm')).expired).toBe(0)
    await scenario.operator.resumes('erp')
    await scenario.relay.passesOn()
    // The gap that expired is visible to the receiver: 5 names 3, which it never got.
    expect(scenario.receiver('erp').links()).toEqual([
      [1, null],
      [5, 3],
    ])
  })

  it('disabled: the same, and only what it had not got is counted', async () => {
    await scenario.relay.passesOn()
    scenario.receiver('erp').answers(410)
    await scenario.portal.sendsMany(2)
    await until(async () => (await scenario.lane('erp')).state === 'disabled')
    await passDays(20)
    await scenario.time.passes('1 ms')
    expect(await scenario.object.touch()).toEqual({ dropped: 3 })
    expect(await scenario.lane('erp')).toMatchObject({ state: 'disabled', backlog: 0, expired: 2 })
  })

  it('retrying: the same, and the attempts of the dropped event are forgotten', async () => {
    await scenario.relay.deploys([machine('erp', { retryHours: 720 })])
    scenario.receiver('erp').answers(500)
    await scenario.portal.sends()
    await until(async () => (await scenario.lane('erp')).attempts === 1)
    await passDays(20)
    await scenario.portal.sends()
    expect(await scenario.object.touch()).toEqual({ dropped: 0 })
    await scenario.time.passes('1 ms')
    expect(await scenario.object.touch()).toEqual({ dropped: 1 })
    expect(await scenario.lane('erp')).toMatchObject({ cursor: 1, backlog: 1, expired: 1 })
  })

  it('removed: holds nothing back, and goes on behind what was dropped when its name returns', async () => {
    await scenario.relay.deploys([machine('erp'), machine('crm')])
    await scenario.portal.becomesKnown()
    await scenario.relay.deploys([machine('crm')])
    await scenario.relay.passesOn(2)
    await passDays(11)
    expect(await scenario.object.touch()).toEqual({ dropped: 2 })
    await scenario.portal.sends()
    await scenario.relay.deploys([machine('erp'), machine('crm')])
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual([3])
  })
})

describe('previousSequence across the floor', () => {
  it('is right for live events and for replays of what is left', async () => {
    await scenario.relay.deploys([machine('erp', { fields: ['UF_CRM_TAX'] })])
    await scenario.portal.sendsMany(2)
    await scenario.portal.sends({ event: JSON.stringify(anEvent({ field: null })) })
    await passDays(9)
    await scenario.relay.passesOn()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 4])
    await passDays(2)
    expect(await scenario.object.touch()).toEqual({ dropped: 3 })
    await scenario.relay.restarts()
    await scenario.relay.passesOn()
    expect(scenario.receiver('erp').received().at(-1)).toMatchObject({
      sequence: 5,
      previousSequence: 4,
    })
    await scenario.operator.replays('erp', { from: 1, to: 5 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.receiver('erp').links().slice(4)).toEqual([
      [4, 2],
      [5, 4],
    ])
  })
})

/** More events than a segment holds at least, and then time enough for a visit to close it. */
async function fillsSegment(): Promise<void> {
  await scenario.portal.sendsMany(MIN_SEGMENT_EVENTS)
  await scenario.settled()
  await passDays(1)
  await scenario.relay.passesOn()
  expect(await scenario.object.touch()).toEqual({ dropped: 0 })
}

describe('a log of several segments', () => {
  const closed = () => scenario.rows('SELECT last FROM segments WHERE last IS NOT NULL ORDER BY id')

  it('is read, told and replayed over their borders', async () => {
    await scenario.relay.deploys([machine('erp'), machine('crm')])
    scenario.receiver('crm').failsOnce({ 50: 422, 101: 422, 102: 422, 150: 422 })
    await fillsSegment()
    await scenario.operator.pauses('erp')
    await fillsSegment()
    expect(await closed()).toEqual([{ last: 101 }, { last: 202 }])
    const page = await scenario.object.events(104, 5)
    expect(page?.events.map(({ sequence }) => sequence)).toEqual([103, 102])
    expect((await scenario.object.events(page?.before ?? 0, 2))?.events).toMatchObject([
      { sequence: 101 },
      { sequence: 100 },
    ])
    await scenario.relay.restarts()
    await scenario.operator.resumes('erp')
    await scenario.settled()
    expect(scenario.receiver('erp').links().slice(-101)).toEqual(
      oneTo(101).map((n) => [n + 101, n + 100]),
    )
    expect((await scenario.object.parked())?.map(({ sequence }) => sequence)).toEqual([
      50, 101, 102, 150,
    ])
    expect((await scenario.lane('crm')).parked).toBe(4)
    const wish = { kind: 'parked' } as const
    expect(await scenario.object.replay('crm', wish, { dryRun: false })).toEqual(ok(4))
    await scenario.settled()
    expect(scenario.receiver('crm').sequences().slice(-4)).toEqual([50, 101, 102, 150])
    expect((await scenario.lane('crm')).parked).toBe(0)
    expect(await scenario.fate('crm', 50)).toMatchObject({ state: 'delivered', attempts: 2 })
  })

  it('begins a new one at an alarm, so that a busy portal does not wait for the visit', async () => {
    await scenario.portal.sendsMany(MIN_SEGMENT_EVENTS)
    await scenario.settled()
    await passDays(1)
    await scenario.relay.passesOn()
    expect(await closed()).toEqual([])
    await scenario.time.passesUntilQuiet()
    expect(await closed()).toEqual([{ last: 101 }])
  })

  it('loses the oldest one as soon as all its events are old', async () => {
    await fillsSegment()
    await fillsSegment()
    await passDays(8.9)
    // Event 1 is older than 10 days by now, and goes with its segment.
    expect(await scenario.object.touch()).toEqual({ dropped: 0 })
    await passDays(0.2)
    expect(await scenario.object.touch()).toEqual({ dropped: 101 })
    expect(await scenario.object.view()).toMatchObject({ head: 202, events: 101 })
  })

  it('keeps one that a lane has still to pass for as long again, and counts what the lane loses', async () => {
    await fillsSegment()
    await scenario.operator.pauses('erp')
    await fillsSegment()
    await passDays(18)
    expect(await scenario.object.touch()).toEqual({ dropped: 101 })
    expect(await scenario.lane('erp')).toMatchObject({ backlog: 101, expired: 0 })
    await passDays(3)
    expect(await scenario.object.touch()).toEqual({ dropped: 101 })
    expect(await scenario.lane('erp')).toMatchObject({ backlog: 0, expired: 101, cursor: 202 })
    await scenario.operator.resumes('erp')
    await scenario.relay.passesOn()
    expect(scenario.receiver('erp').links().at(-1)).toEqual([203, 202])
  })

  it('loses one whose times were damaged row by row, and then its tables', async () => {
    await fillsSegment()
    await scenario.relay.restarts()
    await scenario.rows(`UPDATE segments SET youngest_at = 'long ago' WHERE last IS NOT NULL`)
    await passDays(10.5)
    await scenario.relay.restarts()
    expect(await scenario.object.touch()).toEqual({ dropped: 101 })
    expect(await closed()).toEqual([])
    expect(await scenario.tableNames()).not.toContain('log')
  })

  it('is erased as a whole by an uninstall with CLEAN=1', async () => {
    await fillsSegment()
    await scenario.inside(({ storage }) => {
      const segments = new SegmentStore(openDatabase(storage))
      expect(segments.all().map(({ last }) => last)).toEqual([101, null])
      segments.clear(101)
      expect(segments.all().map(({ last }) => last)).toEqual([null])
    })
    expect(await scenario.tableNames()).not.toContain('log_2')
    expect(await logged()).toEqual([])
  })
})
