/**
 * The tally of the edge: what an isolate counts in its memory of requests that leave no row. It travels with an event,
 * or with the note of a refused caller, which both go anyway; so counting costs no call. Pure.
 */
import { NO_LATENCIES, type Latencies } from './latencies.ts'
import { sumNumbers } from './merge-numbers.ts'

/** Numbers by a stable word. */
export type Counts = Readonly<Record<string, number>>

/** The numbers of the edge. */
export interface EdgeTally {
  /** Requests that were refused, by the reason. */
  readonly refused: Counts
  /** Requests that were acknowledged and put into the spill. */
  readonly spilled: number
  /** From the arrival of each event to its acknowledgement, by `ACKNOWLEDGEMENT_BOUNDS_MS`. */
  readonly acknowledged: Latencies
}

/** The tally of an edge that has counted nothing. */
export const NO_EDGE_TALLY: EdgeTally = { refused: {}, spilled: 0, acknowledged: NO_LATENCIES }

/** Two tallies together. */
export function addEdgeTally(one: EdgeTally, other: EdgeTally): EdgeTally {
  return sumNumbers(one, other)
}
