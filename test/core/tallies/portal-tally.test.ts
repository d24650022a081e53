/** What a portal counts beside its lanes, and what its report makes of it. */
import { expect, it } from 'vitest'
import { NO_EDGE_TALLY } from '../../../src/core/tallies/edge-tally.ts'
import {
  NO_PORTAL_TALLY,
  NO_REPORTED_TALLY,
  reportTally,
  tallyEnrichments,
  tallyGone,
  tallyRefresh,
  tallyRequest,
} from '../../../src/core/tallies/portal-tally.ts'
import { anEnrichment } from '../../support/builders/a-delivery.ts'

const NOTHING = { quarantined: 0, reconciled: 0 }

it('tallyEnrichments() counts by the reason of a thin event, else by the status', () => {
  const thin = anEnrichment({ status: 'unavailable', reason: 'timeout' })
  const tally = tallyEnrichments(NO_PORTAL_TALLY, [anEnrichment(), thin, thin])
  expect(tally.explained).toEqual({ complete: 1, timeout: 2 })
})

it('tallyRefresh() counts by the outcome', () => {
  const tally = ['refreshed', 'unreachable', 'refreshed'].reduce(tallyRefresh, NO_PORTAL_TALLY)
  expect(tally.refreshes).toEqual({ refreshed: 2, unreachable: 1 })
})

it('tallyRequest() counts what came out of the spill, and takes over what the edge has counted', () => {
  const edge = { ...NO_EDGE_TALLY, spilled: 3 }
  const requests = [{ drained: true, edge }, { drained: false }]
  expect(requests.reduce(tallyRequest, NO_PORTAL_TALLY)).toEqual({
    ...NO_PORTAL_TALLY,
    drained: 1,
    edge,
  })
})

it('reportTally() counts accepted events by their sequences', () => {
  const log = { quarantined: 1, reconciled: 3 }
  expect(reportTally(NO_PORTAL_TALLY, { head: 42, log })).toEqual({
    ...NO_REPORTED_TALLY,
    accepted: 39,
    ...log,
  })
})

it('reportTally() tells the same before and after the log has dropped events', () => {
  const before = reportTally(NO_PORTAL_TALLY, { head: 42, log: { quarantined: 4, reconciled: 3 } })
  const dropped = tallyGone(NO_PORTAL_TALLY, { quarantined: 3, reconciled: 3 })
  const log = { quarantined: 1, reconciled: 0 }
  expect(reportTally(dropped, { head: 42, log })).toEqual(before)
})

it('reportTally() counts from the sequence with which the counting began anew', () => {
  const begun = { ...NO_PORTAL_TALLY, since: 1, from: 42 }
  expect(reportTally(begun, { head: 42, log: NOTHING }).accepted).toBe(0)
  expect(reportTally(begun, { head: 44, log: NOTHING })).toMatchObject({ since: 1, accepted: 2 })
})
