/** Builders of reports, as portals make them for the directory. */
import { NO_TALLY } from '../../../src/core/lanes/state/tally.ts'
import type { LaneReport } from '../../../src/core/reports/lane-report.ts'
import type { PortalReport } from '../../../src/core/reports/portal-report.ts'
import type { PortalProblem } from '../../../src/core/reports/problem.ts'
import { NO_REPORTED_TALLY } from '../../../src/core/tallies/portal-tally.ts'
import { NOW } from '../time.ts'
import { DOMAIN } from '../identity.ts'

/** The problem of a portal with a disabled lane. */
export const LANE_DISABLED: PortalProblem = {
  reason: 'lane_disabled',
  destination: 'erp',
  remedy: 'Resume the lane',
}

/** A lane with nothing to do. */
export function aLaneReport(changes: Partial<LaneReport> = {}): LaneReport {
  return {
    destination: 'erp',
    state: 'active',
    backlog: 0,
    parked: 0,
    oldestWaitingAt: null,
    tally: NO_TALLY,
    lastOutcome: null,
    ...changes,
  }
}

/** A portal in which all is well. */
export function aReport(changes: Partial<PortalReport> = {}): PortalReport {
  return {
    domain: DOMAIN,
    state: 'active',
    problem: null,
    reportedAt: NOW,
    lastEventAt: NOW,
    head: 42,
    log: { entries: 40, reconciled: 3, thin: 2, quarantined: 1 },
    tally: NO_REPORTED_TALLY,
    lanes: [aLaneReport()],
    ...changes,
  }
}
