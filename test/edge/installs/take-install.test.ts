/** How an installation goes through the edge: on which terms its object is asked, and what waits or is spilled. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { INSTALL_BUDGET_MS } from '../../../src/edge/installs/take-install.ts'
import type { PortalClient } from '../../../src/edge/portal-client.ts'
import { decodeSpilled } from '../../../src/edge/spill/spilled-request.ts'
import {
  aHangingPortal,
  aSealer,
  decoded,
  portalsWith,
  realPortals,
  SOURCE,
  spilledKeys,
  UNREACHABLE,
  type WatchedIntake,
} from '../../support/builders/an-intake.ts'
import { WITH_NEW_TOKEN } from '../../support/worker/runtime-bindings.ts'
import { EdgeScenario } from '../../support/scenarios/edge-scenario.ts'

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

describe('takeRequest() with an installation', () => {
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

  describe('over the budget of the isolate', () => {
    type Told = Parameters<PortalClient['install']>[1]
    type Answer = Awaited<ReturnType<PortalClient['install']>>

    /** An intake whose budget is used up, over a portal that notes on which terms it is asked. */
    function overBudget(
      answer: (told: Told) => Answer,
      changes: Parameters<typeof scenario.intake>[1] = {},
    ) {
      const told: Told[] = []
      const install: PortalClient['install'] = (_request, origin) => {
        told.push(origin)
        return Promise.resolve(answer(origin))
      }
      const intake = scenario.intake(portalsWith({ install }), changes)
      exhaust(intake)
      return { intake, told }
    }

    function exhaust({ deps }: WatchedIntake): void {
      const { budget } = deps.installMemory
      for (let portal = 0; portal < 600; portal += 1) budget.spend(`${portal}`, scenario.now)
    }

    const STRANGER = { 'auth[application_token]': 'f'.repeat(32) }
    const network = '198.51.100'

    it('waits in the object of a known portal, which asks nobody, until it is looked at again', async () => {
      const intake = scenario.intake(realPortals)
      exhaust(intake)
      const asked = () => scenario.asked('/rest/app.info').length
      const before = asked()
      const own = { ...WITH_NEW_TOKEN, ts: scenario.portal.ts() }
      const update = decoded(scenario.portal.body('app-ONAPPUPDATE', own))
      expect(await intake.take(update)).toEqual({ kind: 'pending', domain: null })
      expect(asked()).toBe(before)
      expect(await scenario.pending()).toMatchObject({ kind: 'unanswered', network })
      await scenario.time.passes('61 s')
      expect(await scenario.pending()).toBeNull()
      expect((await scenario.portal.sends(WITH_NEW_TOKEN)).status).toBe(200)
    })

    it("waits for its turn when the portal is a stranger's, of which nothing may be kept", async () => {
      const sleep = async (ms: number) => void (scenario.now += ms)
      const { intake, told } = overBudget(
        (origin) =>
          origin?.isOverBudget === true ? { kind: 'busy' } : { kind: 'pending', domain: null },
        { sleep },
      )
      const install = decoded(scenario.portal.body('app-ONAPPINSTALL-local', STRANGER))
      expect(await intake.take(install)).toEqual({ kind: 'pending', domain: null })
      expect(told).toEqual([true, false].map((isOverBudget) => ({ network, isOverBudget })))
    })

    it('is refused when four of its network wait already', async () => {
      const sleep = () => new Promise<void>(() => undefined)
      const { intake, told } = overBudget(() => ({ kind: 'busy' }), { sleep })
      const { budget } = intake.deps.installMemory
      for (let place = 0; place < 4; place += 1) {
        void budget.waitForTurn(network, { now: () => scenario.now, sleep })
      }
      const install = decoded(scenario.portal.body('app-ONAPPINSTALL-local', STRANGER))
      expect(await intake.take(install)).toEqual({ kind: 'refused', code: 'too_many_requests' })
      expect(told).toHaveLength(1)
    })

    it('fills no spill for a stranger, and is spilled for a known token', async () => {
      const intake = scenario.intake(UNREACHABLE)
      exhaust(intake)
      const before = scenario.network.sent.length
      const install = decoded(scenario.portal.body('app-ONAPPINSTALL-local', STRANGER))
      expect(await intake.take(install)).toEqual({ kind: 'refused', code: 'not_stored' })
      expect(scenario.network.sent).toHaveLength(before)
      expect(await spilledKeys()).toEqual([])
      const update = decoded(scenario.portal.body('app-ONAPPUPDATE'))
      expect(await intake.take(update)).toEqual({ kind: 'spilled' })
    })

    it('is charged although its token is known, so that its sender floods no object', async () => {
      const isUntrustedWithinLimit = async () => false
      const { intake, told } = overBudget(() => ({ kind: 'pending', domain: null }), {
        isUntrustedWithinLimit,
      })
      const update = decoded(scenario.portal.body('app-ONAPPUPDATE'))
      expect(await intake.take(update)).toEqual({ kind: 'refused', code: 'too_many_requests' })
      scenario.now += 60_000
      expect(await intake.take(update)).toEqual({ kind: 'pending', domain: null })
      expect(told).toEqual([{ network, isOverBudget: false }])
    })
  })

  describe('from an address whose limit others have used up', () => {
    const network = '198.51.100'
    const isAddressWithinLimit = async () => false
    const PENDING: Awaited<ReturnType<PortalClient['install']>> = { kind: 'pending', domain: null }
    const stranger = () =>
      decoded(
        scenario.portal.body('app-ONAPPINSTALL-local', {
          'auth[application_token]': 'f'.repeat(32),
        }),
      )

    it('takes the installation of a new portal in its turn', async () => {
      const install = vi.fn<PortalClient['install']>(() => Promise.resolve(PENDING))
      const intake = scenario.intake(portalsWith({ install }), { isAddressWithinLimit })
      expect(await intake.take(stranger())).toEqual(PENDING)
      expect(install.mock.calls).toMatchObject([[{}, { network, isOverBudget: false }]])
    })

    it('asks no object where four of its network wait already, and none over the limit of the portal', async () => {
      const sleep = () => new Promise<void>(() => undefined)
      const intake = scenario.intake(UNREACHABLE, { isAddressWithinLimit, sleep })
      const { budget } = intake.deps.installMemory
      for (let portal = 0; portal < 600; portal += 1) budget.spend(`${portal}`, scenario.now)
      for (let place = 0; place < 4; place += 1) {
        void budget.waitForTurn(network, { now: () => scenario.now, sleep })
      }
      const refused = { kind: 'refused', code: 'too_many_requests' }
      expect(await intake.take(stranger())).toEqual(refused)
      const isUntrustedWithinLimit = async () => false
      const other = scenario.intake(UNREACHABLE, { isUntrustedWithinLimit })
      expect(await other.take(stranger())).toEqual(refused)
      expect([intake.lookups, other.lookups]).toEqual([[], []])
    })
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
