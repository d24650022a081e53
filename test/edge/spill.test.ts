/// <reference types="vite/types/importMeta.d.ts" />
/**
 * What happens when the portal's object does not answer: the spill, then 503; and the way of a spilled
 * request back into the log by the cron trigger (G5).
 */
import { env } from 'cloudflare:workers'
import { createExecutionContext, createScheduledController } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DAILY_CRON, DRAIN_CRON, runCron } from '../../src/edge/cron.ts'
import { MAX_BODY_BYTES } from '../../src/http/body.ts'
import { takeRequest } from '../../src/edge/intake.ts'
import type { PortalClient, PortalLookup } from '../../src/edge/portal-client.ts'
import { encodeSpilled } from '../../src/edge/spilled.ts'
import worker from '../../src/index.ts'
import { InstallStore } from '../../src/storage/install-store.ts'
import { createSealer } from '../../src/storage/seal.ts'
import { SpillStore } from '../../src/storage/spill-store.ts'
import { answerOf, Edge, watchLog } from '../support/edge.ts'
import {
  anIntake,
  aSealer,
  decoded,
  kvFollowed,
  SOURCE,
  portalsWith,
  realPortals,
  UNREACHABLE,
  watchKv,
  type IntakeChanges,
} from '../support/intake.ts'
import { dumpKv, gate, PortalLab, type Changes } from '../support/portal-lab.ts'

const WRANGLER_TOML = import.meta.glob<string>('../../wrangler.toml', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const STORED = { kind: 'stored', duplicate: false, quarantined: false }
const NOT_STORED = {
  status: 503,
  retryAfter: '10',
  body: { error: { code: 'not_stored', message: 'The event could not be stored' } },
}
const NEIGHBOUR = 'b'.repeat(32)

let lab: PortalLab
let now: number

beforeEach(async () => {
  watchLog()
  lab = new PortalLab()
  now = Date.now()
  await lab.install()
  await kvFollowed(lab)
})

afterEach(async () => {
  expect(lab.network.unclaimed).toEqual([])
  await lab.close()
})

/** An intake with the test's clock and readable receipts. */
function intake(portals: PortalLookup, changes: IntakeChanges = {}) {
  let receipts = 0
  const newReceipt = () => `receipt-${(receipts += 1)}`
  return anIntake({ portals, now: () => now, newReceipt, ...changes })
}

function eventBody(id: number, changes: Changes = {}): string {
  const own = { 'data[FIELDS][ID]': id, ts: lab.ts(), ...changes }
  return lab.body('app-ONCRMREQUISITEUSERFIELDUPDATE', own)
}

function event(id: number, changes: Changes = {}) {
  return decoded(eventBody(id, changes))
}

/** What the log holds, in order. */
async function logged(): Promise<{ sequence: unknown; receipt: unknown }[]> {
  const rows = (await lab.tables())['log'] ?? []
  return rows.map(({ sequence, receipt }) => ({ sequence, receipt }))
}

async function spilledKeys(): Promise<string[]> {
  const keys = Object.keys(await dumpKv())
  return keys.filter((key) => key.startsWith('spill:'))
}

/** A portal whose append is the given function. */
function appending(append: PortalClient['append']): PortalLookup {
  return portalsWith({ append })
}

describe('POST /bitrix24/events while the object is unreachable', () => {
  /** An edge whose objects fail, and whose KV refuses the given operations. */
  function cutOff(failing: readonly string[] = []): Edge {
    return new Edge({ PORTALS: { getByName: UNREACHABLE }, INSTALLS: watchKv(failing).kv })
  }

  it('answers 200 via spill, without a sequence', async () => {
    const before = Date.now()
    expect(await answerOf(await cutOff().call(eventBody(1)))).toEqual({
      status: 200,
      body: { accepted: true, via: 'spill' },
    })
    const [key = ''] = await spilledKeys()
    const [prefix, memberId, receivedAt, receipt] = key.split(':')
    expect({ prefix, memberId }).toEqual({ prefix: 'spill', memberId: lab.memberId })
    expect(Number(receivedAt)).toBeGreaterThanOrEqual(before)
    expect(Number(receivedAt)).toBeLessThanOrEqual(Date.now())
    expect(receipt).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('spills what the append needs, and no token', async () => {
    await cutOff().call(eventBody(7))
    const [key = ''] = await spilledKeys()
    const value = (await env.INSTALLS.get(key)) ?? ''
    const { kind, request } = JSON.parse(value)
    expect(kind).toBe('append')
    expect(Object.keys(request).toSorted()).toEqual(
      'digest drained event quarantined receipt receivedAt tokenHash'.split(' '),
    )
    expect(JSON.parse(request.event).data.FIELDS.ID).toBe('7')
    const sent = new URLSearchParams(eventBody(7))
    const tokens = [...sent].filter(([name]) => name.endsWith('_token]')).map(([, token]) => token)
    expect(tokens).toHaveLength(2)
    expect(tokens.filter((token) => value.includes(token))).toEqual([])
  })

  it('answers 503 not_stored when KV fails as well', async () => {
    expect(await answerOf(await cutOff(['put']).call(eventBody(1)))).toEqual(NOT_STORED)
  })

  it('answers 503 to a caller whom nobody but the object could have proven', async () => {
    const forged = { 'auth[application_token]': 'f'.repeat(32) }
    expect(await answerOf(await cutOff().call(eventBody(1, forged)))).toEqual(NOT_STORED)
    const unknown = { 'auth[member_id]': NEIGHBOUR }
    expect(await answerOf(await cutOff().call(eventBody(1, unknown)))).toEqual(NOT_STORED)
    expect(await answerOf(await cutOff(['get']).call(eventBody(1)))).toEqual(NOT_STORED)
    expect(await spilledKeys()).toEqual([])
  })

  it('answers 503 to a notice of an unknown caller', async () => {
    const notice = lab.body('app-ONAPPTEST', { 'auth[application_token]': 'f'.repeat(32) })
    expect(await answerOf(await cutOff().call(notice))).toEqual(NOT_STORED)
    expect(await spilledKeys()).toEqual([])
  })

  it('seals lifecycle requests', async () => {
    const names = ['app-ONAPPINSTALL-local', 'app-ONAPPUPDATE', 'app-ONAPPUNINSTALL-clean'] as const
    for (const name of names) {
      expect(await answerOf(await cutOff().call(lab.body(name)))).toEqual({
        status: 200,
        body: { accepted: true, via: 'spill' },
      })
    }
    const kept = await dumpKv()
    const values = (await spilledKeys()).map((key) => kept[key] ?? '')
    expect(values.map((value) => value.slice(0, 13))).toEqual(names.map(() => 'sealed:v1.k1.'))
  })

  it('spills no uninstall of a caller that it does not know', async () => {
    const forged = { 'auth[application_token]': 'f'.repeat(32) }
    const body = lab.body('app-ONAPPUNINSTALL-clean', forged)
    expect(await answerOf(await cutOff().call(body))).toEqual(NOT_STORED)
    expect(await spilledKeys()).toEqual([])
  })

  it('spills no lifecycle request that it cannot seal', async () => {
    const probe = intake(UNREACHABLE, { sealer: createSealer([]) })
    const install = decoded(lab.body('app-ONAPPINSTALL-local'))
    expect(await takeRequest(probe.deps, install, SOURCE)).toEqual({
      kind: 'refused',
      code: 'not_stored',
    })
    expect(await spilledKeys()).toEqual([])
  })

  it('goes on under waitUntil when the caller hangs up', async () => {
    const asked = gate()
    const released = gate()
    const slow = appending(async (request) => {
      asked.open()
      await released.opened
      return realPortals(lab.memberId).append(request)
    })
    const ctx = createExecutionContext()
    const kept: Promise<unknown>[] = []
    ctx.waitUntil = (work) => void kept.push(work)
    // Nobody waits for the answer.
    void new Edge({ PORTALS: { getByName: slow } }).callWith(ctx, eventBody(1))
    await asked.opened
    expect({ kept: kept.length, logged: await logged() }).toEqual({ kept: 1, logged: [] })
    released.open()
    await kept[0]
    expect(await logged()).toHaveLength(1)
  })
})

describe('the spill is drained by the cron trigger', () => {
  /** Spills events one after another, a second apart; receipts count on. */
  async function spillEvents(...ids: readonly number[]) {
    const probe = intake(UNREACHABLE)
    for (const id of ids) {
      expect(await takeRequest(probe.deps, event(id), SOURCE)).toEqual({ kind: 'spilled' })
      now += 1000
    }
  }

  /** A record of another portal, which need not exist. */
  async function spillOf(memberId: string, value: string, place = { receivedAt: 1, receipt: 'r' }) {
    await new SpillStore(env.INSTALLS).save({ memberId, ...place }, value)
  }

  function drain(portals: PortalLookup = realPortals) {
    const probe = intake(portals)
    return { probe, done: runCron(DRAIN_CRON, probe.cron) }
  }

  it('every five minutes, as wrangler.toml says', () => {
    const [toml] = Object.values(WRANGLER_TOML)
    expect(DRAIN_CRON).toBe('*/5 * * * *')
    expect(toml).toContain(`crons = ["${DRAIN_CRON}", "${DAILY_CRON}"]`)
  })

  it('through the handler of the Worker', async () => {
    await spillEvents(1)
    const trigger = createScheduledController({ cron: DRAIN_CRON, scheduledTime: new Date() })
    await worker.scheduled(trigger, { ...env })
    expect(await logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
    expect(await spilledKeys()).toEqual([])
  })

  it('in the order of receipt, whatever the order of writing', async () => {
    now += 5000
    await spillEvents(3)
    now -= 20_000
    const earlier = intake(UNREACHABLE, { newReceipt: () => 'receipt-0' })
    await takeRequest(earlier.deps, event(1), SOURCE)
    const { probe, done } = drain()
    await done
    expect(await logged()).toEqual([
      { sequence: 1, receipt: 'receipt-0' },
      { sequence: 2, receipt: 'receipt-1' },
    ])
    expect(await spilledKeys()).toEqual([])
    expect(probe.lines).toEqual([
      { level: 'info', event: 'spill_drained', fields: { drained: 2, left: 0 } },
    ])
  })

  it('page by page', async () => {
    await spillEvents(1, 2, 3, 4, 5)
    const small = new Proxy(env.INSTALLS, {
      get(target, property) {
        const method: unknown = Reflect.get(target, property)
        if (property === 'list') {
          return (options: KVNamespaceListOptions) => target.list({ ...options, limit: 2 })
        }
        return typeof method === 'function' ? method.bind(target) : method
      },
    })
    const probe = intake(realPortals, { spills: new SpillStore(small) })
    await runCron(DRAIN_CRON, probe.cron)
    expect((await logged()).map(({ receipt }) => receipt)).toEqual(
      [1, 2, 3, 4, 5].map((index) => `receipt-${index}`),
    )
    expect(await spilledKeys()).toEqual([])
  })

  it('and by nothing else', async () => {
    await spillEvents(1)
    expect((await lab.event()).status).toBe(200)
    await lab.alarm()
    await runCron(DAILY_CRON, intake(realPortals).cron)
    expect({ log: (await logged()).length, spill: (await spilledKeys()).length }).toEqual({
      log: 1,
      spill: 1,
    })
    await drain().done
    expect({ log: (await logged()).length, spill: (await spilledKeys()).length }).toEqual({
      log: 2,
      spill: 0,
    })
  })

  it('and its events reach the receiver', async () => {
    await spillEvents(1, 2)
    await drain().done
    await vi.waitFor(() => expect(lab.delivered().map(({ sequence }) => sequence)).toEqual([1, 2]))
  })

  it('and carries the largest body unchanged', async () => {
    const start = `${eventBody(1)}&data[NOTE]=`
    const note = 'x'.repeat(MAX_BODY_BYTES - start.length)
    await takeRequest(intake(UNREACHABLE).deps, decoded(start + note), SOURCE)
    await drain().done
    const [row] = (await lab.tables())['log'] ?? []
    expect(JSON.parse(String(row?.['event'])).data.NOTE === note).toBe(true)
  })

  it.each(['remembers', 'has forgotten'])(
    'and stores no receipt twice that the log holds and memory %s',
    async (memory) => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const asked = gate()
      // Both tries commit, and both answers are lost.
      const lost = appending(async (request) => {
        await realPortals(lab.memberId).append(request)
        asked.open()
        throw new Error('Network connection lost.')
      })
      const probe = intake(lost)
      expect(await takeRequest(probe.deps, event(1), SOURCE)).toEqual({ kind: 'spilled' })
      vi.useRealTimers()
      if (memory === 'has forgotten') {
        lab.offsetMs = 3_600_000
        await lab.restart()
      }
      await drain().done
      expect(await logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
      expect(await spilledKeys()).toEqual([])
    },
  )

  it('and a run that was cut after the append is repeated without harm', async () => {
    await spillEvents(1)
    const kv = watchKv(['delete']).kv
    const first = intake(realPortals, { spills: new SpillStore(kv) })
    await runCron(DRAIN_CRON, first.cron)
    expect(first.lines.map((line) => line.event)).toEqual(['spill_kept', 'spill_drained'])
    expect(await spilledKeys()).toHaveLength(1)
    await drain().done
    expect(await logged()).toHaveLength(1)
    expect(await spilledKeys()).toEqual([])
  })

  it('and a portal that fails keeps its records in order while others drain', async () => {
    await spillEvents(1, 2, 3)
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
    expect(failing.probe.lines.map(({ event: name, fields }) => [name, fields])).toEqual([
      ['spill_kept', { memberId: lab.memberId, error: 'Error: Network connection lost.' }],
      ['spill_drained', { drained: 2, left: 2 }],
    ])
    await drain().done
    expect((await logged()).map(({ receipt }) => receipt)).toEqual([
      'receipt-1',
      'receipt-2',
      'receipt-3',
    ])
  })

  it('and keeps and logs what it cannot read, without holding back what it can', async () => {
    const sealed = `sealed:v1.gone.${'a'.repeat(16)}.${'b'.repeat(40)}`
    const unreadable = [sealed, 'no JSON', 'null', '{"kind":"other"}', '{"kind":"append"}']
    for (const [index, value] of unreadable.entries()) {
      await spillOf(lab.memberId, value, { receivedAt: 1, receipt: `unreadable-${index}` })
    }
    await spillEvents(1)
    const { probe, done } = drain()
    await done
    expect(await logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
    expect(await spilledKeys()).toHaveLength(unreadable.length)
    expect(probe.lines).toEqual([
      ...unreadable.map((_, index) => ({
        level: 'error',
        event: 'spill_unreadable',
        fields: { memberId: lab.memberId, receipt: `unreadable-${index}` },
      })),
      { level: 'info', event: 'spill_drained', fields: { drained: 1, left: unreadable.length } },
    ])
  })

  it('and a record whose value is gone is no empty event', async () => {
    await spillEvents(1)
    const spills = new SpillStore(env.INSTALLS)
    spills.load = () => Promise.resolve(null)
    const probe = intake(realPortals, { spills })
    await runCron(DRAIN_CRON, probe.cron)
    expect({ log: await logged(), lookups: probe.lookups, lines: probe.lines }).toEqual({
      log: [],
      lookups: [],
      lines: [{ level: 'info', event: 'spill_drained', fields: { drained: 1, left: 0 } }],
    })
  })

  it('and lifecycle requests have their turn between the events', async () => {
    const probe = intake(UNREACHABLE)
    const uninstall = lab.body('app-ONAPPUNINSTALL-keep-data', { ts: lab.ts() })
    for (const body of [eventBody(1), uninstall, eventBody(2)]) {
      expect(await takeRequest(probe.deps, decoded(body), SOURCE)).toEqual({ kind: 'spilled' })
      now += 1000
    }
    const { probe: drained, done } = drain()
    await done
    expect(await logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
    expect((await lab.view()).state).toBe('uninstalled')
    expect(await spilledKeys()).toEqual([])
    expect(drained.lines).toEqual([
      {
        level: 'warn',
        event: 'spill_refused',
        fields: { memberId: lab.memberId, receipt: 'receipt-3' },
      },
      { level: 'info', event: 'spill_drained', fields: { drained: 3, left: 0 } },
    ])
  })

  it('and an install makes its portal known', async () => {
    const fresh = new PortalLab()
    const probe = intake(UNREACHABLE)
    const install = decoded(fresh.body('app-ONAPPINSTALL-local', { ts: fresh.ts(-5) }))
    expect(await takeRequest(probe.deps, install, SOURCE)).toEqual({ kind: 'spilled' })
    await drain().done
    expect((await fresh.view()).state).toBe('active')
    expect(await spilledKeys()).toEqual([])
  })

  it('and an uninstall without a time ends no install that came after it', async () => {
    const probe = intake(UNREACHABLE)
    const uninstall = decoded(lab.body('app-ONAPPUNINSTALL-clean', { ts: null }))
    now -= 60_000
    expect(await takeRequest(probe.deps, uninstall, SOURCE)).toEqual({ kind: 'spilled' })
    expect((await lab.install({ ts: lab.ts(-5) })).status).toBe(200)
    await drain().done
    expect((await lab.view()).state).toBe('active')
  })

  it('and sealed records open for their own portal only', async () => {
    const call = { tokenHash: 'a'.repeat(64), ts: 1, clean: true }
    const encoded = await encodeSpilled({ kind: 'uninstall', call }, NEIGHBOUR, aSealer())
    await spillOf(lab.memberId, encoded.ok ? encoded.value : '')
    const { probe, done } = drain()
    await done
    expect(probe.lines[0]?.event).toBe('spill_unreadable')
    expect((await lab.view()).state).toBe('active')
  })

  it('and says nothing when there is nothing', async () => {
    const { probe, done } = drain()
    await done
    expect(probe.lines).toEqual([])
  })
})

describe('the daily cron trigger', () => {
  /** Records of portals that the edge knows. */
  async function know(memberIds: readonly string[]): Promise<void> {
    const record = await lab.record()
    if (record === null) throw new Error('Cannot copy the record as there is none')
    const store = new InstallStore(env.INSTALLS)
    await Promise.all(memberIds.map((memberId) => store.save(memberId, record)))
  }

  it('visits every known portal, also when some fail', async () => {
    const known = Array.from({ length: 45 }, (_, index) => index.toString(16).padStart(32, '0'))
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
    const probe = intake(portals)
    await runCron(DAILY_CRON, probe.cron)
    expect(visited.toSorted()).toEqual([...known, lab.memberId].toSorted())
    expect(probe.lines).toEqual([
      {
        level: 'error',
        event: 'visit_failed',
        fields: { memberId: known[3], error: 'Error: Network connection lost.' },
      },
      { level: 'info', event: 'portals_visited', fields: { visited: 46, failed: 1 } },
    ])
  })

  it('is not the one that drains, and the other one visits nobody', async () => {
    const probe = intake(portalsWith({}))
    await runCron(DRAIN_CRON, probe.cron)
    expect(probe.lookups).toEqual([])
    await runCron(DAILY_CRON, probe.cron)
    expect(probe.lookups).toEqual([lab.memberId])
  })

  it('visits and drains at an unknown time, so that a changed wrangler.toml loses nothing', async () => {
    const spilled = intake(UNREACHABLE)
    await takeRequest(spilled.deps, event(1), SOURCE)
    const probe = intake(realPortals)
    await runCron('0 * * * *', probe.cron)
    expect(probe.lookups).toEqual([lab.memberId, lab.memberId])
    expect(await spilledKeys()).toEqual([])
  })

  it('makes no portal of a name without one', async () => {
    await know([NEIGHBOUR])
    await runCron(DAILY_CRON, intake(realPortals).cron)
    const { keys } = await env.INSTALLS.list({ prefix: 'install:' })
    expect(keys).toHaveLength(2)
  })
})
