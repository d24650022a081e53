/** How requests about the application itself go through the edge, and what goes before and with them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { takeRequest } from '../../src/edge/intake.ts'
import { INSTALL_BUDGET_MS } from '../../src/edge/lifecycle.ts'
import type { PortalLookup } from '../../src/edge/portal-client.ts'
import { STORE_BUDGET_MS } from '../../src/edge/two-tries.ts'
import { watchLog } from '../support/edge.ts'
import {
  anEventOf,
  anIntake,
  appending,
  countedReceipts,
  decoded,
  inTurn,
  kvFollowed,
  loggedBy,
  never,
  portalsWith,
  realPortals,
  SOURCE,
  spilledKeys,
  UNREACHABLE,
  type IntakeChanges,
} from '../support/intake.ts'
import { gate, PortalLab } from '../support/portal-lab.ts'

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
  return anIntake({ portals, now: () => now, newReceipt: countedReceipts(), ...changes })
}

function event(id: number) {
  return anEventOf(lab, id)
}

describe('takeRequest() with lifecycle requests', () => {
  const ACCEPTED = { kind: 'accepted', domain: null, finished: true, status: null }

  function uninstall() {
    return decoded(lab.body('app-ONAPPUNINSTALL-keep-data', { ts: lab.ts() }))
  }

  it('drains the portal before its uninstall, so that what was acknowledged is kept', async () => {
    const probe = intake(inTurn(UNREACHABLE, UNREACHABLE, realPortals))
    expect(await takeRequest(probe.deps, event(1), SOURCE)).toEqual({ kind: 'spilled' })
    expect(await takeRequest(probe.deps, uninstall(), SOURCE)).toEqual(ACCEPTED)
    expect(await loggedBy(lab)).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
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
