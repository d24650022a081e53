/**
 * What a deployment does to lanes: new, removed, returned, changed and wrong destinations, and values of
 * the portal itself. G5: no event is lost while the configuration is wrong.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PortalBench, configured, machine, person } from '../../support/portal-scenario.ts'

let bench: PortalBench

beforeEach(() => {
  bench = new PortalBench()
})

afterEach(() => bench.close())

/** Everything stands still: what could be delivered has been. */
async function resting(): Promise<void> {
  await bench.alarmIfDue()
  await bench.settled()
  await bench.quiet()
}

function received(name: string): { sequence: number; previousSequence: number | null }[] {
  return bench
    .received(name)
    .map(({ sequence, previousSequence }) => ({ sequence, previousSequence }))
}

describe('a new destination', () => {
  it('has its lane before event 1 of a new portal', async () => {
    await bench.append()
    await resting()
    expect(received('erp')).toEqual([{ sequence: 1, previousSequence: null }])
  })

  it('of a deployment gets the event that first meets it, and none before', async () => {
    await bench.appendMany(2)
    await resting()
    bench.configure([machine('erp'), machine('crm')])
    await bench.restart()
    await bench.append()
    await resting()
    expect(received('crm')).toEqual([{ sequence: 3, previousSequence: null }])
    expect(bench.sequences('erp')).toEqual([1, 2, 3])
    expect(await bench.fate('crm', 2)).toMatchObject({
      state: 'filtered',
      reason: 'older_than_destination',
    })
  })

  it('whose lane was rolled back with the event stands before the next try', async () => {
    await bench.start()
    const destinations = [...configured([machine('erp')])]
    bench.settings = { ...bench.settings, destinations }
    await bench.restart()
    await bench.portal().view()
    // Stands for whatever may change the plans of a living object.
    destinations.push(...configured([machine('crm')]))
    await bench.failNextTransaction()
    await expect(bench.append()).rejects.toThrow('disk is full')
    await bench.append()
    await bench.restart()
    await resting()
    expect(received('crm')).toEqual([{ sequence: 1, previousSequence: null }])
  })
})

describe('a removed destination', () => {
  it('stops, keeps its cursor and goes on from there when the name returns', async () => {
    await bench.deploy([machine('erp'), machine('crm')])
    await bench.appendMany(2)
    await resting()
    await bench.deploy([machine('crm')])
    await bench.appendMany(2)
    await resting()
    expect(bench.sequences('erp')).toEqual([1, 2])
    expect(await bench.lane('erp')).toMatchObject({ state: 'removed', cursor: 2, backlog: 2 })
    expect(await bench.alarmAt()).toBeNull()
    await bench.deploy([machine('erp'), machine('crm')])
    await bench.alarmInTime()
    await bench.append()
    await resting()
    expect(received('erp')).toEqual(
      [1, 2, 3, 4, 5].map((n) => ({ sequence: n, previousSequence: n === 1 ? null : n - 1 })),
    )
  })
})

async function disabled(): Promise<void> {
  let isGone = true
  bench.receive('erp', () => new Response('', { status: isGone ? 410 : 200 }))
  await bench.appendMany(2)
  await bench.append()
  await bench.quiet()
  expect(await bench.lane('erp')).toMatchObject({ state: 'disabled', reason: 'gone', cursor: 0 })
  isGone = false
}

describe('a disabled lane', () => {
  it('stays disabled by a restart, and its events wait', async () => {
    await disabled()
    await bench.deploy([machine('erp')])
    await bench.quiet()
    expect(await bench.lane('erp')).toMatchObject({ state: 'disabled', backlog: 3 })
    expect(await bench.fate('erp', 1)).toMatchObject({ state: 'waiting', reason: 'gone' })
    expect(bench.sequences('erp')).toEqual([1])
  })

  it.each([
    ['address', { url: 'https://erp.example.com/new' }],
    ['secret', { secret: `whsec_${btoa('another secret of 32 bytes here!')}` }],
    ['time limit', { timeoutMs: 5000 }],
  ])('is enabled by a changed %s', async (_, change) => {
    await disabled()
    await bench.deploy([machine('erp', change)])
    await resting()
    expect(bench.sequences('erp')).toEqual([1, 1, 2, 3])
    expect(await bench.lane('erp')).toMatchObject({ state: 'active', reason: null, backlog: 0 })
  })
})

describe('a wrong destination', () => {
  const RIGHT = machine('erp')
  const OTHER = machine('crm')

  it.each([
    ['address', [machine('erp', { url: 'ftp://erp.example.com/' }), OTHER]],
    ['secret that is not set', [machine('erp', { secret: '$NOT_SET' }), OTHER]],
    ['type', [{ name: 'erp', type: 'carrier-pigeon' }, OTHER]],
    ['glob', [machine('erp', { events: [] }), OTHER]],
    ['unknown setting', [machine('erp', { colour: 'red' }), OTHER]],
    ['portals line, as another one names its portals', [RIGHT, machine('crm', { portals: ['*'] })]],
  ])('%s: its lane alone stops, its events wait, a deployment delivers them', async (_, wrong) => {
    await bench.deploy([RIGHT, OTHER])
    await bench.append()
    await resting()
    await bench.deploy(wrong)
    await bench.appendMany(2)
    await resting()
    expect(bench.sequences('erp')).toEqual([1])
    expect(bench.sequences('crm')).toEqual([1, 2, 3])
    expect(await bench.lane('erp')).toMatchObject({
      state: 'disabled',
      reason: 'misconfigured',
      backlog: 2,
    })
    expect(await bench.fate('erp', 3)).toMatchObject({ state: 'waiting', reason: 'misconfigured' })
    await bench.deploy([RIGHT, OTHER])
    await resting()
    expect(received('erp')).toEqual(
      [1, 2, 3].map((n) => ({ sequence: n, previousSequence: n === 1 ? null : n - 1 })),
    )
  })

  it('in a new portal: events wait from the first one on, by the filter that is right later', async () => {
    await bench.deploy([machine('erp', { events: [''] })])
    await bench.appendMany(2)
    await resting()
    expect(await bench.fate('erp', 1)).toMatchObject({ state: 'waiting', reason: 'misconfigured' })
    await bench.deploy([RIGHT])
    await resting()
    expect(bench.sequences('erp')).toEqual([1, 2])
  })

  it('that only the policy for local addresses refused is enabled when that allows it', async () => {
    await bench.deploy([machine('erp', { url: 'http://127.0.0.1:9/' })])
    await bench.append()
    await resting()
    expect(await bench.lane('erp')).toMatchObject({ state: 'disabled', reason: 'misconfigured' })
    const [refused] = configured([machine('erp', { url: 'http://127.0.0.1:9/' })])
    if (refused === undefined) throw new Error('Cannot configure the destination')
    bench.settings = {
      ...bench.settings,
      destinations: [{ ...refused, problems: [] }],
      policy: { allowLocal: true },
    }
    bench.network.handle(({ url }) =>
      url.startsWith('http://127.0.0.1:9/') ? new Response('') : null,
    )
    await bench.restart()
    await bench.portal().view()
    await resting()
    expect(bench.network.to('127.0.0.1:9')).toHaveLength(1)
  })

  it('that is paused stays paused when it is right again', async () => {
    await bench.append()
    await resting()
    await bench.portal().controlLane('erp', { kind: 'pause' })
    await bench.deploy([machine('erp', { url: 'nonsense' })])
    expect(await bench.lane('erp')).toMatchObject({ state: 'paused' })
    await bench.deploy([RIGHT])
    await bench.append()
    await bench.quiet()
    expect(await bench.lane('erp')).toMatchObject({ state: 'paused', backlog: 1 })
  })
})

describe('DESTINATIONS that cannot be read', () => {
  it('stops every lane and loses nothing: all is delivered when it can be', async () => {
    await bench.append()
    await resting()
    await bench.deploy(null)
    await bench.appendMany(2)
    await resting()
    expect(bench.sequences('erp')).toEqual([1])
    expect(await bench.lane('erp')).toMatchObject({ state: 'active', backlog: 2, type: null })
    await bench.deploy([machine('erp'), machine('crm')])
    await resting()
    expect(bench.sequences('erp')).toEqual([1, 2, 3])
    expect(received('crm')).toEqual([
      { sequence: 2, previousSequence: null },
      { sequence: 3, previousSequence: 2 },
    ])
  })

  it('loses nothing of a portal whose first event came meanwhile', async () => {
    bench.configure(null)
    await bench.appendMany(3)
    await bench.quiet()
    await bench.restart()
    await bench.append()
    await bench.deploy([machine('erp'), person('chat', { fields: ['UF_OTHER*'] })])
    await resting()
    expect(bench.sequences('erp')).toEqual([1, 2, 3, 4])
    await bench.deploy([machine('erp'), machine('late')])
    await bench.append()
    await resting()
    expect(bench.sequences('late')).toEqual([5])
  })
})

describe('a destination with $portal.NAME', () => {
  const SECRET_URL = 'https://erp.example.com/canary-of-the-portal'
  const WITH_VALUE = machine('erp', { url: '$portal.ERP_URL' })

  it('filters events as no_value until the value is put, then delivers', async () => {
    await bench.deploy([WITH_VALUE])
    await bench.append()
    await resting()
    expect(await bench.fate('erp', 1)).toMatchObject({ state: 'filtered', reason: 'no_value' })
    expect(await bench.portal().setValue('ERP_URL', SECRET_URL)).toBe('done')
    await bench.append()
    await resting()
    expect(received('erp')).toEqual([{ sequence: 2, previousSequence: null }])
    expect(bench.network.sent.map(({ url }) => url)).toEqual([SECRET_URL])
    expect(await bench.fate('erp', 1)).toMatchObject({ state: 'filtered', reason: 'no_value' })
  })

  it('keeps the fate no_value when the object was evicted before the value was put', async () => {
    await bench.deploy([WITH_VALUE])
    await bench.appendMany(3)
    await resting()
    await bench.restart()
    await bench.portal().setValue('ERP_URL', SECRET_URL)
    await bench.append()
    await resting()
    expect(bench.sequences('erp')).toEqual([4])
    expect(await bench.fate('erp', 3)).toMatchObject({ state: 'filtered', reason: 'no_value' })
  })

  it('uses the value after a restart, and filters again when it is deleted', async () => {
    await bench.deploy([WITH_VALUE])
    await bench.start()
    await bench.portal().setValue('ERP_URL', SECRET_URL)
    await bench.restart()
    await bench.append()
    await resting()
    expect(bench.sequences('erp')).toEqual([1])
    expect(await bench.portal().setValue('ERP_URL', null)).toBe('done')
    await bench.append()
    await resting()
    expect(bench.sequences('erp')).toEqual([1])
    expect(await bench.fate('erp', 2)).toMatchObject({ state: 'filtered', reason: 'no_value' })
    expect(await bench.fate('erp', 1)).toMatchObject({ state: 'delivered' })
  })

  it('stops as misconfigured with a wrong value, and the right one delivers what waits', async () => {
    await bench.deploy([WITH_VALUE, machine('crm')])
    await bench.start()
    await bench.portal().setValue('ERP_URL', 'http://10.0.0.1/')
    await bench.append()
    await resting()
    expect(await bench.lane('erp')).toMatchObject({ state: 'disabled', reason: 'misconfigured' })
    expect(bench.sequences('crm')).toEqual([1])
    await bench.portal().setValue('ERP_URL', SECRET_URL)
    await resting()
    expect(bench.sequences('erp')).toEqual([1])
  })

  it('is enabled by a new value when the old address was gone', async () => {
    bench.receive(
      'erp',
      ({ url }) => new Response('', { status: url.endsWith('/old') ? 410 : 200 }),
    )
    await bench.deploy([WITH_VALUE])
    await bench.start()
    await bench.portal().setValue('ERP_URL', 'https://erp.example.com/old')
    await bench.append()
    await bench.quiet()
    expect(await bench.lane('erp')).toMatchObject({ state: 'disabled', reason: 'gone' })
    await bench.portal().setValue('ERP_URL', SECRET_URL)
    await resting()
    expect(await bench.lane('erp')).toMatchObject({ state: 'active', backlog: 0 })
  })

  it('never shows the value: not in views, tables, KV or log (G6)', async () => {
    bench.receive('erp', ({ url }) => new Response(`no such hook: ${url}`, { status: 422 }))
    await bench.deploy([WITH_VALUE])
    await bench.start()
    await bench.portal().setValue('ERP_URL', SECRET_URL)
    await bench.append()
    await resting()
    const portal = bench.portal()
    const tables = await bench.rows(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 1) <> '_'`,
    )
    const stored = await Promise.all(
      tables.map(({ name }) => bench.rows(`SELECT * FROM "${name as string}"`)),
    )
    const { keys } = await env.INSTALLS.list()
    const kept = await Promise.all(keys.map(({ name }) => env.INSTALLS.get(name)))
    const shown = [await portal.view(), await portal.events(99, 99), await portal.parked()]
    const text = JSON.stringify([shown, stored, kept, bench.logged])
    expect(text).toContain('http_422')
    expect(text).not.toContain('canary-of-the-portal')
  })
})

describe('a changed filter', () => {
  const NOTHING = machine('erp', { fields: ['UF_OTHER*'] })

  it('does not bring back events that were passed under the old one, also after an eviction', async () => {
    await bench.deploy([NOTHING])
    await bench.appendMany(3)
    await resting()
    await bench.deploy([machine('erp')])
    await bench.append()
    await resting()
    expect(received('erp')).toEqual([{ sequence: 4, previousSequence: null }])
    expect(await bench.fate('erp', 2)).toMatchObject({ state: 'filtered', reason: 'field' })
  })

  it('leaves fates and previousSequence of passed events as they were', async () => {
    await bench.appendMany(2)
    await resting()
    await bench.deploy([NOTHING])
    await bench.append()
    await resting()
    await bench.deploy([machine('erp')])
    await bench.append()
    await resting()
    expect(received('erp')).toEqual([
      { sequence: 1, previousSequence: null },
      { sequence: 2, previousSequence: 1 },
      { sequence: 4, previousSequence: 2 },
    ])
    const fates = await Promise.all([1, 2, 3, 4].map((n) => bench.fate('erp', n)))
    expect(fates.map((fate) => fate?.state)).toEqual([
      'delivered',
      'delivered',
      'filtered',
      'delivered',
    ])
    await bench.portal().replay('erp', { kind: 'range', from: 1, to: 4 }, { dryRun: false })
    await resting()
    expect(received('erp').slice(3)).toEqual(received('erp').slice(0, 3))
  })

  it('whose skips were stored by the daily visit is not read again by the next object', async () => {
    await bench.deploy([NOTHING])
    await bench.appendMany(3)
    await resting()
    expect((await bench.storedLane('erp')).cursor).toBe(0)
    await bench.portal().touch()
    expect((await bench.storedLane('erp')).cursor).toBe(3)
  })
})

describe('a portal that the destination does not name', () => {
  it('gets no delivery, and the fate says why', async () => {
    await bench.deploy([machine('erp', { portals: ['f'.repeat(32)] })])
    await bench.append()
    await resting()
    expect(bench.network.sent).toEqual([])
    expect(await bench.fate('erp', 1)).toMatchObject({ state: 'filtered', reason: 'portal' })
  })
})
