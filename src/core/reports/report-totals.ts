/** The sums over the reports of all portals: of the portals, of their events, and of each destination. Pure. */
import type { PortalStatus } from '../access/portal-status.ts'
import { NO_TALLY, type LaneTally } from '../lanes/state/tally.ts'
import { LANE_WORDS, type LaneReport, type LaneWord, type LastOutcome } from './lane-report.ts'
import type { PortalReport } from './portal-report.ts'
import type { ProblemReason } from './problem.ts'

/** One destination over all portals. */
export interface DestinationTotals {
  /** How many lanes stand in each state. */
  readonly lanes: Readonly<Record<LaneWord, number>>
  readonly backlog: number
  readonly parked: number
  /** Unix milliseconds; null when nothing waits. */
  readonly oldestWaitingAt: number | null
  readonly tally: LaneTally
  /** The youngest outcome of all portals. */
  readonly lastOutcome: LastOutcome | null
}

/** Everything that is summed. */
export interface ReportTotals {
  /** How many portals are in each state. */
  readonly portals: Readonly<Partial<Record<PortalStatus, number>>>
  /** How many portals have each problem; those without one are not counted. */
  readonly problems: Readonly<Partial<Record<ProblemReason, number>>>
  /** Events that were accepted or found by comparing, those included that are gone. */
  readonly events: number
  /** The events that the logs hold now. */
  readonly log: PortalReport['log']
  readonly destinations: Readonly<Record<string, DestinationTotals>>
}

/** The sums over no report. */
export const NO_TOTALS: ReportTotals = {
  portals: {},
  problems: {},
  events: 0,
  log: { entries: 0, reconciled: 0, thin: 0, quarantined: 0 },
  destinations: {},
}

/** The sums of a destination that no portal has reported. */
export const NO_LANES: DestinationTotals = {
  // Sound: each word has its number.
  lanes: Object.fromEntries(LANE_WORDS.map((word) => [word, 0])) as Record<LaneWord, number>,
  backlog: 0,
  parked: 0,
  oldestWaitingAt: null,
  tally: NO_TALLY,
  lastOutcome: null,
}

/** Adds the report of one portal. */
export function addReport(totals: ReportTotals, report: PortalReport): ReportTotals {
  const { state, problem, head, log, lanes } = report
  const destinations = { ...totals.destinations }
  for (const lane of lanes) {
    destinations[lane.destination] = addLane(destinations[lane.destination] ?? NO_LANES, lane)
  }
  return {
    portals: { ...totals.portals, [state]: (totals.portals[state] ?? 0) + 1 },
    problems:
      problem === null
        ? totals.problems
        : { ...totals.problems, [problem.reason]: (totals.problems[problem.reason] ?? 0) + 1 },
    events: totals.events + head,
    log: {
      entries: totals.log.entries + log.entries,
      reconciled: totals.log.reconciled + log.reconciled,
      thin: totals.log.thin + log.thin,
      quarantined: totals.log.quarantined + log.quarantined,
    },
    destinations,
  }
}

/** A removed lane delivers nothing any more: only what it has done counts. */
function addLane(totals: DestinationTotals, lane: LaneReport): DestinationTotals {
  const isLeft = lane.state !== 'removed'
  const { tally } = totals
  return {
    lanes: { ...totals.lanes, [lane.state]: totals.lanes[lane.state] + 1 },
    backlog: totals.backlog + (isLeft ? lane.backlog : 0),
    parked: totals.parked + (isLeft ? lane.parked : 0),
    oldestWaitingAt: isLeft
      ? earlier(totals.oldestWaitingAt, lane.oldestWaitingAt)
      : totals.oldestWaitingAt,
    tally: {
      delivered: tally.delivered + lane.tally.delivered,
      parked: tally.parked + lane.tally.parked,
      attempts: {
        delivered: tally.attempts.delivered + lane.tally.attempts.delivered,
        unreachable: tally.attempts.unreachable + lane.tally.attempts.unreachable,
        rejected: tally.attempts.rejected + lane.tally.attempts.rejected,
      },
    },
    lastOutcome: younger(totals.lastOutcome, lane.lastOutcome),
  }
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}

function younger(one: LastOutcome | null, other: LastOutcome | null): LastOutcome | null {
  if (one === null || other === null) return one ?? other
  return other.at > one.at ? other : one
}
