/** How requests about the application itself go through the edge, and what goes before and with them. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { INSTALLS_PER_MINUTE } from '../../src/edge/caller-memory.ts'
import { INSTALL_BUDGET_MS } from '../../src/edge/lifecycle.ts'
import { decodeSpilled } from '../../src/edge/spilled-request.ts'
import { STORE_BUDGET_MS } from '../../src/edge/two-tries.ts'
import {
  aHangingPortal,
  aSealer,
  decoded,
  inTurn,
  portalsWith,
  realPortals,
  SOURCE,
  spilledKeys,
  UNREACHABLE,
} from '../support/builders/an-intake.ts'
import { EVENT_TS } from '../support/builders/a-delivery.ts'
import { EdgeScenario } from '../support/scenarios/edge-scenario.ts'

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

describe('takeRequest() with lifecycle requests', () => {
  const ACCEPTED = { kind: 'accepted', domain: null, finished: true, status: null }

  function uninstall() {
    scenario.portal.removesApplication()
    return decoded(
      scenario.portal.body('app-ONAPPUNINSTALL-keep-data', { ts: scenario.portal.ts() }),
    )
  }

  it('drains the portal before its uninstall, so that what was acknowledged is kept', async () => {
    const intake = scenario.intake(inTurn(UNREACHABLE, UNREACHABLE, realPortals))
    expect(await intake.take(scenario.event(1))).toEqual({ kind: 'spilled' })
    expect(await intake.take(uninstall())).toEqual(ACCEPTED)
    expect(await scenario.logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
    expect(await spilledKeys()).toEqual([])
    expect((await scenario.view()).state).toBe('uninstalled')
  })

  it('accepts an uninstall at the second try when the first answer was lost', async () => {
    scenario.portal.removesApplication()
    const answerLost = portalsWith({
      uninstall: async (call) => {
        await realPortals(scenario.memberId).uninstall(call)
        throw new Error('Network connection lost.')
      },
    })
    const intake = scenario.intake(inTurn(answerLost, realPortals))
    expect(await intake.take(uninstall())).toEqual(ACCEPTED)
    expect((await scenario.view()).state).toBe('uninstalled')
    // It is that uninstall which is known, and not its token.
    scenario.now += 1000
    expect(await intake.take(uninstall())).toEqual({ kind: 'refused', code: 'untrusted' })
  })

  it('drains nothing for a caller that the edge does not know', async () => {
    const intake = scenario.intake(inTurn(UNREACHABLE, UNREACHABLE, realPortals))
    await intake.take(scenario.event(1))
    const forged = { 'auth[application_token]': 'f'.repeat(32) }
    const body = decoded(scenario.portal.body('app-ONAPPUNINSTALL-clean', forged))
    expect(await intake.take(body)).toEqual({
      kind: 'refused',
      code: 'untrusted',
    })
    expect(await spilledKeys()).toHaveLength(1)
  })

  it('does not wait for a drain that hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const hanging = aHangingPortal()
    const intake = scenario.intake(inTurn(UNREACHABLE, UNREACHABLE, hanging.lookup, realPortals))
    await intake.take(scenario.event(1))
    const taken = intake.take(uninstall())
    await hanging.asked
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
    const intake = scenario.intake(portals)
    for (const ts of [null, EVENT_TS]) {
      const body = decoded(scenario.portal.body('app-ONAPPUNINSTALL-clean', { ts }))
      expect(await intake.take(body)).toEqual(ACCEPTED)
    }
    expect(calls).toEqual([Math.floor(scenario.now / 1000), EVENT_TS])
  })

  it.each([
    ['https://scenario.example.com', {}, 'https://scenario.example.com/bitrix24/events'],
    ['http://scenario.example.com', {}, 'https://scenario.example.com/bitrix24/events'],
    ['http://127.0.0.1:8787', { allowHttp: true }, 'http://127.0.0.1:8787/bitrix24/events'],
    [
      'https://scenario.example.com',
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
    const intake = scenario.intake(portals, changes)
    const install = decoded(scenario.portal.body('app-ONAPPINSTALL-local'))
    await intake.take(install, { ...SOURCE, calledUrl })
    expect(told).toEqual([url])
  })

  it('hands on no more installations than an isolate may, not even of a known portal', async () => {
    const refusing = portalsWith({
      install: () => Promise.resolve({ kind: 'refused', reason: 'token_refused' }),
    })
    const intake = scenario.intake(refusing)
    const install = decoded(scenario.portal.body('app-ONAPPUPDATE'))
    for (let count = 0; count < INSTALLS_PER_MINUTE; count += 1) {
      intake.deps.callers.memory.countInstall(scenario.now)
    }
    expect(await intake.take(install)).toEqual({ kind: 'refused', code: 'too_many_requests' })
    expect(intake.lookups).toEqual([])
    scenario.now += 60_000
    expect(await intake.take(install)).toMatchObject({ code: 'untrusted' })
  })

  it('waits 20 s for an installation, then spills it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const hanging = aHangingPortal()
    const intake = scenario.intake(hanging.lookup)
    let isDone = false
    const install = decoded(scenario.portal.body('app-ONAPPINSTALL-local'))
    const taken = intake.take(install).finally(() => {
      isDone = true
    })
    await hanging.asked
    await vi.advanceTimersByTimeAsync(INSTALL_BUDGET_MS - 1)
    expect(isDone).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await taken).toEqual({ kind: 'spilled' })
    expect(INSTALL_BUDGET_MS).toBe(20_000)
  })

  it.each([
    ['198.51.100.7', '198.51.100'],
    ['2001:db8:1:2::', '2001:db8:1'],
  ])('spills an installation with its network: %s', async (address, network) => {
    const intake = scenario.intake(UNREACHABLE)
    const install = decoded(scenario.portal.body('app-ONAPPINSTALL-local'))
    expect(await intake.take(install, { ...SOURCE, address })).toEqual({ kind: 'spilled' })
    const [key = ''] = await spilledKeys()
    const value = (await env.INSTALLS.get(key)) ?? ''
    const terms = { memberId: scenario.memberId, sealer: aSealer() }
    expect(await decodeSpilled(value, terms)).toMatchObject({ value: { kind: 'install', network } })
  })
})
