/**
 * Merges the report of a portal with the one before it, so that counters over all portals only grow. Reports come
 * twice, late, and from an object that has forgotten the last seconds; portals end and come back. Pure.
 */
import { MINUTE_MS } from '../durations.ts'
import { highestNumbers } from '../tallies/merge-numbers.ts'
import type { LaneReport } from './lane-report.ts'
import { NO_PAST, pastOf, type PastTallies } from './past-tallies.ts'
import type { PortalReport } from './portal-report.ts'

/**
 * The longest time by which a report is overtaken on its way. When a report is older than the known one by more than
 * this, the known one was made by a wrong clock.
 */
export const MAX_LATE_MS = 10 * MINUTE_MS

/** The report that counts now, and the tallies that it does not continue. */
export interface MergedReport {
  readonly report: PortalReport
  readonly past: PastTallies
}

/** Whether a report was overtaken by what is known of its portal since `at`, in unix milliseconds. */
export function isLateReport({ reportedAt }: PortalReport, at: number): boolean {
  return reportedAt < at && at - reportedAt <= MAX_LATE_MS
}

/** The merged report; null when the new one was overtaken and says nothing that counts. */
export function mergeReport(known: PortalReport | null, next: PortalReport): MergedReport | null {
  if (known === null) return { report: next, past: NO_PAST }
  const isLate = isLateReport(next, known.reportedAt)
  if (known.tally.since !== next.tally.since) {
    return isLate ? null : { report: next, past: pastOf(known.tally, known.lanes) }
  }
  const tally = highestNumbers(known.tally, next.tally)
  if (isLate) {
    return {
      report: { ...known, tally, lanes: mergeLanes(known.lanes, next.lanes) },
      past: NO_PAST,
    }
  }
  const names = new Set(next.lanes.map(({ destination }) => destination))
  const ended = known.lanes.filter(({ destination }) => !names.has(destination))
  const report = { ...next, tally, lanes: mergeLanes(next.lanes, known.lanes) }
  return { report, past: ended.length === 0 ? NO_PAST : pastOf(null, ended) }
}

/** The lanes of the one report with the higher numbers of both. */
function mergeLanes(lanes: readonly LaneReport[], others: readonly LaneReport[]): LaneReport[] {
  const tallies = new Map(others.map(({ destination, tally }) => [destination, tally]))
  return lanes.map((lane) => {
    const other = tallies.get(lane.destination)
    return other === undefined ? lane : { ...lane, tally: highestNumbers(lane.tally, other) }
  })
}
