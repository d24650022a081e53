/**
 * Counters over all portals only grow: whatever comes twice or late, whatever an object has forgotten, and however often
 * a portal ends and comes back.
 */
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { NO_TALLY } from '../../../src/core/lanes/state/tally.ts'
import { MAX_LATE_MS, mergeReport } from '../../../src/core/reports/merge-report.ts'
import { NO_PAST, pastOf } from '../../../src/core/reports/past-tallies.ts'
import type { PortalReport } from '../../../src/core/reports/portal-report.ts'
import { NO_REPORTED_TALLY } from '../../../src/core/tallies/portal-tally.ts'
import { aLaneReport, aReport } from '../../support/builders/a-report.ts'
import { NOW } from '../../support/time.ts'

/** A report with so many accepted and delivered events. */
function counted(count: number, changes: Partial<PortalReport> = {}, since = 0): PortalReport {
  return aReport({
    tally: { ...NO_REPORTED_TALLY, since, accepted: count },
    lanes: [aLaneReport({ tally: { ...NO_TALLY, delivered: count } })],
    ...changes,
  })
}

const KNOWN = counted(10, { head: 10 })

describe('mergeReport()', () => {
  it('takes the first report, and the next one in its place', () => {
    expect(mergeReport(null, KNOWN)).toEqual({ report: KNOWN, past: NO_PAST })
    const next = counted(12, { head: 12, reportedAt: NOW + MINUTE_MS })
    expect(mergeReport(KNOWN, next)).toEqual({ report: next, past: NO_PAST })
  })

  it('changes nothing for one that comes twice', () => {
    expect(mergeReport(KNOWN, KNOWN)).toEqual({ report: KNOWN, past: NO_PAST })
  })

  it('keeps the state of the younger report when an older one comes late', () => {
    const late = counted(9, { state: 'tokens_lost', head: 9, reportedAt: NOW - MAX_LATE_MS })
    expect(mergeReport(KNOWN, late)).toEqual({ report: KNOWN, past: NO_PAST })
  })

  it('keeps the higher numbers of an object that has forgotten its last ones', () => {
    const next = counted(8, { head: 12, reportedAt: NOW + MINUTE_MS })
    const report = counted(10, { head: 12, reportedAt: NOW + MINUTE_MS })
    expect(mergeReport(KNOWN, next)).toEqual({ report, past: NO_PAST })
  })

  it('sets aside what was counted before the counting began anew', () => {
    const next = counted(1, { reportedAt: NOW + 1 }, NOW)
    expect(mergeReport(KNOWN, next)).toEqual({
      report: next,
      past: pastOf(KNOWN.tally, KNOWN.lanes),
    })
  })

  it('passes over a report of the counting before, which comes late', () => {
    const known = counted(1, {}, NOW)
    expect(mergeReport(known, counted(10, { reportedAt: NOW - 1 }))).toBeNull()
  })

  it('takes a report after one that a wrong clock has made', () => {
    const known = counted(10, { head: 10, reportedAt: NOW + MAX_LATE_MS + 1 })
    const next = counted(11, { head: 11 })
    expect(mergeReport(known, next)).toEqual({ report: next, past: NO_PAST })
  })

  it('sets aside what a lane had counted that is there no more', () => {
    const next = counted(10, { lanes: [], reportedAt: NOW + 1 })
    expect(mergeReport(KNOWN, next)).toEqual({ report: next, past: pastOf(null, KNOWN.lanes) })
  })
})
