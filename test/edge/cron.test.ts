/// <reference types="vite/types/importMeta.d.ts" />
/** Scheduled work: which trigger does what. */
import { env } from 'cloudflare:workers'
import { createScheduledController } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DAILY_CRON, DRAIN_CRON, MAX_VISITS, runCron, VISIT_MS } from '../../src/edge/cron.ts'
import type { PortalLookup } from '../../src/edge/portal-client.ts'
import worker from '../../src/index.ts'
import { InstallStore } from '../../src/storage/install-store.ts'
import { SpillStore } from '../../src/storage/spill-store.ts'
import {
  never,
  portalsWith,
  realPortalList,
  realPortals,
  spilledKeys,
} from '../support/builders/an-intake.ts'
import { watchKv } from '../support/storage/kv.ts'
import { EdgeScenario } from '../support/scenarios/edge-scenario.ts'
import { memberIdsOf } from '../support/identity.ts'

const WRANGLER_TOML = import.meta.glob<string>('../../wrangler.toml', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const NEIGHBOUR = 'b'.repeat(32)

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

describe('the trigger that drains the spill', () => {
  it('every five minutes, as wrangler.toml says', () => {
    const [toml] = Object.values(WRANGLER_TOML)
    expect(DRAIN_CRON).toBe('*/5 * * * *')
    expect(toml).toContain(`crons = ["${DRAIN_CRON}", "${DAILY_CRON}"]`)
  })

  it('through the handler of the Worker', async () => {
    await scenario.spills(1)
    const trigger = createScheduledController({ cron: DRAIN_CRON, scheduledTime: new Date() })
    await worker.scheduled(trigger, { ...env })
    expect(await scenario.logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
    expect(await spilledKeys()).toEqual([])
  })

  it('and by nothing else of the object itself', async () => {
    await scenario.spills(1)
    expect((await scenario.portal.sends()).status).toBe(200)
    await scenario.time.alarmFires()
    await runCron(DAILY_CRON, scenario.intake(realPortals).cron)
    expect({ log: (await scenario.logged()).length, spill: (await spilledKeys()).length }).toEqual({
      log: 1,
      spill: 1,
    })
    await runCron(DRAIN_CRON, scenario.intake(realPortals).cron)
    expect({ log: (await scenario.logged()).length, spill: (await spilledKeys()).length }).toEqual({
      log: 2,
      spill: 0,
    })
  })
})

describe('the daily trigger', () => {
  /** Records of portals that the edge knows. */
  async function know(memberIds: readonly string[]): Promise<void> {
    const record = await scenario.record()
    if (record === null) throw new Error('Cannot copy the record as there is none')
    const store = new InstallStore(env.INSTALLS)
    await Promise.all(memberIds.map((memberId) => store.save(memberId, record)))
  }

  it('visits every known portal, also when some fail', async () => {
    const known = memberIdsOf(45)
    await know(known)
    const visited: string[] = []
    const portals: PortalLookup = (memberId) =>
      portalsWith({
        touch: () => {
          visited.push(memberId)
          if (memberId === known[3]) return Promise.reject(new Error('Network connection lost.'))
          return Promise.resolve({ dropped: 0 })
        },
      })(memberId)
    const intake = scenario.intake(portals)
    await runCron(DAILY_CRON, intake.cron)
    expect(visited.toSorted()).toEqual([...known, scenario.memberId].toSorted())
    expect(intake.lines).toEqual([
      {
        level: 'error',
        event: 'visit_failed',
        fields: { memberId: known[3], error: 'Error: Network connection lost.' },
      },
      { level: 'info', event: 'portals_visited', fields: { visited: 46, failed: 1 } },
    ])
  })

  it('is not the one that drains, and the other one visits nobody', async () => {
    const intake = scenario.intake(portalsWith({}))
    await runCron(DRAIN_CRON, intake.cron)
    expect(intake.lookups).toEqual([])
    await runCron(DAILY_CRON, intake.cron)
    expect(intake.lookups).toEqual([scenario.memberId])
  })

  it('visits and drains at an unknown time, so that a changed wrangler.toml loses nothing', async () => {
    await scenario.spills(1)
    const intake = scenario.intake(realPortals)
    await runCron('0 * * * *', intake.cron)
    expect(intake.lookups).toEqual([scenario.memberId, scenario.memberId])
    expect(await spilledKeys()).toEqual([])
  })

  it('visits at an unknown time also while KV cannot be listed, which ends the drain', async () => {
    const visited: string[] = []
    const visiting: PortalLookup = (memberId) =>
      portalsWith({
        touch: () => {
          visited.push(memberId)
          return Promise.resolve({ dropped: 0 })
        },
      })(memberId)
    const { kv } = watchKv(['list'])
    const terms = { spills: new SpillStore(kv), installs: new InstallStore(kv) }
    const { cron } = scenario.intake(visiting, terms)
    await expect(runCron('0 0 1 1 *', cron)).rejects.toThrow('KV is down')
    expect(visited).toEqual([scenario.memberId])
  })

  it('visits a portal that KV has forgotten, which then knows it again', async () => {
    await vi.waitFor(async () => expect(await realPortalList().listPortals('')).toHaveLength(1))
    const { keys } = await env.INSTALLS.list()
    await Promise.all(keys.map(({ name }) => env.INSTALLS.delete(name)))
    await runCron(DAILY_CRON, scenario.intake(realPortals).cron)
    expect(await scenario.record()).toMatchObject({ domain: scenario.domain })
  })

  it('visits everybody else while the visits of some hang', async () => {
    const known = memberIdsOf(45)
    await know(known)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const visited: string[] = []
    const portals: PortalLookup = (memberId) =>
      portalsWith({
        touch: () => {
          visited.push(memberId)
          return known.slice(0, 19).includes(memberId) ? never() : Promise.resolve({ dropped: 0 })
        },
      })(memberId)
    const intake = scenario.intake(portals)
    const done = runCron(DAILY_CRON, intake.cron)
    await vi.waitFor(() => expect(visited).toHaveLength(46))
    await vi.advanceTimersByTimeAsync(VISIT_MS)
    await done
    expect(intake.lines.at(-1)?.fields).toEqual({ visited: 46, failed: 19 })
  })

  it.each(['KV', 'the directory'])('visits whom the other knows when %s fails', async (which) => {
    await vi.waitFor(async () => expect(await realPortalList().listPortals('')).toHaveLength(1))
    const visited: string[] = []
    const portals: PortalLookup = (memberId) => {
      visited.push(memberId)
      return portalsWith({ touch: () => Promise.resolve({ dropped: 0 }) })(memberId)
    }
    const { cron, lines } = scenario.intake(portals)
    const fails = () => Promise.reject(new Error('Network connection lost.'))
    await runCron(DAILY_CRON, {
      ...cron,
      ...(which === 'KV'
        ? { installStore: new InstallStore(watchKv(['list']).kv) }
        : {
            directory: {
              ...cron.directory,
              notePortals: fails,
              beginRound: fails,
              nextVisits: fails,
            },
          }),
    })
    expect(visited).toEqual([scenario.memberId])
    expect(lines.map(({ event }) => event)).toEqual(['portals_unlisted', 'portals_visited'])
  })

  it('visits ten thousand portals in slices, each run within the limits of the free plan', async () => {
    const count = 10_000
    const known = memberIdsOf(count)
    await realPortalList().notePortals(known)
    const visited: string[] = []
    let calls = 0
    const portals: PortalLookup = (memberId) =>
      portalsWith({
        touch: () => {
          calls += 1
          visited.push(memberId)
          return Promise.resolve({ dropped: 0 })
        },
      })(memberId)
    const watched = watchKv()
    const { cron } = scenario.intake(portals, { spills: new SpillStore(watched.kv) })
    const list = realPortalList()
    const directory: typeof cron.directory = {
      beginOrder: (order) => ((calls += 1), list.beginOrder(order)),
      nextOrdered: (...terms) => ((calls += 1), list.nextOrdered(...terms)),
      notePortals: (ids) => ((calls += 1), list.notePortals(ids)),
      beginRound: () => ((calls += 1), list.beginRound()),
      nextVisits: (limit) => ((calls += 1), list.nextVisits(limit)),
    }
    // A run with nothing to do asks for a visit and for an order.
    const idleCalls = 2
    const runs: number[] = []
    do {
      const trigger = runs.length === 0 ? DAILY_CRON : DRAIN_CRON
      calls = 0
      const before = watched.operations.length
      await runCron(trigger, { ...cron, installStore: new InstallStore(watched.kv), directory })
      runs.push(calls + watched.operations.length - before)
    } while (calls > idleCalls)
    expect(new Set(visited).size).toBe(visited.length)
    expect(visited.toSorted()).toEqual([...known, scenario.memberId].toSorted())
    expect(runs.length).toBeLessThanOrEqual(count / MAX_VISITS + 3)
    expect(Math.max(...runs)).toBeLessThanOrEqual(MAX_VISITS + 10)
  })

  it('makes no portal of a name without one', async () => {
    await know([NEIGHBOUR])
    await runCron(DAILY_CRON, scenario.intake(realPortals).cron)
    const { keys } = await env.INSTALLS.list({ prefix: 'install:' })
    expect(keys).toHaveLength(2)
  })
})
