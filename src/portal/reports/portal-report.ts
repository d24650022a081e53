/**
 * The report of a portal for the directory, and the signs by which its object knows that there is something to report.
 */
import { domainOf } from '../../core/access/domains.ts'
import { reportLane } from '../../core/reports/lane-report.ts'
import { signsOf, type PortalReport, type Signs } from '../../core/reports/portal-report.ts'
import { problemOf } from '../../core/reports/problem.ts'
import { reportTally } from '../../core/tallies/portal-tally.ts'
import type { Bulletins } from '../bulletins/bulletins.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { FateStore } from '../lanes/book/fate-store.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalState } from '../state/portal-state.ts'
import { portalStatus, remedyOfStatus, type StatusParts } from './portal-status.ts'

/** Everything from which the signs of a portal follow; nothing of it is read from storage. */
export interface SignParts extends StatusParts {
  readonly book: Pick<LaneBook, 'all'>
  readonly bulletins: Pick<Bulletins, 'open'>
}

/** Everything that the report of a portal is read from. */
export interface ReportParts extends SignParts {
  readonly book: Pick<LaneBook, 'all' | 'portalTally'>
  readonly state: Pick<PortalState, 'install' | 'pending' | 'isFull' | 'head'>
  readonly log: Pick<LogStore, 'outlinesBefore' | 'outlinesAfter' | 'counts'>
  readonly fates: Pick<FateStore, 'countParked'>
}

/** The signs of a portal as it is now. */
export function portalSigns(parts: SignParts): Signs {
  const install = parts.state.install()
  return signsOf({
    domain: domainOf(install) ?? install.endedDomain,
    status: portalStatus(parts),
    missing: install.subscriptions.missing.length,
    lanes: parts.book.all(),
    open: parts.bulletins.open(),
  })
}

/** The report of a portal; `now` is in unix milliseconds. */
export function portalReport(parts: ReportParts, now: number): PortalReport {
  const { state, log, book, fates } = parts
  const open = parts.bulletins.open()
  const install = state.install()
  const lanes = book.all()
  const counts = log.counts()
  const status = portalStatus(parts)
  const parked = new Map(
    lanes.map(({ destination }) => [destination, fates.countParked(destination)]),
  )
  return {
    domain: domainOf(install) ?? install.endedDomain,
    state: status,
    problem: problemOf({
      status,
      remedy: remedyOfStatus(parts),
      lanes,
      parked,
      missing: install.subscriptions.missing.length,
    }),
    reportedAt: now,
    lastEventAt: log.outlinesBefore(Number.MAX_SAFE_INTEGER, 1)[0]?.receivedAt ?? null,
    head: state.head(),
    log: counts,
    tally: reportTally(book.portalTally(), { head: state.head(), log: counts }),
    lanes: lanes.map((lane) =>
      reportLane(lane, state.head(), {
        parked: parked.get(lane.destination) ?? 0,
        oldestWaitingAt:
          lane.cursor < state.head()
            ? (log.outlinesAfter(lane.cursor, 1)[0]?.receivedAt ?? null)
            : null,
      }),
    ),
    ...(open.length > 0 && { open }),
  }
}
