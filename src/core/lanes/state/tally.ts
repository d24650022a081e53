/**
 * The tally of a lane: how its attempts have ended since the lane began. It only grows, and stands in the row of the
 * lanes, which is written anyway, so counting costs no row.
 */
import {
  addLatencies,
  DELIVERY_BOUNDS_MS,
  NO_LATENCIES,
  type Latencies,
} from '../../tallies/latencies.ts'
import type { ExactFate } from './fate.ts'
import type { DeliveryOutcome } from './outcome.ts'

/** The numbers of a lane since it began. */
export interface LaneTally {
  /** Events that the receiver has taken, those of replays included. */
  readonly delivered: number
  /** Events that were parked, those included that were replayed later. */
  readonly parked: number
  /** Attempts by their outcome; one message may tell several events. */
  readonly attempts: Readonly<Record<DeliveryOutcome['kind'], number>>
  /** From the receipt of each event to its delivery, by `DELIVERY_BOUNDS_MS`; replays are left out. */
  readonly latencies: Latencies
}

/** A lane, as far as it is counted here. */
interface Tallied {
  readonly tally: LaneTally
}

/** The tally of a lane that has sent nothing. */
export const NO_TALLY: LaneTally = {
  delivered: 0,
  parked: 0,
  attempts: { delivered: 0, unreachable: 0, rejected: 0 },
  latencies: NO_LATENCIES,
}

/** One attempt: the events that it told, and its outcome. */
interface AttemptTold {
  readonly events: number
  readonly fates: readonly ExactFate[]
  /**
   * The times since its events were received, in milliseconds; none for a replay, whose delay nobody has waited for.
   */
  readonly agesMs?: readonly number[]
}

/** Counts an attempt. */
export function tallyAttempt<L extends Tallied>(
  lane: L,
  outcome: DeliveryOutcome,
  { events, fates, agesMs = [] }: AttemptTold,
): L {
  const { tally } = lane
  const parked = tally.parked + countParked(fates)
  const attempts = { ...tally.attempts, [outcome.kind]: tally.attempts[outcome.kind] + 1 }
  if (outcome.kind !== 'delivered') return { ...lane, tally: { ...tally, parked, attempts } }
  const delivered = tally.delivered + events
  const latencies = addLatencies(tally.latencies, agesMs, DELIVERY_BOUNDS_MS)
  return { ...lane, tally: { delivered, parked, attempts, latencies } }
}

/** Counts fates that no attempt has brought: an operator has parked an event. */
export function tallyParked<L extends Tallied>(lane: L, fates: readonly ExactFate[]): L {
  const { tally } = lane
  return { ...lane, tally: { ...tally, parked: tally.parked + countParked(fates) } }
}

function countParked(fates: readonly ExactFate[]): number {
  return fates.filter(({ state }) => state === 'parked').length
}
