/** A destination in all portals: how it stands, and orders for its lanes (docs/admin-api.md). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NO_TALLY } from '../../../../src/core/lanes/state/tally.ts'
import { aLaneReport, aReport } from '../../../support/builders/a-report.ts'
import { realPortalList } from '../../../support/builders/an-intake.ts'
import { machine } from '../../../support/builders/entries.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { NOW } from '../../../support/time.ts'
import { until } from '../../../support/until.ts'
import { askAdmin as ask, refusal } from '../../../support/worker/admin-api.ts'

const TIME = new Date(NOW).toISOString()
const NO_STATES = { active: 0, retrying: 0, paused: 0, disabled: 0, removed: 0 }

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

describe('GET /destinations', () => {
  it('shows each with its receiver, and how its lanes stand in all portals', async () => {
    const tally = {
      ...NO_TALLY,
      delivered: 5,
      attempts: { delivered: 4, unreachable: 2, rejected: 1 },
    }
    const lastOutcome = { outcome: 'failed', reason: 'http_503', at: NOW } as const
    const lanes = [
      aLaneReport({ state: 'retrying', backlog: 3, oldestWaitingAt: NOW, tally, lastOutcome }),
      aLaneReport({ destination: 'gone', state: 'removed' }),
    ]
    await realPortalList().noteReport('a'.repeat(32), aReport({ lanes }))
    await realPortalList().noteReport('b'.repeat(32), aReport())
    const nothing = { backlog: 0, parked: 0, oldestWaitingAt: null, delivered: 0 }
    const none = { ...nothing, attempts: NO_TALLY.attempts, lastOutcome: null }
    expect(await ask('GET /destinations')).toEqual({
      status: 200,
      body: {
        destinations: [
          {
            name: 'crm-alerts',
            type: 'slack',
            host: 'hooks.slack.com',
            language: 'en',
            problems: [],
            state: 'active',
            lanes: NO_STATES,
            ...none,
          },
          {
            name: 'erp',
            type: 'webhook',
            host: 'erp.example.com',
            language: 'en',
            problems: [],
            state: 'retrying',
            lanes: { ...NO_STATES, retrying: 1, active: 1 },
            backlog: 3,
            parked: 0,
            oldestWaitingAt: TIME,
            delivered: 5,
            attempts: tally.attempts,
            lastOutcome: { outcome: 'failed', reason: 'http_503', at: TIME },
          },
          {
            name: 'gone',
            type: null,
            host: null,
            language: null,
            problems: [],
            state: 'removed',
            lanes: { ...NO_STATES, removed: 1 },
            ...none,
          },
        ],
      },
    })
  })

  it('names what is wrong with the settings, and no host that a portal names', async () => {
    const DESTINATIONS = [
      machine('wrong', { url: 'nonsense' }),
      machine('own', { url: '$portal.ERP_URL' }),
    ]
    const { body } = await ask('GET /destinations', { settings: { DESTINATIONS } })
    expect(body).toMatchObject({
      destinations: [
        { name: 'wrong', host: null, problems: [{ setting: 'url' }] },
        { name: 'own', host: null, problems: [] },
      ],
    })
  })
})

describe('POST /destinations/{destination}/pause, resume and replay', () => {
  /** Passes an event on, and waits until the directory lists the portal. */
  async function isListed(): Promise<void> {
    await scenario.relay.passesOn()
    await until(async () => (await realPortalList().listPortals('')).length === 1)
  }

  it('pause and resume the lane of every portal', async () => {
    await isListed()
    expect(await ask('POST /destinations/erp/pause')).toEqual({ status: 202, body: { portals: 1 } })
    expect((await scenario.lane('erp')).state).toBe('paused')
    expect(await ask('POST /destinations/erp/resume')).toEqual({
      status: 202,
      body: { portals: 1 },
    })
    expect((await scenario.lane('erp')).state).toBe('active')
  })

  it('replay what is parked in every portal', async () => {
    scenario.receiver('erp').failsOnce({ 1: 422 })
    await isListed()
    const body = { parked: true }
    expect(await ask('POST /destinations/erp/replay', { body })).toEqual({
      status: 202,
      body: { portals: 1 },
    })
    await until(async () => (await scenario.lane('erp')).parked === 0)
    expect(await ask('POST /destinations/erp/replay', { body })).toEqual({
      status: 202,
      body: { portals: 0 },
    })
  })

  it('count what a replay would send, and send nothing', async () => {
    scenario.receiver('erp').failsOnce({ 1: 422 })
    await isListed()
    await until(async () => (await scenario.lane('erp')).parked === 1)
    const before = scenario.network.to('erp.example.com').length
    const answer = await ask('POST /destinations/erp/replay?dryRun=true', {
      body: { parked: true },
    })
    expect(answer).toMatchObject({
      status: 202,
      body: {
        dryRun: true,
        replayed: 1,
        looked: 1,
        byPortal: [{ memberId: scenario.memberId, replayed: 1 }],
        cursor: null,
      },
    })
    await scenario.relay.passesOn()
    expect((await scenario.lane('erp')).parked).toBe(1)
    expect(scenario.network.to('erp.example.com').length - before).toBeLessThanOrEqual(1)
  })

  it.each<[route: string, body: unknown]>([
    ['replay', undefined],
    ['replay', { parked: false }],
    ['replay', { from: 1, to: 2 }],
    ['replay?dryrun=true', { parked: true }],
    ['replay?dryRun=yes', { parked: true }],
    ['replay?dryRun=true&cursor=x', { parked: true }],
    [`replay?cursor=${'a'.repeat(32)}`, { parked: true }],
    ['replay?dryRun=true', undefined],
    ['pause?dryRun=true', undefined],
  ])('400 for %s with %j: nothing is done', async (route, body) => {
    await isListed()
    const answer = await ask(`POST /destinations/erp/${route}`, { body })
    expect(answer).toEqual(refusal(400, 'invalid_request'))
    expect((await scenario.lane('erp')).state).toBe('active')
  })

  it.each(['pause', 'resume', 'replay'])('%s: 404 for an unknown destination', async (act) => {
    const answer = await ask(`POST /destinations/nobody/${act}`, { body: { parked: true } })
    expect(answer).toEqual(refusal(404, 'not_found'))
  })
})
