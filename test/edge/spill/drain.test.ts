/** The way of a spilled request back to its portal's object (G5). */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { drainSpill, MAX_DRAINED, SHARE } from '../../../src/edge/spill/drain.ts'
import { DRAIN_ANSWER_MS } from '../../../src/edge/spill/take-spilled.ts'
import type { PortalLookup } from '../../../src/edge/portal-client.ts'
import { MAX_BODY_BYTES } from '../../../src/http/body.ts'
import { SpillStore } from '../../../src/storage/spill-store.ts'
import {
  appending,
  decoded,
  eventBody,
  never,
  realPortals,
  SPILLED_APPEND,
  spilledKeys,
  UNREACHABLE,
} from '../../support/builders/an-intake.ts'
import { watchKv, withPageLimit } from '../../support/storage/kv.ts'
import { EdgeScenario } from '../../support/scenarios/edge-scenario.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { memberIdOf, memberIdsOf } from '../../support/identity.ts'

const STORED = { kind: 'stored', duplicate: false, quarantined: false }
const NEIGHBOUR = 'b'.repeat(32)

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

describe('drainSpill()', () => {
  /** A record of another portal, which need not exist. */
  async function spillOf(memberId: string, value: string, place = { receivedAt: 1, receipt: 'r' }) {
    await new SpillStore(env.INSTALLS).save({ memberId, ...place }, value)
  }

  function drain(portals: PortalLookup = realPortals) {
    const intake = scenario.intake(portals)
    return { intake, done: drainSpill(intake.cron) }
  }

  it('drains in the order of receipt, whatever the order of writing', async () => {
    scenario.now += 5000
    await scenario.spills(3)
    scenario.now -= 20_000
    const earlier = scenario.intake(UNREACHABLE, { newReceipt: () => 'receipt-0' })
    await earlier.take(scenario.event(1))
    const { intake, done } = drain()
    await done
    expect(await scenario.logged()).toEqual([
      { sequence: 1, receipt: 'receipt-0' },
      { sequence: 2, receipt: 'receipt-1' },
    ])
    expect(await spilledKeys()).toEqual([])
    expect(intake.lines).toEqual([
      { level: 'info', event: 'spill_drained', fields: { drained: 2, left: 0 } },
    ])
  })

  it('drains page by page', async () => {
    await scenario.spills(1, 2, 3, 4, 5)
    const spills = new SpillStore(withPageLimit(2))
    const intake = scenario.intake(realPortals, { spills })
    await drainSpill(intake.cron)
    expect((await scenario.logged()).map(({ receipt }) => receipt)).toEqual(
      [1, 2, 3, 4, 5].map((index) => `receipt-${index}`),
    )
    expect(await spilledKeys()).toEqual([])
  })

  it('lets the events reach the receiver', async () => {
    await scenario.spills(1, 2)
    await drain().done
    await vi.waitFor(() => expect(scenario.receiver('erp').sequences()).toEqual([1, 2]))
  })

  it('carries the largest body unchanged', async () => {
    const start = `${eventBody(scenario, 1)}&data[NOTE]=`
    const note = 'x'.repeat(MAX_BODY_BYTES - start.length)
    await scenario.intake(UNREACHABLE).take(decoded(start + note))
    await drain().done
    const [row] = (await scenario.tables())['log'] ?? []
    expect(JSON.parse(String(row?.['event'])).data.NOTE === note).toBe(true)
  })

  it.each(['remembers', 'has forgotten'])(
    'stores no receipt twice that the log holds and memory %s',
    async (memory) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      // Both tries commit, and both answers are lost.
      const lost = appending(async (request) => {
        await realPortals(scenario.memberId).append(request)
        throw new Error('Network connection lost.')
      })
      const intake = scenario.intake(lost)
      expect(await intake.take(scenario.event(1))).toEqual({ kind: 'spilled' })
      vi.useRealTimers()
      if (memory === 'has forgotten') {
        scenario.time.passesWithoutAlarm('1 h')
        await scenario.relay.restarts()
      }
      await drain().done
      expect(await scenario.logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
      expect(await spilledKeys()).toEqual([])
    },
  )

  it('repeats a run that was cut after the append, without harm', async () => {
    await scenario.spills(1)
    const kv = watchKv(['delete']).kv
    const first = scenario.intake(realPortals, { spills: new SpillStore(kv) })
    await drainSpill(first.cron)
    expect(first.lines.map((line) => line.event)).toEqual(['spill_kept', 'spill_drained'])
    expect(await spilledKeys()).toHaveLength(1)
    await drain().done
    expect(await scenario.logged()).toHaveLength(1)
    expect(await spilledKeys()).toEqual([])
  })

  it('keeps the records of a portal that fails in order, while others drain', async () => {
    await scenario.spills(1, 2, 3)
    const append = {
      kind: 'append',
      request: {
        receivedAt: 1,
        receipt: 'of-neighbour',
        digest: 'a'.repeat(64),
        tokenHash: 'b'.repeat(64),
        event: '{}',
        quarantined: false,
        drained: false,
      },
    }
    await spillOf(NEIGHBOUR, JSON.stringify(append))
    const taken: string[] = []
    let calls = 0
    const failing = drain((memberId) =>
      appending((request) => {
        if (memberId === NEIGHBOUR) {
          taken.push(request.receipt)
          return Promise.resolve({ ...STORED, kind: 'stored', sequence: 1 })
        }
        calls += 1
        if (calls === 2) return Promise.reject(new Error('Network connection lost.'))
        return realPortals(memberId).append(request)
      })(memberId),
    )
    await failing.done
    expect({ taken, calls, left: (await spilledKeys()).length }).toEqual({
      taken: ['of-neighbour'],
      calls: 2,
      left: 2,
    })
    expect(failing.intake.lines.map(({ event: name, fields }) => [name, fields])).toEqual([
      ['spill_kept', { memberId: scenario.memberId, error: 'Error: Network connection lost.' }],
      ['spill_drained', { drained: 2, left: 2 }],
    ])
    await drain().done
    expect((await scenario.logged()).map(({ receipt }) => receipt)).toEqual([
      'receipt-1',
      'receipt-2',
      'receipt-3',
    ])
  })

  it('keeps and logs what it cannot read, without holding back what it can', async () => {
    const sealed = `sealed:v1.gone.${'a'.repeat(16)}.${'b'.repeat(40)}`
    const unreadable = [sealed, 'no JSON', 'null', '{"kind":"other"}', '{"kind":"append"}']
    for (const [index, value] of unreadable.entries()) {
      await spillOf(scenario.memberId, value, { receivedAt: 1, receipt: `unreadable-${index}` })
    }
    await scenario.spills(1)
    const { intake, done } = drain()
    await done
    expect(await scenario.logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
    expect(await spilledKeys()).toHaveLength(unreadable.length)
    expect(intake.lines).toEqual([
      ...unreadable.map((_, index) => ({
        level: 'error',
        event: 'spill_unreadable',
        fields: { memberId: scenario.memberId, receipt: `unreadable-${index}` },
      })),
      { level: 'info', event: 'spill_drained', fields: { drained: 1, left: unreadable.length } },
    ])
  })

  it('makes no empty event of a record whose value is gone', async () => {
    await scenario.spills(1)
    const spills = new SpillStore(env.INSTALLS)
    spills.load = () => Promise.resolve(null)
    const intake = scenario.intake(realPortals, { spills })
    await drainSpill(intake.cron)
    expect({ log: await scenario.logged(), lookups: intake.lookups, lines: intake.lines }).toEqual({
      log: [],
      lookups: [],
      lines: [{ level: 'info', event: 'spill_drained', fields: { drained: 1, left: 0 } }],
    })
  })

  it('lets lifecycle requests have their turn between the events', async () => {
    const intake = scenario.intake(UNREACHABLE)
    scenario.portal.removesApplication()
    const uninstall = scenario.portal.body('app-ONAPPUNINSTALL-keep-data', {
      ts: scenario.portal.ts(),
    })
    for (const body of [eventBody(scenario, 1), uninstall, eventBody(scenario, 2)]) {
      expect(await intake.take(decoded(body))).toEqual({ kind: 'spilled' })
      scenario.now += 1000
    }
    const { intake: drained, done } = drain()
    await done
    expect(await scenario.logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
    expect((await scenario.view()).state).toBe('uninstalled')
    expect(await spilledKeys()).toEqual([])
    expect(drained.lines).toEqual([
      {
        level: 'warn',
        event: 'spill_refused',
        fields: { memberId: scenario.memberId, receipt: 'receipt-3', reason: 'untrusted' },
      },
      { level: 'info', event: 'spill_drained', fields: { drained: 3, left: 0 } },
    ])
  })

  /** The `index`th append of a portal, which need not exist. */
  function spillAppend(memberId: string, index: number) {
    const place = { receivedAt: 1_790_000_000_000 + index, receipt: `r${index}` }
    return spillOf(memberId, JSON.stringify(SPILLED_APPEND), place)
  }

  it('gives every portal its share, however much one of them has', async () => {
    const low = '0'.repeat(32)
    const places = [
      ...Array.from({ length: 400 }, (_, index) => [low, index] as const),
      ...Array.from({ length: 3 }, (_, index) => ['f'.repeat(32), index] as const),
    ]
    await Promise.all(places.map(([memberId, index]) => spillAppend(memberId, index)))
    // The platform ends the run after so many calls of objects.
    let calls = 0
    const taken: string[] = []
    const limited: PortalLookup = (memberId) =>
      appending(() => {
        calls += 1
        if (calls > 20) return Promise.reject(new Error('Too many subrequests.'))
        taken.push(memberId)
        return Promise.resolve({ ...STORED, kind: 'stored', sequence: 1 })
      })(memberId)
    await drain(limited).done
    expect(taken.filter((memberId) => memberId !== low)).toHaveLength(3)
    expect(await spilledKeys()).toHaveLength(403 - taken.length)
  })

  /** A run over so many records of each of these portals, and how many requests each portal took. */
  async function drainOf(counts: Readonly<Record<string, number>>): Promise<Map<string, number>> {
    const spills = new SpillStore(env.INSTALLS)
    spills.pages = async function* () {
      for (const [memberId, count] of Object.entries(counts)) {
        const records = Array.from({ length: count }, (_, index) => {
          return { key: `spill:${memberId}:${index}:r`, memberId, receivedAt: index, receipt: 'r' }
        })
        yield records
      }
    }
    spills.load = () => Promise.resolve(JSON.stringify(SPILLED_APPEND))
    spills.remove = () => Promise.resolve()
    const taken = new Map<string, number>()
    const portals: PortalLookup = (memberId) =>
      appending(() => {
        taken.set(memberId, (taken.get(memberId) ?? 0) + 1)
        return Promise.resolve({ ...STORED, kind: 'stored', sequence: 1 })
      })(memberId)
    await drainSpill(scenario.intake(portals, { spills }).cron)
    return taken
  }

  it('gives each of many portals a turn, where one run cannot drain ten requests of each', async () => {
    const names = Array.from({ length: MAX_DRAINED / SHARE + 1 }, (_, index) => `portal-${index}`)
    const taken = await drainOf(Object.fromEntries(names.map((name) => [name, SHARE + 1])))
    expect(taken.size).toBe(names.length)
    expect([...taken.values()].reduce((sum, count) => sum + count, 0)).toBe(MAX_DRAINED)
  })

  it('sees the portals behind one that has more than fits into memory', async () => {
    expect((await drainOf({ low: 100_001, high: 3 })).get('high')).toBe(3)
  })

  it('begins each run with another portal, since the platform may end it early', async () => {
    const portals = memberIdsOf(30)
    for (const memberId of portals) {
      await Promise.all(Array.from({ length: 3 }, (_, index) => spillAppend(memberId, index)))
    }
    const served = new Set<string>()
    for (let run = 0; run < 12; run += 1) {
      let calls = 0
      await drain((memberId) =>
        appending(() => {
          calls += 1
          if (calls > 1) return Promise.reject(new Error('Too many subrequests.'))
          served.add(memberId)
          return Promise.resolve({ ...STORED, kind: 'stored', sequence: 1 })
        })(memberId),
      ).done
      scenario.now += 5 * MINUTE_MS
    }
    // From the first portal on, one after another, twelve runs would have served four.
    expect(served.size).toBeGreaterThan(8)
  })

  it('drains the others while an object hangs', async () => {
    await scenario.spills(1)
    const hanging = 'f'.repeat(32)
    for (let index = 0; index < 19; index += 1) {
      const memberId = memberIdOf(index)
      await spillOf(memberId, JSON.stringify({ kind: 'append' }))
    }
    const [key = ''] = (await spilledKeys()).filter((name) => name.includes(scenario.memberId))
    await spillOf(hanging, (await env.INSTALLS.get(key)) ?? '')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { done } = drain((memberId) =>
      memberId === hanging ? appending(never)(memberId) : realPortals(memberId),
    )
    await vi.waitFor(async () => expect(await scenario.logged()).toHaveLength(1))
    await vi.advanceTimersByTimeAsync(DRAIN_ANSWER_MS)
    await done
    const left = await spilledKeys()
    expect(left.filter((name) => name.includes(hanging))).toHaveLength(1)
  })

  it('makes the portal of an install known', async () => {
    const fresh = new RelayScenario()
    const intake = scenario.intake(UNREACHABLE)
    const install = decoded(
      fresh.portal.body('app-ONAPPINSTALL-local', { ts: fresh.portal.ts(-5) }),
    )
    expect(await intake.take(install)).toEqual({ kind: 'spilled' })
    await drain().done
    expect((await fresh.view()).state).toBe('active')
    expect(await spilledKeys()).toEqual([])
  })

  it('lets an uninstall without a time end no install that came after it', async () => {
    const intake = scenario.intake(UNREACHABLE)
    const uninstall = decoded(scenario.portal.body('app-ONAPPUNINSTALL-clean', { ts: null }))
    scenario.now -= MINUTE_MS
    expect(await intake.take(uninstall)).toEqual({ kind: 'spilled' })
    expect((await scenario.portal.installs({ ts: scenario.portal.ts(-5) })).status).toBe(200)
    await drain().done
    expect((await scenario.view()).state).toBe('active')
  })

  it('says nothing when there is nothing', async () => {
    const { intake, done } = drain()
    await done
    expect(intake.lines).toEqual([])
  })
})
