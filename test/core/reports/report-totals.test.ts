/** The sums over the reports of all portals. */
import { expect, it } from 'vitest'
import { figuresOf } from '../../../src/core/reports/report-figures.ts'
import { sumReports } from '../../../src/core/reports/report-totals.ts'
import { aLaneReport, aReport, LANE_DISABLED } from '../../support/builders/a-report.ts'
import { NO_TALLY } from '../../../src/core/lanes/state/tally.ts'
import { NOW } from '../../support/time.ts'

const TALLY = {
  delivered: 5,
  parked: 2,
  attempts: { delivered: 4, unreachable: 3, rejected: 1 },
  latencies: { counts: [0, 5], sumMs: 1500 },
}

/** What one portal has counted. */
const COUNTED = {
  since: 0,
  accepted: 39,
  quarantined: 1,
  reconciled: 3,
  drained: 2,
  explained: { complete: 7, timeout: 1 },
  refreshes: { refreshed: 1 },
  edge: {
    refused: { untrusted: 2 },
    spilled: 1,
    acknowledged: { counts: [1, 2], sumMs: 20 },
  },
}

it('sumReports() sums portals, events and destinations', () => {
  const reports = [
    aReport({
      tally: COUNTED,
      lanes: [
        aLaneReport({
          backlog: 2,
          parked: 1,
          oldestWaitingAt: NOW,
          tally: TALLY,
          lastOutcome: { outcome: 'delivered', reason: null, at: NOW },
        }),
      ],
    }),
    aReport({
      state: 'tokens_lost',
      tally: { ...COUNTED, explained: { no_tokens: 2 } },
      reportedAt: NOW - 7,
      problem: LANE_DISABLED,
      lanes: [
        aLaneReport({
          state: 'disabled',
          backlog: 3,
          oldestWaitingAt: NOW - 9,
          tally: TALLY,
          lastOutcome: { outcome: 'failed', reason: 'gone', at: NOW + 1 },
        }),
        // A removed lane delivers nothing: its backlog is no longer owed.
        aLaneReport({ destination: 'old', state: 'removed', backlog: 9, oldestWaitingAt: 1 }),
      ],
    }),
  ]
  const totals = sumReports(reports.map(figuresOf))
  const lanes = { active: 0, retrying: 0, paused: 0, disabled: 0, removed: 0 }
  expect(totals).toEqual({
    portals: { active: 1, tokens_lost: 1 },
    problems: { lane_disabled: 1 },
    events: 84,
    log: { entries: 80, reconciled: 6, thin: 4, quarantined: 2 },
    tally: {
      accepted: 78,
      quarantined: 2,
      reconciled: 6,
      drained: 4,
      explained: { complete: 7, timeout: 1, no_tokens: 2 },
      refreshes: { refreshed: 2 },
      edge: {
        refused: { untrusted: 4 },
        spilled: 2,
        acknowledged: { counts: [2, 4], sumMs: 40 },
      },
    },
    oldestReportAt: NOW - 7,
    destinations: {
      erp: {
        lanes: { ...lanes, active: 1, disabled: 1 },
        backlog: 5,
        parked: 1,
        oldestWaitingAt: NOW - 9,
        tally: {
          delivered: 10,
          parked: 4,
          attempts: { delivered: 8, unreachable: 6, rejected: 2 },
          latencies: { counts: [0, 10], sumMs: 3000 },
        },
        lastOutcome: { outcome: 'failed', reason: 'gone', at: NOW + 1 },
      },
      old: {
        lanes: { ...lanes, removed: 1 },
        backlog: 0,
        parked: 0,
        oldestWaitingAt: null,
        tally: NO_TALLY,
        lastOutcome: null,
      },
    },
  })
})
