/** How the end of an installation goes through the edge, and what of its portal is brought to the object before. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { STORE_BUDGET_MS } from '../../../src/edge/two-tries.ts'
import {
  aHangingPortal,
  decoded,
  inTurn,
  portalsWith,
  realPortals,
  spilledKeys,
  UNREACHABLE,
} from '../../support/builders/an-intake.ts'
import { EVENT_TS } from '../../support/builders/a-delivery.ts'
import { EdgeScenario } from '../../support/scenarios/edge-scenario.ts'

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

describe('takeRequest() with an uninstall', () => {
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
})
