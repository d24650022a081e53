/**
 * How an event is stored: two tries with a new stub each, 2 s together, one receipt. Nothing here waits for
 * real time.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { IncomingRequest } from '../../src/bitrix24/wire/request.ts'
import { STORE_BUDGET_MS } from '../../src/edge/two-tries.ts'
import type { PortalLookup } from '../../src/edge/portal-client.ts'
import type { AppendRequest } from '../../src/portal/log/append-request.ts'
import {
  aHangingPortal,
  appending,
  inTurn,
  portalsWith,
  never,
  realPortals,
  spilledKeys,
  UNREACHABLE,
} from '../support/builders/an-intake.ts'
import { InstallStore } from '../../src/storage/install-store.ts'
import { SpillStore } from '../../src/storage/spill-store.ts'
import { KV_READ_MS, KV_WRITE_MS } from '../../src/storage/with-timeout.ts'
import { watchKv } from '../support/storage/kv.ts'
import { EdgeScenario } from '../support/scenarios/edge-scenario.ts'
import { oneTo } from '../support/builders/a-lane.ts'
import { gate } from '../support/until.ts'

const STORED = { kind: 'stored', duplicate: false, quarantined: false }

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

describe('takeRequest() tries twice, with a new stub each', () => {
  it('and the second try stores what the first could not', async () => {
    const intake = scenario.intake(inTurn(UNREACHABLE, realPortals))
    expect(await intake.take(scenario.event(1))).toEqual({ ...STORED, sequence: 1 })
    expect({ lookups: intake.lookups, lines: intake.lines }).toEqual({
      lookups: [scenario.memberId, scenario.memberId],
      lines: [],
    })
  })

  it('and finds the work of a first try whose answer was lost', async () => {
    const answerLost = appending(async (request) => {
      await realPortals(scenario.memberId).append(request)
      throw new Error('Network connection lost.')
    })
    const intake = scenario.intake(inTurn(answerLost, realPortals))
    expect(await intake.take(scenario.event(1))).toEqual({ ...STORED, sequence: 1 })
    expect(await scenario.logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
  })

  it('and a first try that hangs and commits later is no second event', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const asked = gate()
    let late: AppendRequest | null = null
    const hanging = appending((request) => {
      late = request
      asked.open()
      return never()
    })
    const intake = scenario.intake(inTurn(hanging, realPortals))
    const taken = intake.take(scenario.event(1))
    await asked.opened
    await vi.advanceTimersByTimeAsync(STORE_BUDGET_MS / 2)
    expect(await taken).toEqual({ ...STORED, sequence: 1 })
    vi.useRealTimers()
    const committed = late && (await realPortals(scenario.memberId).append(late))
    expect(committed).toEqual({ ...STORED, sequence: 1 })
    expect(await scenario.logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
  })
})

describe('takeRequest() lets events that come at the same time share a call (G1, G2)', () => {
  async function takeTogether(portals: PortalLookup) {
    const intake = scenario.intake(portals)
    const events = oneTo(20).map((id) => scenario.event(id))
    const answers = await Promise.all(events.map((event) => intake.take(event)))
    const stored = await scenario.logged()
    expect(stored.map(({ sequence }) => sequence)).toEqual(oneTo(20))
    return { answers, lookups: intake.lookups.length }
  }

  it('and gives each its own sequence', async () => {
    const { answers, lookups } = await takeTogether(realPortals)
    const sequences = answers.map((answer) => (answer.kind === 'stored' ? answer.sequence : 0))
    expect(sequences.toSorted((a, b) => a - b)).toEqual(oneTo(20))
    expect(lookups).toBeLessThan(20)
  })

  it('and asks for each alone when the object is of a version that shares none', async () => {
    const former = portalsWith({
      append: (request) => realPortals(scenario.memberId).append(request),
      appendAll: () => Promise.reject(new TypeError('The receiver has no method "appendAll"')),
    })
    const { answers, lookups } = await takeTogether(former)
    expect(answers).toHaveLength(20)
    expect(lookups).toBeGreaterThan(20)
  })
})

describe('takeRequest() gives both tries 2 s together', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })

  async function advance(ms: number): Promise<void> {
    scenario.now += ms
    await vi.advanceTimersByTimeAsync(ms)
  }

  it('and spills when neither has answered', async () => {
    const [first, second] = [aHangingPortal(), aHangingPortal()]
    const intake = scenario.intake(inTurn(first.lookup, second.lookup))
    let isDone = false
    const taken = intake.take(scenario.event(1)).finally(() => {
      isDone = true
    })
    await first.asked
    await advance(STORE_BUDGET_MS / 2)
    await second.asked
    await advance(STORE_BUDGET_MS / 2 - 1)
    expect({ done: isDone, spilled: await spilledKeys() }).toEqual({ done: false, spilled: [] })
    await advance(1)
    expect(await taken).toEqual({ kind: 'spilled' })
    expect(intake.lines).toEqual([
      {
        level: 'warn',
        event: 'portal_unreachable',
        fields: {
          memberId: scenario.memberId,
          error: 'Error: Cannot wait any longer for the portal',
        },
      },
    ])
  })
})

describe('takeRequest() for a portal that is full', () => {
  it('refuses the event, spills nothing, and charges nobody', async () => {
    const full = appending(() => Promise.resolve({ kind: 'full' }))
    const intake = scenario.intake(full)
    const refused = { kind: 'refused', code: 'portal_full' }
    expect(await intake.take(scenario.event(1))).toEqual(refused)
    expect(await intake.take(scenario.event(2))).toEqual(refused)
    expect(intake.lookups).toHaveLength(2)
    expect({ spilled: await spilledKeys(), counted: intake.counted }).toEqual({
      spilled: [],
      counted: [],
    })
  })
})

describe('takeRequest() with a KV that never answers', () => {
  const silent = watchKv([], ['get', 'put']).kv

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })

  it('asks the object, and stores the event', async () => {
    const intake = scenario.intake(realPortals, { installStore: new InstallStore(silent) })
    expect(await intake.take(scenario.event(1))).toEqual({ ...STORED, sequence: 1 })
  })

  it('answers 503 after a second when the object is silent, too', async () => {
    const intake = scenario.intake(UNREACHABLE, { installStore: new InstallStore(silent) })
    const taken = intake.take(scenario.event(1))
    await vi.waitFor(() => expect(intake.lines).toHaveLength(1))
    await vi.advanceTimersByTimeAsync(KV_READ_MS)
    expect(await taken).toEqual({ kind: 'refused', code: 'not_stored' })
  })

  it('answers 503 when the spill does not take the event in time', async () => {
    const intake = scenario.intake(UNREACHABLE, { spills: new SpillStore(silent) })
    const taken = intake.take(scenario.event(1))
    await vi.waitFor(() => expect(intake.lines).toHaveLength(1))
    await vi.advanceTimersByTimeAsync(KV_WRITE_MS)
    expect(await taken).toEqual({ kind: 'refused', code: 'not_stored' })
  })
})

/** A long event, and how often it was decoded. */
function watched(request: IncomingRequest) {
  if (request.kind !== 'event') throw new Error('Cannot watch a request that is no event')
  const decode = vi.fn<typeof request.decode>(request.decode)
  return { request: { ...request, decode }, decode }
}

/** A KV in which nobody is found. */
const failingKv = () =>
  new InstallStore({ ...watchKv().kv, get: () => Promise.reject(new Error('down')) })

describe('takeRequest() with a body of 2,000 parameters', () => {
  const rows = oneTo(2000).map((row): [string, number] => [`data[ROWS][${row}]`, row])
  const long = (changes = {}) =>
    watched(scenario.event(1, { ...Object.fromEntries(rows), ...changes }))
  const forged = () => long({ 'auth[application_token]': 'f'.repeat(32) })

  it('reads it as a whole also where the isolate does not know the caller yet, since KV does', async () => {
    const intake = scenario.intake(realPortals)
    expect(await intake.take(long().request)).toEqual({ ...STORED, sequence: 1 })
    expect(intake.lookups).toHaveLength(1)
  })

  it('and where KV does not, since the object does', async () => {
    const intake = scenario.intake(realPortals, { installStore: failingKv() })
    expect(await intake.take(long().request)).toEqual({ ...STORED, sequence: 1 })
    expect(intake.lookups).toHaveLength(2)
  })

  it('does not decode it for a caller whom the object refuses, and charges him', async () => {
    const intake = scenario.intake(realPortals)
    const { request, decode } = forged()
    const refused = { kind: 'refused', code: 'untrusted' }
    expect(await intake.take(request)).toEqual(refused)
    expect(await intake.take(request)).toEqual(refused)
    expect(decode).not.toHaveBeenCalled()
    expect(intake.lookups).toHaveLength(1)
    expect(intake.counted).not.toEqual([])
  })

  it('does not decode it where nobody knows the caller in time', async () => {
    const intake = scenario.intake(UNREACHABLE, { installStore: failingKv() })
    const { request, decode } = long()
    expect(await intake.take(request)).toEqual({ kind: 'refused', code: 'not_stored' })
    expect(decode).not.toHaveBeenCalled()
  })

  it('spills it where KV knows the caller, and the object is silent', async () => {
    const intake = scenario.intake(UNREACHABLE)
    expect(await intake.take(long().request)).toEqual({ kind: 'spilled' })
  })
})

describe('takeRequest() with a short body', () => {
  it('decodes none of a caller whom the object has refused a moment ago', async () => {
    const intake = scenario.intake(realPortals)
    const forged = () => watched(scenario.event(1, { 'auth[application_token]': 'f'.repeat(32) }))
    const [first, second] = [forged(), forged()]
    await intake.take(first.request)
    await intake.take(second.request)
    expect([first.decode, second.decode].map(({ mock }) => mock.calls.length)).toEqual([1, 0])
  })
})
