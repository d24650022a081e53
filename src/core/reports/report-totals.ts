/** The sums over the reports of all portals: of the portals, of their events, and of each destination. Pure. */
import type { PortalStatus } from '../access/portal-status.ts'
import { NO_TALLY, type LaneTally } from '../lanes/state/tally.ts'
import type { Counts, EdgeTally } from '../tallies/edge-tally.ts'
import type { Latencies } from '../tallies/latencies.ts'
import { NO_TALLY_SUMS, type TallySums } from '../tallies/portal-tally.ts'
import { LANE_WORDS, type LaneReport, type LaneWord, type LastOutcome } from './lane-report.ts'
import type { PortalReport } from './portal-report.ts'
import type { ProblemReason } from './problem.ts'
import type { ReportFigures } from './report-figures.ts'

/** One destination over all portals. */
export interface DestinationTotals {
  /** The number of lanes in each state. */
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
  /** The number of portals in each state. */
  readonly portals: Readonly<Partial<Record<PortalStatus, number>>>
  /** The number of portals that have each problem; those without one are not counted. */
  readonly problems: Readonly<Partial<Record<ProblemReason, number>>>
  /** Events that were accepted or found by comparing, those included that are gone. */
  readonly events: number
  /** The events that the logs hold now. */
  readonly log: PortalReport['log']
  /** The numbers that only grow. */
  readonly tally: TallySums
  /**
   * The time at which the portal reported that has been silent for longest, in unix milliseconds; null when there is
   * none.
   */
  readonly oldestReportAt: number | null
  readonly destinations: Readonly<Record<string, DestinationTotals>>
}

/** The sums over no report. */
export const NO_TOTALS: ReportTotals = {
  portals: {},
  problems: {},
  events: 0,
  log: { entries: 0, reconciled: 0, thin: 0, quarantined: 0 },
  tally: NO_TALLY_SUMS,
  oldestReportAt: null,
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

/** A structure whose members may change, while it is summed. */
type Mutable<T> = T extends object ? { -readonly [Name in keyof T]: Mutable<T[Name]> } : T

/** A copy that may change. */
function copyToSum<T>(sums: T): Mutable<T> {
  // Sound: a copy has the members of its original, and nothing else holds it.
  return structuredClone(sums) as Mutable<T>
}

/** Sums figures. There may be ten thousand, so the sums grow in one structure of their own. */
export function sumReports(reports: Iterable<ReportFigures>): ReportTotals {
  const totals = copyToSum(NO_TOTALS)
  const destinations = new Map<string, Mutable<DestinationTotals>>()
  for (const report of reports) {
    addReport(totals, report)
    for (const lane of report.lanes) {
      const known = destinations.get(lane.destination)
      const sums = known ?? copyToSum(NO_LANES)
      if (known === undefined) destinations.set(lane.destination, sums)
      addLane(sums, lane, report.portals)
    }
  }
  return { ...totals, destinations: Object.fromEntries(destinations) }
}

function addReport(totals: Mutable<ReportTotals>, report: ReportFigures): void {
  const { portals, state, problem, head, log, tally, reportedAt } = report
  totals.portals[state] = (totals.portals[state] ?? 0) + portals
  if (problem !== null) totals.problems[problem] = (totals.problems[problem] ?? 0) + portals
  totals.events += head
  totals.log.entries += log.entries
  totals.log.reconciled += log.reconciled
  totals.log.thin += log.thin
  totals.log.quarantined += log.quarantined
  totals.oldestReportAt = earlier(totals.oldestReportAt, reportedAt)
  const { accepted, quarantined, reconciled, drained, explained, refreshes, edge } = tally
  totals.tally.accepted += accepted
  totals.tally.quarantined += quarantined
  totals.tally.reconciled += reconciled
  totals.tally.drained += drained
  addCounts(totals.tally.explained, explained)
  addCounts(totals.tally.refreshes, refreshes)
  addEdge(totals.tally.edge, edge)
}

function addEdge(sums: Mutable<EdgeTally>, { refused, spilled, acknowledged }: EdgeTally): void {
  addCounts(sums.refused, refused)
  sums.spilled += spilled
  addLatencies(sums.acknowledged, acknowledged)
}

function addCounts(sums: Mutable<Counts>, counts: Counts): void {
  for (const word in counts) sums[word] = (sums[word] ?? 0) + (counts[word] ?? 0)
}

function addLatencies(sums: Mutable<Latencies>, { counts, sumMs }: Latencies): void {
  for (const [place, count] of counts.entries()) {
    sums.counts[place] = (sums.counts[place] ?? 0) + count
  }
  sums.sumMs += sumMs
}

/** A removed lane delivers nothing any more: only what it has done counts. */
function addLane(sums: Mutable<DestinationTotals>, lane: LaneReport, portals: number): void {
  sums.lanes[lane.state] += portals
  if (lane.state !== 'removed') {
    sums.backlog += lane.backlog
    sums.parked += lane.parked
    sums.oldestWaitingAt = earlier(sums.oldestWaitingAt, lane.oldestWaitingAt)
  }
  const { delivered, parked, attempts, latencies } = lane.tally
  sums.tally.delivered += delivered
  sums.tally.parked += parked
  sums.tally.attempts.delivered += attempts.delivered
  sums.tally.attempts.unreachable += attempts.unreachable
  sums.tally.attempts.rejected += attempts.rejected
  addLatencies(sums.tally.latencies, latencies)
  sums.lastOutcome = younger(sums.lastOutcome, lane.lastOutcome)
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}

function younger(one: LastOutcome | null, other: LastOutcome | null): LastOutcome | null {
  if (one === null || other === null) return one ?? other
  return other.at > one.at ? other : one
}
