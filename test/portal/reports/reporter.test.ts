/** A portal tells the directory how it is: at once when that changes, else rarely, and nothing waits for it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PortalReport } from '../../../src/core/reports/portal-report.ts'
import { NO_REPORTED_TALLY } from '../../../src/core/tallies/portal-tally.ts'
import { LOST_REPORT_WAIT_MS } from '../../../src/portal/reports/reporter.ts'
import { aLaneReport } from '../../support/builders/a-report.ts'
import { realPortalList } from '../../support/builders/an-intake.ts'
import { machine } from '../../support/builders/entries.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { gate, until, type Gate } from '../../support/until.ts'

describe('a portal that is installed and uninstalled', () => {
  let scenario: RelayScenario

  beforeEach(() => {
    scenario = new RelayScenario()
  })

  afterEach(() => scenario.close())

  /** The report of this portal once it is in this state, or null once it is on no list. */
  async function reported(state: PortalReport['state'] | null): Promise<PortalReport | null> {
    let report: PortalReport | null = null
    await until(async () => {
      const { portals } = await realPortalList().listReports({ after: '' })
      report = portals.find(({ memberId }) => memberId === scenario.memberId)?.report ?? null
      return (report?.state ?? null) === state
    })
    return report
  }

  it('is listed with its installation, until nothing is left of it', async () => {
    await scenario.portal.installs()
    expect(await reported('active')).toMatchObject({ domain: scenario.domain, problem: null })
    expect(await realPortalList().listPortals('')).toEqual([scenario.memberId])
    await scenario.portal.uninstalls('clean')
    expect(await reported('uninstalled')).toMatchObject({ domain: scenario.domain, problem: null })
    await scenario.object.touch()
    expect(await reported(null)).toBeNull()
    expect(await realPortalList().listPortals('')).toEqual([])
  })

  it('is not listed when nobody has proved it', async () => {
    expect((await scenario.portal.sends()).status).toBe(403)
    await scenario.idles()
    expect(await realPortalList().listPortals('')).toEqual([])
    expect(await reported(null)).toBeNull()
  })
})

describe('a portal with lanes', () => {
  let scenario: PortalScenario
  let reports: PortalReport[]
  /** Whether the directory does not answer. */
  let isDown: boolean
  /** Whether the directory has a line of the portal. */
  let isListed: boolean
  let held: Gate

  beforeEach(() => {
    scenario = new PortalScenario()
    reports = []
    isDown = false
    isListed = false
    held = gate()
    held.open()
    const directory = {
      noteReport: async (_: string, report: PortalReport) => {
        if (isDown) throw new Error('Network connection lost.')
        await held.opened
        reports.push(report)
        isListed = true
      },
      notePortal: async (_: string, listed: boolean) => {
        isListed = listed
      },
      holdDomain: async (_: string, memberId: string) => memberId,
      pin: async (_: string, memberId: string) => memberId,
      pinned: async () => null,
      unpin: async () => {},
      notePending: async () => {},
      noteMissing: async () => {},
    }
    scenario.settings = { ...scenario.settings, directory }
  })

  afterEach(() => scenario.close())

  /** Passes an event on, and lets everything end. */
  async function passesOn(): Promise<void> {
    await scenario.relay.passesOn()
    await scenario.idles()
  }

  it('tells its numbers with the first report', async () => {
    await passesOn()
    expect(reports).toEqual([
      {
        domain: null,
        state: 'active',
        problem: null,
        reportedAt: expect.any(Number),
        lastEventAt: null,
        head: 0,
        log: { entries: 0, reconciled: 0, thin: 0, quarantined: 0 },
        tally: NO_REPORTED_TALLY,
        lanes: [aLaneReport()],
      },
    ])
  })

  it('reports once an hour while all is well, also when its object begins anew with each event', async () => {
    await passesOn()
    for (let count = 0; count < 5; count += 1) {
      await scenario.relay.restarts()
      await scenario.time.passesWithoutAlarm('10 min')
      await passesOn()
    }
    expect(reports).toHaveLength(1)
    await scenario.relay.restarts()
    await scenario.time.passesWithoutAlarm('10 min')
    await passesOn()
    expect(reports.slice(1)).toMatchObject([
      {
        head: 7,
        log: { entries: 7 },
        lanes: [
          {
            destination: 'erp',
            state: 'active',
            backlog: 0,
            tally: { delivered: 7, attempts: { delivered: 7 } },
            lastOutcome: { outcome: 'delivered' },
          },
        ],
      },
    ])
    await scenario.relay.restarts()
    await scenario.time.passesWithoutAlarm('10 min')
    await passesOn()
    expect(reports).toHaveLength(2)
  })

  it('writes no row for the hourly report but the one that it writes anyway', async () => {
    await passesOn()
    await scenario.time.passesWithoutAlarm('1 h')
    const observed = await scenario.observe()
    await passesOn()
    expect(reports).toHaveLength(2)
    const lanes = observed.writes.filter(({ query }) => query.includes('INTO lanes'))
    expect(lanes).toHaveLength(1)
  })

  it('reports trouble at once, and its end', async () => {
    await passesOn()
    scenario.receiver('erp').answers(410)
    await scenario.portal.sends()
    await until(() => reports.length === 2)
    scenario.receiver('erp').answers(() => new Response(''))
    await scenario.operator.resumes('erp')
    await until(() => reports.length === 4)
    await scenario.settled()
    const shown = reports.slice(1).map(({ problem, lanes: [lane] }) => {
      return [problem?.reason ?? null, lane?.backlog]
    })
    expect(shown).toEqual([
      ['lane_disabled', 1],
      [null, 1],
      [null, 0],
    ])
  })

  it('reports at once a lane whose receiver asks for a long wait, and when nothing waits there any more', async () => {
    await passesOn()
    scenario.receiver('erp').answers(429, { 'retry-after': '3600' })
    await scenario.portal.sends()
    await until(() => reports.length === 2)
    expect(reports[1]).toMatchObject({
      problem: { reason: 'lane_failing', destination: 'erp' },
      lanes: [{ state: 'retrying', backlog: 1, oldestWaitingAt: expect.any(Number) }],
    })
    scenario.receiver('erp').answers(200)
    await scenario.time.passes('61 min')
    await until(() => reports.at(-1)?.lanes[0]?.backlog === 0)
    expect(reports.at(-1)).toMatchObject({ problem: null, lanes: [{ oldestWaitingAt: null }] })
  })

  it('holds the hourly report until every lane rests, so that it tells no event that is delivered a moment later', async () => {
    scenario.relay.isConfigured([machine('erp'), machine('slow')])
    await scenario.relay.restarts()
    await passesOn()
    const { length } = reports
    await scenario.time.passesWithoutAlarm('61 min')
    const gate = scenario.receiver('slow').holds()
    await scenario.portal.sends()
    await until(() => scenario.receiver('slow').count === 2)
    await scenario.portal.sends()
    await until(() => scenario.receiver('erp').count === 3)
    expect(reports).toHaveLength(length)
    gate.open()
    await scenario.settled()
    await scenario.idles()
    expect(reports.slice(length).map(({ lanes }) => lanes.map(({ backlog }) => backlog))).toEqual([
      [0, 0],
    ])
  })

  it('reports the first parked event, and when a replay has ended', async () => {
    await passesOn()
    scenario.receiver('erp').failsOnce({ 2: 422, 3: 422 })
    await passesOn()
    await until(() => reports.length === 2)
    await passesOn()
    await scenario.object.replay('erp', { kind: 'parked' }, { dryRun: false })
    await until(() => reports.at(-1)?.problem === null)
    const parked = reports.map(({ lanes }) => lanes[0]?.parked ?? 0)
    expect(parked.slice(0, 2)).toEqual([0, 1])
    expect(parked.at(-1)).toBe(0)
    expect(reports.length).toBeLessThanOrEqual(4)
  })

  it('knows after a start what it has reported, and sees what a deployment has changed', async () => {
    await passesOn()
    await scenario.relay.deploys([machine('erp', { url: 'nonsense' })])
    await passesOn().catch(() => undefined)
    await until(() => reports.length === 2)
    await scenario.relay.restarts()
    await scenario.portal.sends()
    await scenario.idles()
    expect(reports.slice(1)).toMatchObject([
      { problem: { reason: 'lane_disabled', destination: 'erp' } },
    ])
  })

  it('takes and delivers events while the directory is silent, and reports later', async () => {
    isDown = true
    await scenario.relay.passesOn(3)
    await scenario.idles()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 3])
    expect(scenario.logged.filter((line) => line === 'directory_behind')).toHaveLength(1)
    isDown = false
    await passesOn()
    expect(reports).toEqual([])
    await scenario.time.passesWithoutAlarm('5 min')
    expect(LOST_REPORT_WAIT_MS).toBe(300_000)
    await passesOn()
    // The first report of a portal does not wait: it tells the event that it was made with.
    expect(reports).toMatchObject([{ head: 5 }, { head: 5, lanes: [{ backlog: 0 }] }])
  })

  it('has no line any more once it was erased, whatever report was under way', async () => {
    await passesOn()
    expect(isListed).toBe(true)
    held = gate()
    const erased = scenario.object.erase(scenario.memberId)
    await scenario.idles()
    held.open()
    expect(await erased).toMatchObject({ kind: 'done' })
    await scenario.idles()
    expect(isListed).toBe(false)
  })

  it('reports with the daily visit', async () => {
    await passesOn()
    await scenario.object.touch()
    expect(reports).toHaveLength(2)
  })
})
