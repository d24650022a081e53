/** Sums over portals of which every number is another one, as the directory gives them for the metrics. */
import { NO_TALLY } from '../../../src/core/lanes/state/tally.ts'
import type { MetricTerms } from '../../../src/core/metrics/metrics.ts'
import { NO_TALLY_SUMS } from '../../../src/core/tallies/portal-tally.ts'
import { NO_LANES, NO_TOTALS } from '../../../src/core/reports/report-totals.ts'
import { NOW } from '../time.ts'

/** Sums with numbers everywhere. */
export const SOME_SUMS = {
  totals: {
    ...NO_TOTALS,
    portals: { active: 12, tokens_lost: 1 },
    problems: { tokens_lost: 1, lane_failing: 2 },
    events: 1010,
    log: { entries: 900, reconciled: 8, thin: 7, quarantined: 6 },
    oldestReportAt: NOW - 3_600_000,
    tally: {
      accepted: 1000,
      quarantined: 6,
      reconciled: 10,
      drained: 3,
      explained: { complete: 90, timeout: 4 },
      refreshes: { refreshed: 5, unreachable: 1 },
      edge: {
        refused: { untrusted: 20 },
        spilled: 2,
        acknowledged: { counts: [0, 400, 500, 0, 1], sumMs: 9000 },
      },
    },
    destinations: {
      erp: {
        ...NO_LANES,
        lanes: { ...NO_LANES.lanes, active: 11, disabled: 1 },
        backlog: 4,
        parked: 2,
        oldestWaitingAt: NOW - 90_000,
        tally: {
          delivered: 800,
          parked: 5,
          attempts: { delivered: 790, unreachable: 30, rejected: 5 },
          latencies: { counts: [700, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20], sumMs: 2_000_000 },
        },
      },
    },
  },
  past: {
    portals: {
      ...NO_TALLY_SUMS,
      accepted: 24,
      edge: { ...NO_TALLY_SUMS.edge, refused: { untrusted: 3, too_many_requests: 1 } },
    },
    destinations: {
      erp: { ...NO_TALLY, delivered: 8 },
      former: { ...NO_TALLY, delivered: 1 },
    },
  },
} as const satisfies Pick<MetricTerms, 'totals' | 'past'>
