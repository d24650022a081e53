/**
 * How the intake stores: two tries with a new stub each, 2 s together, one receipt; and what goes before
 * and with a lifecycle request. Nothing here waits for real time.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { takeRequest } from '../../src/edge/intake.ts'
import { INSTALL_BUDGET_MS } from '../../src/edge/lifecycle.ts'
import { STORE_BUDGET_MS } from '../../src/edge/two-tries.ts'
import type { AppendRequest } from '../../src/portal/log/appender.ts'
import type { PortalClient, PortalLookup } from '../../src/edge/portal-client.ts'
import { watchLog } from '../support/edge.ts'
import {
  anIntake,
  decoded,
  inTurn,
  kvFollowed,
  SOURCE,
  portalsWith,
  realPortals,
  UNREACHABLE,
  type IntakeChanges,
} from '../support/intake.ts'
import { dumpKv, gate, PortalLab } from '../support/portal-lab.ts'

const STORED = { kind: 'stored', duplicate: false, quarantined: false }

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

function event(id: number) {
  const own = { 'data[FIELDS][ID]': id, ts: lab.ts() }
  return decoded(lab.body('app-ONCRMREQUISITEUSERFIELDUPDATE', own))
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

function never(): Promise<never> {
  return new Promise(() => undefined)
}

describe('takeRequest() tries twice, with a new stub each', () => {
  it('and the second try stores what the first could not', async () => {
    const probe = intake(inTurn(UNREACHABLE, realPortals))
    expect(await takeRequest(probe.deps, event(1), SOURCE)).toEqual({ ...STORED, sequence: 1 })
    expect({ lookups: probe.lookups, lines: probe.lines }).toEqual({
      lookups: [lab.memberId, lab.memberId],
      lines: [],
    })
  })

  it('and does not ask again after an answer', async () => {
    const probe = intake(appending(() => Promise.resolve({ kind: 'untrusted' })))
    expect(await takeRequest(probe.deps, event(1), SOURCE)).toEqual({
      kind: 'refused',
      code: 'untrusted',
    })
    expect(probe.lookups).toHaveLength(1)
  })

  it('and a stub that cannot even be made is a failed try', async () => {
    const broken: PortalLookup = () => {
      throw new Error('Cannot make a stub')
    }
    const probe = intake(inTurn(broken, realPortals))
    expect(await takeRequest(probe.deps, event(1), SOURCE)).toEqual({ ...STORED, sequence: 1 })
  })

  it('and finds the work of a first try whose answer was lost', async () => {
    const answerLost = appending(async (request) => {
      await realPortals(lab.memberId).append(request)
      throw new Error('Network connection lost.')
    })
    const probe = intake(inTurn(answerLost, realPortals))
    expect(await takeRequest(probe.deps, event(1), SOURCE)).toEqual({ ...STORED, sequence: 1 })
    expect(await logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
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
    const probe = intake(inTurn(hanging, realPortals))
    const taken = takeRequest(probe.deps, event(1), SOURCE)
    await asked.opened
    await vi.advanceTimersByTimeAsync(STORE_BUDGET_MS / 2)
    expect(await taken).toEqual({ ...STORED, sequence: 1 })
    vi.useRealTimers()
    const committed = late && (await realPortals(lab.memberId).append(late))
    expect(committed).toEqual({ ...STORED, sequence: 1 })
    expect(await logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
  })
})

describe('takeRequest() gives both tries 2 s together', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })

  async function advance(ms: number): Promise<void> {
    now += ms
    await vi.advanceTimersByTimeAsync(ms)
  }

  /** Runs up to the second try, which never answers; the first one ends as given after so long. */
  async function secondTry(first: 'hangs' | 'fails', afterMs: number) {
    const firstAsked = gate()
    const secondAsked = gate()
    const ending = gate()
    const failing = appending(async () => {
      firstAsked.open()
      await ending.opened
      throw new Error('Durable Object is overloaded')
    })
    const silent = appending(() => {
      secondAsked.open()
      return never()
    })
    const probe = intake(inTurn(failing, silent))
    let isDone = false
    const taken = takeRequest(probe.deps, event(1), SOURCE).finally(() => {
      isDone = true
    })
    await firstAsked.opened
    await advance(afterMs)
    if (first === 'fails') ending.open()
    await secondAsked.opened
    return { probe, taken, isDone: () => isDone }
  }

  it.each([
    { first: 'hangs', afterMs: 1000, restMs: 1000 },
    { first: 'fails', afterMs: 300, restMs: 1700 },
    { first: 'fails', afterMs: 0, restMs: 2000 },
  ] as const)('and spills when the first $first after $afterMs ms', async (timing) => {
    const { probe, taken, isDone } = await secondTry(timing.first, timing.afterMs)
    await advance(timing.restMs - 1)
    expect({ done: isDone(), spilled: await spilledKeys() }).toEqual({ done: false, spilled: [] })
    await advance(1)
    expect(await taken).toEqual({ kind: 'spilled' })
    expect(probe.lines).toEqual([
      {
        level: 'warn',
        event: 'portal_unreachable',
        fields: {
          memberId: lab.memberId,
          error: 'Error: Cannot wait any longer for the portal',
        },
      },
    ])
  })
})

describe('takeRequest() with lifecycle requests', () => {
  const ACCEPTED = { kind: 'accepted', domain: null, finished: true, status: null }

  function uninstall() {
    return decoded(lab.body('app-ONAPPUNINSTALL-keep-data', { ts: lab.ts() }))
  }

  it('drains the portal before its uninstall, so that what was acknowledged is kept', async () => {
    const probe = intake(inTurn(UNREACHABLE, UNREACHABLE, realPortals))
    expect(await takeRequest(probe.deps, event(1), SOURCE)).toEqual({ kind: 'spilled' })
    expect(await takeRequest(probe.deps, uninstall(), SOURCE)).toEqual(ACCEPTED)
    expect(await logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
    expect(await spilledKeys()).toEqual([])
    expect((await lab.view()).state).toBe('uninstalled')
  })

  it('drains nothing for a caller that the edge does not know', async () => {
    const probe = intake(inTurn(UNREACHABLE, UNREACHABLE, realPortals))
    await takeRequest(probe.deps, event(1), SOURCE)
    const forged = { 'auth[application_token]': 'f'.repeat(32) }
    const body = decoded(lab.body('app-ONAPPUNINSTALL-clean', forged))
    expect(await takeRequest(probe.deps, body, SOURCE)).toEqual({
      kind: 'refused',
      code: 'untrusted',
    })
    expect(await spilledKeys()).toHaveLength(1)
  })

  it('does not wait for a drain that hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const asked = gate()
    const hanging = appending(() => {
      asked.open()
      return never()
    })
    const probe = intake(inTurn(UNREACHABLE, UNREACHABLE, hanging, realPortals))
    await takeRequest(probe.deps, event(1), SOURCE)
    const taken = takeRequest(probe.deps, uninstall(), SOURCE)
    await asked.opened
    await vi.advanceTimersByTimeAsync(STORE_BUDGET_MS)
    expect(await taken).toEqual(ACCEPTED)
    expect(await spilledKeys()).toHaveLength(1)
  })

  it('uninstalls with the time of receipt where Bitrix24 names none', async () => {
    const calls: unknown[] = []
    const portals = portalsWith({
      uninstall: (call) => {
        calls.push(call.ts)
        return Promise.resolve({ kind: 'accepted' })
      },
    })
    const probe = intake(portals)
    for (const ts of [null, 1_790_000_000]) {
      const body = decoded(lab.body('app-ONAPPUNINSTALL-clean', { ts }))
      expect(await takeRequest(probe.deps, body, SOURCE)).toEqual(ACCEPTED)
    }
    expect(calls).toEqual([Math.floor(now / 1000), 1_790_000_000])
  })

  it.each([
    ['https://relay.example.com', {}, 'https://relay.example.com/bitrix24/events'],
    ['http://relay.example.com', {}, 'https://relay.example.com/bitrix24/events'],
    ['http://127.0.0.1:8787', { allowHttp: true }, 'http://127.0.0.1:8787/bitrix24/events'],
    [
      'https://relay.example.com',
      { publicUrl: 'https://public.example.com' },
      'https://public.example.com/bitrix24/events',
    ],
  ])('tells the object its address: called at %s with %j', async (calledUrl, changes, url) => {
    const told: unknown[] = []
    const portals = portalsWith({
      install: ({ handlerUrl }) => {
        told.push(handlerUrl)
        return Promise.resolve({ kind: 'refused', reason: 'late' })
      },
    })
    const probe = intake(portals, changes)
    const install = decoded(lab.body('app-ONAPPINSTALL-local'))
    await takeRequest(probe.deps, install, { ...SOURCE, calledUrl })
    expect(told).toEqual([url])
  })

  it('waits 20 s for an installation, then spills it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const asked = gate()
    const probe = intake(
      portalsWith({
        install: () => {
          asked.open()
          return never()
        },
      }),
    )
    let isDone = false
    const install = decoded(lab.body('app-ONAPPINSTALL-local'))
    const taken = takeRequest(probe.deps, install, SOURCE).finally(() => {
      isDone = true
    })
    await asked.opened
    await vi.advanceTimersByTimeAsync(INSTALL_BUDGET_MS - 1)
    expect(isDone).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await taken).toEqual({ kind: 'spilled' })
    expect(INSTALL_BUDGET_MS).toBe(20_000)
  })
})
