/**
 * What a deployment does to lanes: new, removed, returned, changed and wrong destinations, and values of
 * the portal itself. G5: no event is lost while the configuration is wrong.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anEvent } from '../../../support/builders/a-delivery.ts'
import { MINUTE_MS } from '../../../../src/core/durations.ts'
import { ok } from '../../../../src/core/result.ts'
import { MAX_SKIPPED } from '../../../../src/portal/lanes/book/checkpoint.ts'
import { inLaneRoom } from '../../../support/scenarios/lane-room-scenario.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { configured, machine, person, type Entry } from '../../../support/builders/entries.ts'
import { oneTo } from '../../../support/builders/a-lane.ts'
import { dump, dumpKv } from '../../../support/worker/traces.ts'
import { until } from '../../../support/until.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
  scenario.losesReports()
})

afterEach(() => scenario.close())

/** Everything stands still: what could be delivered has been. */
async function resting(): Promise<void> {
  await scenario.time.passes(0)
  await scenario.settled()
  await scenario.time.passesUntilQuiet()
}

/** Some events, after which everything stands still. */
async function told(count = 1): Promise<void> {
  await scenario.portal.sendsMany(count)
  await resting()
}

describe('a new destination', () => {
  it('of a deployment gets the event that first meets it, and none before', async () => {
    await told(2)
    scenario.relay.isConfigured([machine('erp'), machine('crm')])
    await scenario.relay.restarts()
    await told()
    expect(scenario.receiver('crm').links()).toEqual([[3, null]])
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 3])
    expect(await scenario.fate('crm', 2)).toMatchObject({
      state: 'filtered',
      reason: 'older_than_destination',
    })
  })
})

describe('a removed destination', () => {
  it('stops, keeps its cursor and goes on from there when the name returns', async () => {
    await scenario.relay.deploys([machine('erp'), machine('crm')])
    await told(2)
    await scenario.relay.deploys([machine('crm')])
    await told(2)
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2])
    expect(await scenario.lane('erp')).toMatchObject({ state: 'removed', cursor: 2, backlog: 2 })
    scenario.relay.isConfigured([machine('erp'), machine('crm')])
    await scenario.relay.restarts()
    await scenario.time.passes('15 min')
    await scenario.settled()
    expect(scenario.receiver('erp').links()).toEqual(
      [1, 2, 3, 4].map((n) => [n, n === 1 ? null : n - 1]),
    )
  })
})

it('a paused lane is still paused after a deployment without its destination', async () => {
  await told()
  await scenario.operator.pauses('erp')
  await scenario.relay.deploys([])
  expect(await scenario.lane('erp')).toMatchObject({ state: 'removed' })
  await scenario.relay.deploys([machine('erp')])
  await told()
  expect(await scenario.lane('erp')).toMatchObject({ state: 'paused', backlog: 1 })
  expect(scenario.receiver('erp').sequences()).toEqual([1])
})

it('a changed destination does not wait for the Retry-After of its former receiver', async () => {
  scenario.receiver('erp').answers(503, { 'retry-after': '86400' })
  await scenario.portal.sends()
  await until(async () => (await scenario.lane('erp')).attempts === 1)
  await scenario.relay.deploys([machine('erp', { url: 'https://new.example.com/' })])
  await scenario.settled()
  expect(scenario.receiver('new').sequences()).toEqual([1])
})

describe('G10 liveness: a deployment that corrects the former one takes effect within 15 minutes', () => {
  it.each<[string, readonly Entry[] | null]>([
    ['a missing destination', []],
    ['a wrong destination', [machine('erp', { url: 'ftp://erp.example.com' })]],
    ['DESTINATIONS that cannot be read', null],
  ])('over %s', async (_case, wrong) => {
    await scenario.portal.sends()
    await resting()
    await scenario.relay.deploys(wrong)
    await scenario.portal.sends()
    await resting()
    scenario.relay.isConfigured([machine('erp')])
    await scenario.relay.restarts()
    await scenario.time.passes('15 min')
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2])
  })
})

async function disabled(): Promise<void> {
  let isGone = true
  scenario.receiver('erp').answers(() => new Response('', { status: isGone ? 410 : 200 }))
  await scenario.portal.sendsMany(2)
  await scenario.portal.sends()
  await scenario.time.passesUntilQuiet()
  expect(await scenario.lane('erp')).toMatchObject({ state: 'disabled', reason: 'gone', cursor: 0 })
  isGone = false
}

describe('a disabled lane', () => {
  it('stays disabled by a restart, and its events wait', async () => {
    await disabled()
    await scenario.relay.deploys([machine('erp')])
    await scenario.time.passesUntilQuiet()
    expect(await scenario.lane('erp')).toMatchObject({ state: 'disabled', backlog: 3 })
    expect(await scenario.fate('erp', 1)).toMatchObject({ state: 'waiting', reason: 'gone' })
    expect(scenario.receiver('erp').sequences()).toEqual([1])
  })

  it('is enabled by a changed setting', async () => {
    await disabled()
    await scenario.relay.deploys([machine('erp', { url: 'https://erp.example.com/new' })])
    await resting()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 1, 2, 3])
    expect(await scenario.lane('erp')).toMatchObject({ state: 'active', reason: null, backlog: 0 })
  })
})

describe('a wrong destination', () => {
  const RIGHT = machine('erp')
  const OTHER = machine('crm')

  it.each([
    ['address', [machine('erp', { url: 'ftp://erp.example.com/' }), OTHER]],
    ['portals line, as another one names its portals', [RIGHT, machine('crm', { portals: ['*'] })]],
  ])('%s: its lane alone stops, its events wait, a deployment delivers them', async (_, wrong) => {
    await scenario.relay.deploys([RIGHT, OTHER])
    await told()
    await scenario.relay.deploys(wrong)
    await told(2)
    expect(scenario.receiver('erp').sequences()).toEqual([1])
    expect(scenario.receiver('crm').sequences()).toEqual([1, 2, 3])
    expect(await scenario.lane('erp')).toMatchObject({
      state: 'disabled',
      reason: 'misconfigured',
      backlog: 2,
    })
    expect(await scenario.fate('erp', 3)).toMatchObject({
      state: 'waiting',
      reason: 'misconfigured',
    })
    await scenario.relay.deploys([RIGHT, OTHER])
    await resting()
    expect(scenario.receiver('erp').links()).toEqual(
      [1, 2, 3].map((n) => [n, n === 1 ? null : n - 1]),
    )
  })

  it('in a new portal: events wait from the first one on, by the filter that is right later', async () => {
    await scenario.relay.deploys([machine('erp', { events: [''] })])
    await told(2)
    expect(await scenario.fate('erp', 1)).toMatchObject({
      state: 'waiting',
      reason: 'misconfigured',
    })
    await scenario.relay.deploys([RIGHT])
    await resting()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2])
  })

  it('that only the policy for local addresses refused is enabled when that allows it', async () => {
    await scenario.relay.deploys([machine('erp', { url: 'http://127.0.0.1:9/' })])
    await told()
    expect(await scenario.lane('erp')).toMatchObject({ state: 'disabled', reason: 'misconfigured' })
    const [refused] = configured([machine('erp', { url: 'http://127.0.0.1:9/' })])
    if (refused === undefined) throw new Error('Cannot configure the destination')
    scenario.settings = {
      ...scenario.settings,
      destinations: [{ ...refused, problems: [] }],
      policy: { allowLocal: true },
    }
    scenario.network.handle(({ url }) =>
      url.startsWith('http://127.0.0.1:9/') ? new Response('') : null,
    )
    await scenario.relay.restarts()
    await scenario.object.view()
    await resting()
    expect(scenario.network.to('127.0.0.1:9')).toHaveLength(1)
  })
})

describe('DESTINATIONS that cannot be read', () => {
  it('stops every lane and loses nothing: all is delivered when it can be', async () => {
    await told()
    await scenario.relay.deploys(null)
    await told(2)
    expect(scenario.receiver('erp').sequences()).toEqual([1])
    expect(await scenario.lane('erp')).toMatchObject({ state: 'active', backlog: 2, type: null })
    await scenario.relay.deploys([machine('erp'), machine('crm')])
    await resting()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 3])
    expect(scenario.receiver('crm').links()).toEqual([
      [2, null],
      [3, 2],
    ])
  })

  it('loses nothing of a portal whose first event came meanwhile', async () => {
    scenario.relay.isConfigured(null)
    await scenario.portal.sendsMany(3)
    await scenario.time.passesUntilQuiet()
    await scenario.relay.restarts()
    await scenario.portal.sends()
    await scenario.relay.deploys([machine('erp'), person('chat', { fields: ['UF_OTHER*'] })])
    await resting()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 3, 4])
    await scenario.relay.deploys([machine('erp'), machine('late')])
    await told()
    expect(scenario.receiver('late').sequences()).toEqual([5])
  })
})

describe('G10 liveness: a portal whose first event came while DESTINATIONS could not be read', () => {
  beforeEach(() => scenario.relay.isConfigured(null))

  it('has an alarm within 15 minutes, by which the corrected ones take effect', async () => {
    await scenario.portal.sendsMany(2)
    expect(await scenario.time.alarmIn()).toBeLessThanOrEqual(15 * MINUTE_MS)
    scenario.relay.isConfigured([machine('erp')])
    await scenario.relay.restarts()
    await scenario.time.passes('15 min')
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2])
  })

  it('keeps one while it stands', async () => {
    await scenario.portal.sends()
    for (let hours = 0; hours < 3; hours += 1) {
      await scenario.time.passes('1 h')
      expect(await scenario.time.alarmIn()).toBeLessThanOrEqual(15 * MINUTE_MS)
    }
  })
})

describe('a destination with $portal.NAME', () => {
  const SECRET_URL = 'https://erp.example.com/canary-of-the-portal'
  const WITH_VALUE = machine('erp', { url: '$portal.ERP_URL' })

  it('filters events as no_value until the value is put, then delivers', async () => {
    await scenario.relay.deploys([WITH_VALUE])
    await told()
    expect(await scenario.fate('erp', 1)).toMatchObject({ state: 'filtered', reason: 'no_value' })
    expect(await scenario.operator.setsValue('ERP_URL', SECRET_URL)).toBe('done')
    await told()
    expect(scenario.receiver('erp').links()).toEqual([[2, null]])
    expect(scenario.network.sent.map(({ url }) => url)).toEqual([SECRET_URL])
    expect(await scenario.fate('erp', 1)).toMatchObject({ state: 'filtered', reason: 'no_value' })
  })

  it('lets an operator have the events again that were passed while there was no value (G5)', async () => {
    await scenario.relay.deploys([WITH_VALUE])
    await told(2)
    await scenario.operator.setsValue('ERP_URL', SECRET_URL)
    expect(await scenario.operator.replays('erp', { from: 1, to: 2 })).toEqual(ok(2))
    await resting()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2])
    expect(await scenario.fate('erp', 1)).toMatchObject({ state: 'delivered' })
  })

  it('keeps the fate no_value when the object was evicted before the value was put', async () => {
    await scenario.relay.deploys([WITH_VALUE])
    await told(3)
    await scenario.relay.restarts()
    await scenario.operator.setsValue('ERP_URL', SECRET_URL)
    await told()
    expect(scenario.receiver('erp').sequences()).toEqual([4])
    expect(await scenario.fate('erp', 3)).toMatchObject({ state: 'filtered', reason: 'no_value' })
  })

  it('uses the value after a restart, and filters again when it is deleted', async () => {
    await scenario.relay.deploys([WITH_VALUE])
    await scenario.portal.becomesKnown()
    await scenario.operator.setsValue('ERP_URL', SECRET_URL)
    await scenario.relay.restarts()
    await told()
    expect(scenario.receiver('erp').sequences()).toEqual([1])
    expect(await scenario.operator.setsValue('ERP_URL', null)).toBe('done')
    await told()
    expect(scenario.receiver('erp').sequences()).toEqual([1])
    expect(await scenario.fate('erp', 2)).toMatchObject({ state: 'filtered', reason: 'no_value' })
    expect(await scenario.fate('erp', 1)).toMatchObject({ state: 'delivered' })
  })

  it('stops as misconfigured with a wrong value, and the right one delivers what waits', async () => {
    await scenario.relay.deploys([WITH_VALUE, machine('crm')])
    await scenario.portal.becomesKnown()
    await scenario.operator.setsValue('ERP_URL', 'http://10.0.0.1/')
    await told()
    expect(await scenario.lane('erp')).toMatchObject({
      state: 'disabled',
      reason: 'misconfigured',
      problems: [
        { setting: 'url', problem: 'Must begin with https:// (it comes from $portal.ERP_URL)' },
      ],
    })
    expect(scenario.receiver('crm').sequences()).toEqual([1])
    await scenario.operator.setsValue('ERP_URL', SECRET_URL)
    await resting()
    expect(scenario.receiver('erp').sequences()).toEqual([1])
    expect(await scenario.lane('erp')).not.toHaveProperty('problems')
  })

  it('is enabled by a new value when the old address was gone', async () => {
    scenario
      .receiver('erp')
      .answers(({ url }) => new Response('', { status: url.endsWith('/old') ? 410 : 200 }))
    await scenario.relay.deploys([WITH_VALUE])
    await scenario.portal.becomesKnown()
    await scenario.operator.setsValue('ERP_URL', 'https://erp.example.com/old')
    await scenario.portal.sends()
    await scenario.time.passesUntilQuiet()
    expect(await scenario.lane('erp')).toMatchObject({ state: 'disabled', reason: 'gone' })
    await scenario.operator.setsValue('ERP_URL', SECRET_URL)
    await resting()
    expect(await scenario.lane('erp')).toMatchObject({ state: 'active', backlog: 0 })
  })

  it('never shows the value: not in views, tables, KV or log (G6)', async () => {
    scenario
      .receiver('erp')
      .answers(({ url }) => new Response(`no such hook: ${url}`, { status: 422 }))
    await scenario.relay.deploys([WITH_VALUE])
    await scenario.portal.becomesKnown()
    await scenario.operator.setsValue('ERP_URL', SECRET_URL)
    await told()
    const portal = scenario.object
    const stored = await scenario.inside(({ storage }) => dump(storage.sql))
    const shown = [await portal.view(), await portal.events(99, 99), await portal.parked()]
    const text = JSON.stringify([shown, stored, await dumpKv(), scenario.logged])
    expect(text).toContain('http_422')
    expect(text).not.toContain('canary-of-the-portal')
  })
})

describe('a changed filter', () => {
  const NOTHING = machine('erp', { fields: ['UF_OTHER*'] })
  const EVERYTHING = machine('erp', { events: ['*'] })

  it('does not bring back events that were passed under the old one, also after an eviction', async () => {
    await scenario.relay.deploys([NOTHING])
    await told(3)
    await scenario.relay.deploys([machine('erp')])
    await told()
    expect(scenario.receiver('erp').links()).toEqual([[4, null]])
    expect(await scenario.fate('erp', 2)).toMatchObject({ state: 'filtered', reason: 'field' })
  })

  it('leaves fates and previousSequence of passed events as they were', async () => {
    await told(2)
    await scenario.relay.deploys([NOTHING])
    await told()
    await scenario.relay.deploys([machine('erp')])
    await told()
    expect(scenario.receiver('erp').links()).toEqual([
      [1, null],
      [2, 1],
      [4, 2],
    ])
    const fates = await Promise.all([1, 2, 3, 4].map((n) => scenario.fate('erp', n)))
    expect(fates.map((fate) => fate?.state)).toEqual([
      'delivered',
      'delivered',
      'filtered',
      'delivered',
    ])
    await scenario.operator.replays('erp', { from: 1, to: 4 })
    await resting()
    // The present filter takes event 3 as well.
    expect(scenario.receiver('erp').links().slice(3)).toEqual([
      [1, null],
      [2, 1],
      [3, 2],
      [4, 2],
    ])
  })

  /** Events 2, 4 and 5 were sent, and the object ended before it stored more than event 1. */
  async function storageStandsAtFirst(): Promise<void> {
    const other = JSON.stringify(anEvent({ name: 'ONCRMLEADADD', field: null }))
    await scenario.portal.sends()
    await resting()
    const stored = await scenario.text('SELECT lanes FROM lanes')
    await scenario.portal.sends()
    await scenario.portal.sends({ event: other })
    await scenario.portal.sendsMany(2)
    await scenario.portal.sends({ event: other })
    await resting()
    await scenario.rows('UPDATE lanes SET lanes = ?', stored)
  }

  it('decides nothing anew that may have been sent, and everything behind it at once', async () => {
    await storageStandsAtFirst()
    await scenario.relay.deploys([EVERYTHING])
    await scenario.time.passesUntilQuiet()
    const sent = [
      [2, 1],
      [4, 2],
      [5, 4],
    ]
    expect(scenario.receiver('erp').links()).toEqual([[1, null], ...sent, ...sent, [6, 5]])
  })

  it('decides nothing anew over a deployment without the destination either', async () => {
    await storageStandsAtFirst()
    await scenario.relay.deploys([])
    await scenario.relay.deploys([EVERYTHING])
    await scenario.time.passesUntilQuiet()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 4, 5, 2, 4, 5, 6])
  })

  it('lets ten waiting events be decided by the filter that stood, and no more', async () => {
    await scenario.portal.becomesKnown()
    await scenario.operator.pauses('erp')
    await scenario.portal.sendsMany(12)
    await scenario.relay.deploys([NOTHING])
    await scenario.operator.resumes('erp')
    await scenario.time.passesUntilQuiet()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('whose skips were stored by the daily visit is not read again by the next object', async () => {
    await scenario.relay.deploys([NOTHING])
    await told(3)
    expect((await scenario.storedLane('erp')).cursor).toBe(0)
    await scenario.object.touch()
    expect((await scenario.storedLane('erp')).cursor).toBe(3)
  })
})

describe('skipped events', () => {
  it.each([
    [MAX_SKIPPED - 1, 0],
    [MAX_SKIPPED, MAX_SKIPPED],
  ])('that are %i are stored up to %i', async (skipped, stored) => {
    const cursor = await inLaneRoom({}, (scenario) => {
      scenario.book.setInMemory({ ...scenario.lane(), cursor: skipped })
      scenario.book.load()
      return scenario.lane().cursor
    })
    expect(cursor).toBe(stored)
  })
})

describe('a send that only memory knows', () => {
  it('keeps the object awake for a second at most, and no longer than another lane is walked', async () => {
    await scenario.relay.deploys([machine('erp'), machine('crm')])
    const held = scenario.receiver('crm').holds()
    await scenario.portal.sends()
    await until(() => scenario.time.sleepers === 1)
    const observed = await scenario.observe()
    held.open()
    await until(() => scenario.time.sleepers === 0)
    expect(observed.writes.map(({ rows }) => rows)).toEqual([1])
  })
})

describe('a portal that the destination does not name', () => {
  it('gets no delivery, and has no lane', async () => {
    await scenario.relay.deploys([machine('erp', { portals: ['f'.repeat(32)] })])
    await told()
    expect(scenario.network.sent).toEqual([])
    expect(await scenario.fate('erp', 1)).toBeNull()
    expect(await scenario.object.view()).toMatchObject({ lanes: [] })
  })

  it('pays nothing for the destinations of a thousand others', async () => {
    const others = oneTo(1000).map((n) => n.toString(16).padStart(32, 'f'))
    const all = [scenario.memberId, ...others].map((id, n) => machine(`c${n}`, { portals: [id] }))
    await scenario.relay.deploys(all)
    await told()
    const observed = await scenario.observe()
    await told(3)
    expect((await scenario.text('SELECT lanes FROM lanes')).length).toBeLessThan(1500)
    expect((await scenario.object.view())?.lanes.map(({ destination }) => destination)).toEqual([
      'c0',
    ])
    // Three events, and what the lane has got of them.
    expect(observed.writes.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThanOrEqual(6)
  })

  it('loses the lane that a former version gave it', async () => {
    await told()
    await scenario.relay.restarts()
    const silent = { from: 1, events: ['*'], fields: [], silent: 'portal', skipsUnchanged: false }
    await scenario.rows(
      `UPDATE lanes SET lanes = json_set(lanes, '$.lanes[0].epochs', json(?), '$.lanes[0].recent', json('[]'),
         '$.lanes[0].lastMeant', null)`,
      JSON.stringify([silent]),
    )
    await scenario.relay.deploys([machine('erp', { portals: ['f'.repeat(32)] })])
    await told()
    expect(await scenario.object.view()).toMatchObject({ lanes: [], head: 2 })
  })
})
