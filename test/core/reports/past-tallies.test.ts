/** What ended portals and lanes have counted goes on counting. */
import { expect, it } from 'vitest'
import { NO_TALLY } from '../../../src/core/lanes/state/tally.ts'
import {
  addPast,
  MAX_PAST_DESTINATIONS,
  NO_PAST,
  pastOf,
  pastOfEdge,
} from '../../../src/core/reports/past-tallies.ts'
import { NO_EDGE_TALLY } from '../../../src/core/tallies/edge-tally.ts'
import { NO_REPORTED_TALLY, NO_TALLY_SUMS } from '../../../src/core/tallies/portal-tally.ts'
import { aLaneReport } from '../../support/builders/a-report.ts'

const LANE = aLaneReport({ tally: { ...NO_TALLY, delivered: 3 } })

it('pastOf() tells what a portal and its lanes had counted, or lanes alone', () => {
  const tally = { ...NO_REPORTED_TALLY, since: 7, accepted: 5 }
  const destinations = { erp: LANE.tally }
  expect(pastOf(tally, [LANE])).toEqual({
    portals: { ...NO_TALLY_SUMS, accepted: 5 },
    destinations,
  })
  expect(pastOf(null, [LANE])).toEqual({ portals: NO_TALLY_SUMS, destinations })
})

it('addPast() adds portals, edges and destinations', () => {
  const edge = { ...NO_EDGE_TALLY, refused: { untrusted: 2 } }
  const past = [pastOf(null, [LANE]), pastOf(null, [LANE]), pastOfEdge(edge)].reduce(
    addPast,
    NO_PAST,
  )
  expect(past).toEqual({
    portals: { ...NO_TALLY_SUMS, edge },
    destinations: { erp: { ...NO_TALLY, delivered: 6 } },
  })
})

it('addPast() has a bound for the names of destinations', () => {
  const lanes = Array.from({ length: MAX_PAST_DESTINATIONS }, (_, n) =>
    aLaneReport({ destination: `d${n}`, tally: LANE.tally }),
  )
  const past = addPast(pastOf(null, lanes), pastOf(null, [LANE]))
  expect(Object.keys(past.destinations)).toHaveLength(MAX_PAST_DESTINATIONS)
  expect(past.destinations).not.toHaveProperty('erp')
})
