/**
 * The start of an object that was full when this version was deployed: it has no room for the tables of the segments,
 * goes on with those of the former version, and makes the new ones as soon as something was dropped.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LogStore } from '../../../src/portal/log/log-store.ts'
import { SegmentStore } from '../../../src/portal/log/rows/segment-store.ts'
import { openDatabase } from '../../../src/storage/database.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { oneTo } from '../../support/builders/a-lane.ts'
import { machine } from '../../support/builders/entries.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { limitStorage } from '../../support/worker/observed.ts'
import { overrides } from '../../support/worker/overrides.ts'
import { until } from '../../support/until.ts'

const LARGE = { event: JSON.stringify(anEvent({ data: 'x'.repeat(50_000) })) }

/** Takes back what the step of the segments has made. */
const WITHOUT_SEGMENTS = [
  'DROP INDEX parked',
  'DROP TABLE segments',
  'DROP TABLE parked_counts',
  'DROP TABLE field_shelves',
  `DELETE FROM migrations WHERE id IN ('0004-segments', '0005-field-shelves')`,
]

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario([machine('erp'), machine('crm')])
})

afterEach(() => scenario.close())

/** A log of 40 large events, of which `crm` has refused two, as the former version stored it in an object that is full. */
async function isUpgradedWhenFull(settings: Partial<PortalScenario['settings']>): Promise<void> {
  const usual = { retentionDays: 10, maxLogBytes: 4_000_000 }
  scenario.settings = { ...scenario.settings, ...usual, ...settings }
  await scenario.relay.deploys([machine('erp'), machine('crm')])
  scenario.receiver('crm').failsOnce({ 3: 422, 30: 422 })
  for (let n = 0; n < 4; n += 1) {
    await Promise.all(oneTo(10).map(() => scenario.portal.sends(LARGE)))
  }
  await scenario.settled()
  await scenario.time.passesUntilQuiet()
  await scenario.relay.restarts()
  for (const statement of WITHOUT_SEGMENTS) await scenario.rows(statement)
  await scenario.evict()
  overrides.onStart = (storage) => {
    limitStorage(storage, storage.sql.databaseSize)
    overrides.onStart = () => {}
  }
}

const post = async () => scenario.portal.posts(await scenario.portal.anEvent())

describe('a full object of the former version', () => {
  it('starts, drops early events, and makes the new tables', async () => {
    await isUpgradedWhenFull({})
    expect(await scenario.object.view()).toMatchObject({ head: 40 })
    await until(async () => (await scenario.tableNames()).includes('segments'))
    expect(await post()).toMatchObject({ kind: 'stored', sequence: 41 })
    const [row] = await scenario.rows('SELECT count(*) AS events FROM log')
    expect(await scenario.object.view()).toMatchObject({ events: row?.['events'] })
    expect((await scenario.lane('crm')).parked).toBe((await scenario.object.parked())?.length)
  })

  it('goes on with the former tables where nothing may be dropped', async () => {
    await isUpgradedWhenFull({ maxLogBytes: 0 })
    expect(await scenario.object.view()).toMatchObject({ head: 40, events: 40 })
    expect((await scenario.object.events(41, 1))?.events).toMatchObject([{ sequence: 40 }])
    expect(await scenario.object.parked()).toMatchObject([{ sequence: 3 }, { sequence: 30 }])
    expect((await scenario.lane('crm')).parked).toBe(2)
    expect(await post()).toEqual({ kind: 'full' })
    expect(await scenario.tableNames()).not.toContain('segments')
    expect(await scenario.object.touch()).toEqual({ dropped: 0 })
  })

  it('makes the new tables with the visit that drops old events', async () => {
    await isUpgradedWhenFull({ maxLogBytes: 0 })
    await scenario.object.view()
    await scenario.time.passesWithoutAlarm('11 days')
    expect(await scenario.object.touch()).toEqual({ dropped: 40 })
    expect(await scenario.tableNames()).toContain('segments')
    expect(await post()).toMatchObject({ kind: 'stored', sequence: 41 })
    expect(await scenario.object.view()).toMatchObject({ events: 1 })
    expect((await scenario.lane('crm')).parked).toBe(0)
  })

  it('is erased as a whole', async () => {
    await isUpgradedWhenFull({ maxLogBytes: 0 })
    await scenario.inside(({ storage }) => {
      const db = openDatabase(storage)
      const segments = new SegmentStore(db)
      segments.clear(40)
      expect(new LogStore(db, segments).counts().entries).toBe(0)
    })
    expect((await scenario.object.events(41, 9))?.events).toEqual([])
  })
})
