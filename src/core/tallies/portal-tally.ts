/**
 * The tally of a portal: what its object counts beside its lanes. It stands in the row of the lanes, which is written
 * anyway, so counting costs no row; what was counted since that row was written last is lost when the object ends.
 * Events themselves are counted by their sequences and by the numbers of the log, which are as durable as they are.
 * Pure.
 */
import type { Enrichment } from '../log/event.ts'
import { addEdgeTally, NO_EDGE_TALLY, type Counts, type EdgeTally } from './edge-tally.ts'

/** The numbers that only grow, as a report tells them. */
export interface ReportedTally {
  /**
   * The time at which the counting began, in unix milliseconds; 0 for the beginning of the portal. Another time means
   * that all numbers of the portal and its lanes have begun anew.
   */
  readonly since: number
  /** Events that the portal sent. */
  readonly accepted: number
  readonly quarantined: number
  /** Events that no portal sent: a comparison has found their change. */
  readonly reconciled: number
  /** Requests out of the spill that were taken. */
  readonly drained: number
  /** Events by the outcome of their enrichment: `complete`, or the reason why it is unavailable. */
  readonly explained: Counts
  /** Refreshes of tokens: `refreshed`, or the kind of the error. */
  readonly refreshes: Counts
  /**
   * The numbers that isolates have counted and sent along with events of this portal; they may be about other
   * portals.
   */
  readonly edge: EdgeTally
}

/** The tally of a portal as it is stored. */
export interface PortalTally extends Pick<
  ReportedTally,
  'since' | 'drained' | 'explained' | 'refreshes' | 'edge'
> {
  /** The last sequence before the counting began. */
  readonly from: number
  /** The numbers of events that the log does not hold any more. */
  readonly gone: LoggedCounts
}

/** The numbers that the log itself keeps of the events that it holds. */
export interface LoggedCounts {
  readonly quarantined: number
  readonly reconciled: number
}

/** The numbers of a portal without the time since when they were counted. */
export type TallySums = Omit<ReportedTally, 'since'>

const NOTHING_TALLIED = { drained: 0, explained: {}, refreshes: {}, edge: NO_EDGE_TALLY }

/** The tally of a portal that has counted nothing. */
export const NO_PORTAL_TALLY: PortalTally = {
  since: 0,
  from: 0,
  gone: { quarantined: 0, reconciled: 0 },
  ...NOTHING_TALLIED,
}

/** The sums over no portal. */
export const NO_TALLY_SUMS: TallySums = {
  accepted: 0,
  quarantined: 0,
  reconciled: 0,
  ...NOTHING_TALLIED,
}

/** The report of a portal that has counted nothing. */
export const NO_REPORTED_TALLY: ReportedTally = { since: 0, ...NO_TALLY_SUMS }

/** The keeper of a portal's tally, as those who count see it. */
export interface TallyKeeper {
  /** Changes the tally in memory; the next write of the lanes stores it. */
  tally(change: (tally: PortalTally) => PortalTally): void
}

/** Counts enrichments that were written down. */
export function tallyEnrichments(
  tally: PortalTally,
  enrichments: Iterable<Enrichment>,
): PortalTally {
  let { explained } = tally
  for (const { status, reason } of enrichments) explained = countOne(explained, reason ?? status)
  return { ...tally, explained }
}

/** Counts a refresh. */
export function tallyRefresh(tally: PortalTally, outcome: string): PortalTally {
  return { ...tally, refreshes: countOne(tally.refreshes, outcome) }
}

/** Counts what came with a request beside its event. */
export function tallyRequest(
  tally: PortalTally,
  { drained, edge }: { readonly drained: boolean; readonly edge?: EdgeTally },
): PortalTally {
  return {
    ...tally,
    drained: tally.drained + (drained ? 1 : 0),
    edge: edge === undefined ? tally.edge : addEdgeTally(tally.edge, edge),
  }
}

/** Counts events that the log has dropped. */
export function tallyGone(tally: PortalTally, gone: LoggedCounts): PortalTally {
  const quarantined = tally.gone.quarantined + gone.quarantined
  const reconciled = tally.gone.reconciled + gone.reconciled
  return { ...tally, gone: { quarantined, reconciled } }
}

/** The tally for a report of a portal whose log ends at `head` and holds so many of these events. */
export function reportTally(
  { from, gone, ...counted }: PortalTally,
  { head, log }: { readonly head: number; readonly log: LoggedCounts },
): ReportedTally {
  const quarantined = gone.quarantined + log.quarantined
  const reconciled = gone.reconciled + log.reconciled
  return { ...counted, accepted: Math.max(0, head - from - reconciled), quarantined, reconciled }
}

function countOne(counts: Counts, word: string): Counts {
  return { ...counts, [word]: (counts[word] ?? 0) + 1 }
}
