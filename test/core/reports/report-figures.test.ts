/** The figures of a report come out of their text as they went in, and a strange text is none. */
import { expect, it, onTestFinished, vi } from 'vitest'
import type { PortalReport } from '../../../src/core/reports/portal-report.ts'
import {
  figuresOf,
  FigureSums,
  formatFigures,
  type ReportFigures,
} from '../../../src/core/reports/report-figures.ts'
import { sumReports } from '../../../src/core/reports/report-totals.ts'
import { LANE_WORDS } from '../../../src/core/reports/lane-report.ts'
import { aLaneReport, aReport, LANE_DISABLED } from '../../support/builders/a-report.ts'
import { NOW } from '../../support/time.ts'

const FULL = aReport({
  problem: LANE_DISABLED,
  tally: {
    since: NOW,
    accepted: 1,
    quarantined: 2,
    reconciled: 3,
    drained: 4,
    explained: { complete: 5 },
    refreshes: { refreshed: 6 },
    edge: { refused: { untrusted: 7 }, spilled: 8, acknowledged: { counts: [9, 10], sumMs: 11 } },
  },
  lanes: LANE_WORDS.map((state, n) =>
    aLaneReport({
      destination: `"${n}"`,
      state,
      backlog: 12,
      parked: 13,
      oldestWaitingAt: NOW,
      tally: {
        delivered: 14,
        parked: 15,
        attempts: { delivered: 16, unreachable: 17, rejected: 18 },
        latencies: { counts: [19, 20], sumMs: 21 },
      },
      lastOutcome: { outcome: 'failed', reason: 'gone', at: NOW },
    }),
  ),
})

function sumsOf(...reports: readonly PortalReport[]): readonly ReportFigures[] {
  const sums = new FigureSums()
  for (const report of reports) expect(sums.add(formatFigures(report))).toBe(true)
  return sums.figures()
}

it.each([aReport(), FULL, aReport({ lanes: [] })])(
  'FigureSums reads what formatFigures() has written: $state, $lanes.length lanes',
  (report) => {
    expect(sumsOf(report)).toEqual([figuresOf(report)])
  },
)

it('FigureSums gives the sums that the figures of each report give', () => {
  const [lane] = FULL.lanes
  const waiting = { ...FULL, lanes: [{ ...aLaneReport(), ...lane, oldestWaitingAt: NOW - 5 }] }
  const idle = { ...FULL, lanes: [{ ...aLaneReport(), ...lane, oldestWaitingAt: null }] }
  const later = { at: NOW + 9, outcome: 'failed', reason: 'gone' } as const
  const youngest = {
    ...waiting,
    reportedAt: NOW - 9,
    lanes: [{ ...aLaneReport(), ...lane, lastOutcome: later }],
  }
  const reports = [FULL, aReport(), FULL, idle, waiting, youngest, aReport({ reportedAt: NOW - 3 })]
  const sums = sumsOf(...reports)
  expect(sums.length).toBeLessThan(reports.length)
  expect(sumReports(sums)).toEqual(sumReports(reports.map(figuresOf)))
})

it('FigureSums reads the words that portals have in common once', () => {
  const parse = vi.spyOn(JSON, 'parse')
  onTestFinished(() => parse.mockRestore())
  sumsOf(FULL, FULL, FULL)
  expect(parse).toHaveBeenCalledTimes(4)
})

const [WORDS = '', NUMBERS = ''] = formatFigures(aReport()).split('\n')

it.each([
  undefined,
  null,
  7,
  '',
  '{}',
  '[2,"active"]\n[1]',
  '[1,\n[]',
  '[1,"active"]\n[]',
  WORDS,
  `${WORDS}\n`,
  `${WORDS}\n[1,2]`,
  `${WORDS}\nnull`,
  `${WORDS.replace('"erp","active"', '"erp","moonlit"')}\n${NUMBERS}`,
  `${WORDS}\n${NUMBERS.replace(/\d+/, '"7"')}`,
])('FigureSums takes %j for no figures', (text) => {
  const sums = new FigureSums()
  expect(sums.add(text)).toBe(false)
  expect(sums.figures()).toEqual([])
})
