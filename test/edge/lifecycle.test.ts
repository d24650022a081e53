/** How requests about the application itself go through the edge, and what goes before and with them. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { INSTALL_BUDGET_MS } from '../../src/edge/lifecycle.ts'
import { STORE_BUDGET_MS } from '../../src/edge/two-tries.ts'
import {
  appending,
  decoded,
  inTurn,
  never,
  portalsWith,
  realPortals,
  SOURCE,
  spilledKeys,
  UNREACHABLE,
} from '../support/an-intake.ts'
import { InstalledPortal } from '../support/edge-scenario.ts'
import { gate, type PortalLab } from '../support/relay-scenario.ts'

let portal: InstalledPortal
let lab: PortalLab

beforeEach(async () => {
  portal = await InstalledPortal.create()
  lab = portal.lab
})

afterEach(() => portal.close())

describe('takeRequest() with lifecycle requests', () => {
  const ACCEPTED = { kind: 'accepted', domain: null, finished: true, status: null }

  function uninstall() {
    return decoded(lab.body('app-ONAPPUNINSTALL-keep-data', { ts: lab.ts() }))
  }

  it('drains the portal before its uninstall, so that what was acknowledged is kept', async () => {
    const probe = portal.intake(inTurn(UNREACHABLE, UNREACHABLE, realPortals))
    expect(await probe.take(portal.event(1))).toEqual({ kind: 'spilled' })
    expect(await probe.take(uninstall())).toEqual(ACCEPTED)
    expect(await portal.logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
    expect(await spilledKeys()).toEqual([])
    expect((await lab.view()).state).toBe('uninstalled')
  })

  it('drains nothing for a caller that the edge does not know', async () => {
    const probe = portal.intake(inTurn(UNREACHABLE, UNREACHABLE, realPortals))
    await probe.take(portal.event(1))
    const forged = { 'auth[application_token]': 'f'.repeat(32) }
    const body = decoded(lab.body('app-ONAPPUNINSTALL-clean', forged))
    expect(await probe.take(body)).toEqual({
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
    const probe = portal.intake(inTurn(UNREACHABLE, UNREACHABLE, hanging, realPortals))
    await probe.take(portal.event(1))
    const taken = probe.take(uninstall())
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
    const probe = portal.intake(portals)
    for (const ts of [null, 1_790_000_000]) {
      const body = decoded(lab.body('app-ONAPPUNINSTALL-clean', { ts }))
      expect(await probe.take(body)).toEqual(ACCEPTED)
    }
    expect(calls).toEqual([Math.floor(portal.now / 1000), 1_790_000_000])
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
    const probe = portal.intake(portals, changes)
    const install = decoded(lab.body('app-ONAPPINSTALL-local'))
    await probe.take(install, { ...SOURCE, calledUrl })
    expect(told).toEqual([url])
  })

  it('waits 20 s for an installation, then spills it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const asked = gate()
    const probe = portal.intake(
      portalsWith({
        install: () => {
          asked.open()
          return never()
        },
      }),
    )
    let isDone = false
    const install = decoded(lab.body('app-ONAPPINSTALL-local'))
    const taken = probe.take(install).finally(() => {
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
