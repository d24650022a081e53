/** What the lanes of a portal lose, and remember, when its oldest events are dropped (G5). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anEvent, aUserField } from '../../../support/builders/a-delivery.ts'
import { RETENTION_PAGE } from '../../../../src/core/lanes/retention.ts'
import { MAX_STORED_BYTES } from '../../../../src/core/log/stored-form.ts'
import { SegmentStore } from '../../../../src/portal/log/rows/segment-store.ts'
import { openDatabase } from '../../../../src/storage/database.ts'
import { machine } from '../../../support/builders/entries.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
  scenario.settings = { ...scenario.settings, retentionDays: 10 }
})

afterEach(() => scenario.close())

/** Days of which only the daily visit is told here: no alarm fires. */
async function passDays(days: number): Promise<void> {
  await scenario.time.passesWithoutAlarm(`${days} days`)
}

describe('the end of a page of events', () => {
  it('of large events reads a few at a time, and counts each that a lane had still to get', async () => {
    await scenario.relay.passesOn()
    await scenario.operator.pauses('erp')
    const large = JSON.stringify(anEvent({ data: 'x'.repeat(MAX_STORED_BYTES - 1000) }))
    for (let n = 0; n < 5; n += 1) await scenario.portal.sends({ event: large })
    await passDays(21)
    const observed = await scenario.observe()
    expect(await scenario.object.touch()).toEqual({ dropped: 6 })
    const deleted = observed.writes.filter(({ query }) => query.startsWith('DELETE FROM log'))
    expect(deleted.length).toBeGreaterThan(1)
    expect(await scenario.lane('erp')).toMatchObject({ expired: 5, backlog: 0 })
  })

  it('counts what went, also when events come meanwhile', async () => {
    await scenario.relay.passesOn()
    const large = JSON.stringify(anEvent({ data: 'x'.repeat(MAX_STORED_BYTES - 1000) }))
    for (let n = 0; n < 5; n += 1) await scenario.portal.sends({ event: large })
    await scenario.settled()
    await passDays(21)
    const [touched] = await Promise.all([scenario.object.touch(), scenario.portal.sends()])
    expect(touched).toEqual({ dropped: 6 })
  })
})

describe('the end of a segment', () => {
  it('drops one that lanes have passed after reading its last page only', async () => {
    await scenario.relay.passesOn()
    await scenario.fillsLog(1201)
    await scenario.rows(`UPDATE lanes SET lanes = json_set(lanes, '$.lanes[0].cursor', 1201)`)
    await scenario.relay.restarts()
    await passDays(11)
    let read = 0
    await scenario.inside(({ storage }) => {
      const exec = storage.sql.exec.bind(storage.sql)
      storage.sql.exec = (query, ...bindings) => {
        if (query.includes('FROM log WHERE sequence <')) read += 1
        return exec(query, ...bindings)
      }
    })
    expect(await scenario.object.touch()).toEqual({ dropped: 1201 })
    expect(read).toBe(1)
  })

  it('remembers the last event that a lane was meant to get, however far back it stands', async () => {
    const field = (fieldName: string) => ({
      event: JSON.stringify(anEvent({ field: aUserField({ fieldName }) })),
    })
    await scenario.relay.deploys([machine('erp', { fields: ['UF_CRM_TAX'] })])
    await scenario.portal.sends(field('UF_CRM_TAX'))
    for (let n = 0; n < RETENTION_PAGE; n += 100) {
      await Promise.all(
        Array.from({ length: 100 }, () => scenario.portal.sends(field('UF_CRM_VAT'))),
      )
    }
    await scenario.settled()
    await passDays(11)
    expect(await scenario.object.touch()).toEqual({ dropped: RETENTION_PAGE + 1 })
    await scenario.relay.restarts()
    await scenario.portal.sends(field('UF_CRM_TAX'))
    await scenario.settled()
    expect(scenario.receiver('erp').links()).toEqual([
      [1, null],
      [RETENTION_PAGE + 2, 1],
    ])
  })

  it('counts what a lane loses over all pages of it', async () => {
    await scenario.relay.passesOn()
    await scenario.operator.pauses('erp')
    await scenario.fillsLog(1201)
    await passDays(21)
    expect(await scenario.object.touch()).toEqual({ dropped: 1201 })
    expect(await scenario.lane('erp')).toMatchObject({ cursor: 1201, expired: 1200 })
  })
})

it('a large segment behind whose events no sequence was given goes with the last of them', async () => {
  scenario.settings = { ...scenario.settings, maxLogBytes: 1_000_000 }
  await scenario.relay.deploys([machine('erp')])
  await scenario.relay.passesOn(3)
  await scenario.relay.restarts()
  await scenario.rows(`UPDATE install SET install = json_set(install, '$.lastSequence', 50)`)
  await scenario.evict()
  await scenario.inside(({ storage }) => new SegmentStore(openDatabase(storage)).close(50))
  await scenario.evict()
  await scenario.rows('UPDATE segments SET bytes = 900000 WHERE id = 1')
  await scenario.rows(
    `UPDATE log SET event = json_set(event, '$.data', ?) WHERE sequence < 4`,
    'x'.repeat(800_000),
  )
  await scenario.evict()
  await scenario.relay.passesOn(2)
  await scenario.relay.restarts()
  await scenario.rows(
    `UPDATE log_2 SET event = json_set(event, '$.data', ?) WHERE sequence = 51`,
    'x'.repeat(1_200_000),
  )
  await scenario.evict()
  await scenario.object.touch()
  await scenario.object.touch()
  expect(await scenario.rows('SELECT id, last FROM segments')).toEqual([{ id: 2, last: null }])
  expect((await scenario.object.events(999, 50))?.events.map(({ sequence }) => sequence)).toEqual([
    52,
  ])
})
