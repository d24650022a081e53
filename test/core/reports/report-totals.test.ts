/** The sums over the reports of all portals. */
import { expect, it } from 'vitest'
import { addReport, NO_TOTALS } from '../../../src/core/reports/report-totals.ts'
import { aLaneReport, aReport, LANE_DISABLED } from '../../support/builders/a-report.ts'
import { NOW } from '../../support/time.ts'

const TALLY = { delivered: 5, parked: 2, attempts: { delivered: 4, unreachable: 3, rejected: 1 } }

it('addReport() sums portals, events and destinations', () => {
  const reports = [
    aReport({
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
  const totals = reports.reduce(addReport, NO_TOTALS)
  const lanes = { active: 0, retrying: 0, paused: 0, disabled: 0, removed: 0 }
  expect(totals).toEqual({
    portals: { active: 1, tokens_lost: 1 },
    problems: { lane_disabled: 1 },
    events: 84,
    log: { entries: 80, reconciled: 6, thin: 4, quarantined: 2 },
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
        },
        lastOutcome: { outcome: 'failed', reason: 'gone', at: NOW + 1 },
      },
      old: {
        lanes: { ...lanes, removed: 1 },
        backlog: 0,
        parked: 0,
        oldestWaitingAt: null,
        tally: { delivered: 0, parked: 0, attempts: { delivered: 0, unreachable: 0, rejected: 0 } },
        lastOutcome: null,
      },
    },
  })
})
