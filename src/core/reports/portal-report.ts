/**
 * The report of a portal: everything that the directory knows of it, so that a list of ten thousand portals asks none
 * of them. A portal reports when its signs change, and at most once an hour besides. Pure.
 */
import type { PortalStatus } from '../access/portal-status.ts'
import { causeKey, type OpenCause } from '../bulletins/observed.ts'
import { HOUR_MS } from '../durations.ts'
import type { LaneState } from '../lanes/state/lane-state.ts'
import { isFailingLong, type PortalProblem } from './problem.ts'
import type { ReportedTally } from '../tallies/portal-tally.ts'
import type { LaneReport, LaneWord } from './lane-report.ts'

/** The time for which a report of a portal with the same signs is good, in milliseconds. */
export const REPORT_INTERVAL_MS = HOUR_MS

/** The facts that a portal's object tells the directory. Times are unix milliseconds. */
export interface PortalReport {
  readonly domain: string | null
  readonly state: PortalStatus
  readonly problem: PortalProblem | null
  readonly reportedAt: number
  readonly lastEventAt: number | null
  /** The last sequence: so many events were accepted or found by comparing, those included that are gone. */
  readonly head: number
  /** The numbers of the events that the log holds now. */
  readonly log: {
    readonly entries: number
    readonly reconciled: number
    readonly thin: number
    readonly quarantined: number
  }
  /** The numbers that only grow. */
  readonly tally: ReportedTally
  readonly lanes: readonly LaneReport[]
  /** The troubles that bulletins have told and that last; absent where there are none. */
  readonly open?: readonly OpenCause[]
}

/** The last report, as the object remembers it in the row of its lanes. */
export interface LastReport {
  /** Unix milliseconds. */
  readonly at: number
  readonly signs: string
  /** The number of events that all lanes had parked since they began. */
  readonly parked: number
  /** Whether some were parked at that time. */
  readonly hasParked: boolean
  /** Whether events waited at that time in a lane that goes on by itself. */
  readonly hasWaiting: boolean
}

/** Everything from which the signs follow; all of it is known to memory. */
export interface SignTerms {
  readonly domain: string | null
  readonly status: PortalStatus
  /** The number of wanted events that could not be bound. */
  readonly missing: number
  readonly lanes: readonly LaneState[]
  /** The troubles that bulletins have told and that last. */
  readonly open: readonly OpenCause[]
}

/** The facts that a portal's object compares to see whether it has something to report. */
export interface Signs {
  readonly signs: string
  readonly parked: number
}

/** The signs of a portal, without a look into storage. Numbers that change with each event are none. */
export function signsOf({ domain, status, missing, lanes, open }: SignTerms): Signs {
  const words = lanes.flatMap((lane) => {
    const word = isFailingLong(lane) ? 'failing' : lane.status
    const replays = lane.replays.length > 0
    return word === 'active' && !replays ? [] : [[lane.destination, word, replays]]
  })
  return {
    signs: JSON.stringify([status, domain, missing, ...words, ...open.map(causeKey)]),
    parked: lanes.reduce((sum, { tally }) => sum + tally.parked, 0),
  }
}

/**
 * Whether the directory should hear of a portal at once. The first parked event is a sign; the number of parked
 * events is none, and goes with the next report.
 */
export function hasNewSigns(last: LastReport | null, { signs, parked }: Signs): boolean {
  if (last === null || last.signs !== signs) return true
  return !last.hasParked && parked > last.parked
}

/** Whether a report tells of events that wait in a lane that goes on by itself. */
export function tellsOfWaiting({ lanes }: Pick<PortalReport, 'lanes'>): boolean {
  return lanes.some(({ state, backlog }) => backlog > 0 && GOES_ON.has(state))
}

const GOES_ON: ReadonlySet<LaneWord> = new Set(['active', 'retrying'])

/**
 * Whether nothing waits any more of what the last report has told, in a log that ends at `head`. Nobody would tell it
 * otherwise before the next event or the daily visit, and until then the events would seem to grow older.
 */
export function hasSettledBacklog(
  { hasWaiting }: LastReport,
  { lanes, head }: { readonly lanes: readonly LaneState[]; readonly head: number },
): boolean {
  return hasWaiting && lanes.every(({ status, cursor }) => status !== 'active' || cursor >= head)
}

/** Whether the last report is too old; one of the future was noted by a wrong clock. */
export function isReportOld({ at }: LastReport, now: number): boolean {
  return Math.abs(now - at) >= REPORT_INTERVAL_MS
}
