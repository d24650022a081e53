/**
 * A burst stays within the requests that the free plan allows for one invocation, and calls no healthy receiver
 * unreachable (G4).
 */
import { runInDurableObject } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Allowance, MAX_REQUESTS } from '../../src/portal/allowance.ts'
import type { PortalCalls } from '../../src/portal/portal-calls.ts'
import { PortalObject } from '../../src/portal/portal.ts'
import type { AdaptableSettings } from '../support/worker/overrides.ts'
import { oneTo } from '../support/builders/a-lane.ts'
import { machine } from '../support/builders/entries.ts'
import { PortalScenario } from '../support/scenarios/portal-scenario.ts'
import { ACCEPTED, RelayScenario, said } from '../support/scenarios/relay-scenario.ts'
import { until } from '../support/until.ts'

/** The platform's own limit on the free plan. */
const ALLOWED = 50

describe('an Allowance', () => {
  /** An allowance whose invocations and requests are noted. */
  function anAllowance(callItself: (allowance: Allowance) => Promise<void>) {
    const made: number[] = []
    let invocations = 0
    const allowance: Allowance = new Allowance({
      fetch: async () => {
        made[invocations] = (made[invocations] ?? 0) + 1
        return new Response('')
      },
      callItself: async () => {
        invocations += 1
        await callItself(allowance)
      },
    })
    return { allowance, made }
  }

  it('goes on in a new invocation after forty requests, whoever waits', async () => {
    const { allowance, made } = anAllowance(async (own) => own.begin())
    for (const _ of oneTo(MAX_REQUESTS)) await allowance.fetch('https://erp.example.com/', {})
    await Promise.all(oneTo(5).map(() => allowance.fetch('https://erp.example.com/', {})))
    expect(made).toEqual([MAX_REQUESTS, 5])
  })

  it('makes the request all the same when the object cannot be reached', async () => {
    const { allowance, made } = anAllowance(() => Promise.reject(new Error('down')))
    for (const _ of oneTo(MAX_REQUESTS + 2)) await allowance.fetch('https://erp.example.com/', {})
    expect(made).toEqual([MAX_REQUESTS, 1, 1])
  })
})

describe('the object of a portal on the free plan', () => {
  let scenario: PortalScenario
  let sinceEvent = 0
  let most = 0
  let calls = 0

  /** The platform as it is on the free plan: the call of the object by itself begins a new count. */
  function onFreePlan(): Pick<AdaptableSettings, 'fetch' | 'callItself'> {
    return {
      fetch: async (...request) => {
        sinceEvent += 1
        most = Math.max(most, sinceEvent)
        if (sinceEvent > ALLOWED)
          throw new Error('Too many subrequests by single Worker invocation.')
        return scenario.network.fetch(...request)
      },
      callItself: async () => {
        calls += 1
        sinceEvent = 0
        await scenario.object.goOn()
      },
    }
  }

  beforeEach(() => {
    scenario = new PortalScenario()
    sinceEvent = 0
    most = 0
    calls = 0
  })

  afterEach(() => scenario.close())

  it('delivers 250 waiting events in order, and no attempt fails', async () => {
    scenario.settings = { ...scenario.settings, ...onFreePlan() }
    await scenario.relay.deploys([machine('erp'), machine('crm')])
    await scenario.portal.sends()
    await scenario.settled()
    await scenario.operator.pauses('erp')
    await scenario.operator.pauses('crm')
    await scenario.portal.sendsMany(124)
    sinceEvent = 0
    await scenario.operator.resumes('erp')
    await scenario.operator.resumes('crm')
    await scenario.time.passesUntil(async () => {
      const { lanes } = (await scenario.object.view()) ?? { lanes: [] }
      return lanes.every(({ backlog }) => backlog === 0)
    })
    expect(scenario.receiver('erp').sequences()).toEqual(oneTo(125))
    expect(scenario.receiver('crm').sequences()).toEqual(oneTo(125))
    expect(await scenario.lane('erp')).toMatchObject({ lastError: null, attempts: 0 })
    expect(most).toBeLessThanOrEqual(ALLOWED)
    expect(calls).toBeGreaterThanOrEqual(5)
  })
})

/**
 * The platform gives an object its requests anew with each call (docs/cloudflare.md). So the object begins to count with
 * each call after which it sends: otherwise it would call itself, and pay for that, without any need.
 */
describe('a call after which the object sends', () => {
  let calls = 0

  const callItself = async (): Promise<void> => void (calls += 1)

  beforeEach(() => {
    calls = 0
  })

  it('lets an operator send forty events again, and forty more', async () => {
    const scenario = new PortalScenario()
    scenario.settings = { callItself }
    await scenario.portal.sendsMany(MAX_REQUESTS)
    await scenario.settled()
    for (const times of [2, 3]) {
      await scenario.operator.replays('erp', { from: 1, to: MAX_REQUESTS })
      const all = times * MAX_REQUESTS
      await scenario.time.passesUntil(
        async () => scenario.receiver('erp').sequences().length >= all,
      )
    }
    expect(calls).toBe(0)
    await scenario.close()
  })

  it('lets the portal be asked about an uninstall when forty events have just been sent', async () => {
    const scenario = new RelayScenario()
    const logged = new Set<string>()
    const logLine: AdaptableSettings['logLine'] = (_level, event) => void logged.add(event)
    scenario.adapt = (settings) => ({ ...settings, callItself, logLine })
    await scenario.portal.installs()
    // What an installation asks the portal in the background is over.
    await until(async () => logged.has('subscribed') && logged.has('reconciled'))
    await scenario.object.controlLane('erp', { kind: 'pause' })
    for (const _ of oneTo(MAX_REQUESTS)) await scenario.portal.sends()
    await scenario.object.controlLane('erp', { kind: 'resume' })
    // Other receivers have got their events before or beside these.
    await until(async () => {
      const { lanes } = (await scenario.object.view()) ?? { lanes: [] }
      return lanes.length > 0 && lanes.every(({ backlog }) => backlog === 0)
    })
    calls = 0
    expect(await said(scenario.portal.uninstalls('keep-data'))).toEqual(ACCEPTED)
    expect((await scenario.stored()).application).toBe(null)
    expect(calls).toBe(0)
    await scenario.close()
  })
})

/** The calls that only read: nothing is sent after them, so they begin no count. `appendAll` begins it by `append`. */
const READERS = [
  'view',
  'history',
  'events',
  'event',
  'exportPage',
  'parked',
  'why',
  'seals',
  'stamp',
  'preview',
  'replayList',
] as const satisfies readonly (keyof PortalCalls)[]

/** The calls whose parameters are needed before anything begins. */
const GIVEN: Readonly<Record<string, readonly unknown[]>> = { appendAll: [[{}]] }

describe('every method of the object that the platform can call', () => {
  const methods = Object.getOwnPropertyNames(PortalObject.prototype).filter(
    (name) => name !== 'constructor',
  )

  it('is a call of the contract, or the alarm', () => {
    expect(methods).toContain('alarm')
    expect(methods).toEqual(expect.arrayContaining([...READERS, 'append', 'goOn']))
  })

  it.each(methods)('%s begins the count of its requests, unless it only reads', async (name) => {
    const scenario = new PortalScenario()
    await scenario.portal.sends()
    await scenario.settled()
    const begin = vi.spyOn(Allowance.prototype, 'begin')
    await runInDurableObject(scenario.stub(), async (object) => {
      begin.mockClear()
      const method: unknown = Reflect.get(object, name)
      if (typeof method !== 'function') throw new TypeError(`Cannot call ${name}`)
      // Most calls refuse to work without parameters, which they look at after the count has begun.
      const call = async () => Reflect.apply(method, object, GIVEN[name] ?? [])
      await call().catch(() => {})
      const isReader = READERS.some((reader) => reader === name)
      expect(begin.mock.calls.length > 0).toBe(!isReader)
    })
    begin.mockRestore()
    await scenario.close()
  })
})
