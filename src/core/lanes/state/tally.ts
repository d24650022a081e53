/**
 * The tally of a lane: how its attempts have ended since the lane began. It only grows, and stands in the row of the
 * lanes, which is written anyway, so counting costs no row.
 */
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
}

/** Counts an attempt that told so many events, and the fates that followed from it. */
export function tallyAttempt<L extends Tallied>(
  lane: L,
  outcome: DeliveryOutcome,
  { events, fates }: { readonly events: number; readonly fates: readonly ExactFate[] },
): L {
  const { tally } = lane
  const attempts = { ...tally.attempts, [outcome.kind]: tally.attempts[outcome.kind] + 1 }
  const delivered = tally.delivered + (outcome.kind === 'delivered' ? events : 0)
  return { ...lane, tally: { delivered, parked: tally.parked + countParked(fates), attempts } }
}

/** Counts fates that no attempt has brought: an operator has parked an event. */
export function tallyParked<L extends Tallied>(lane: L, fates: readonly ExactFate[]): L {
  const { tally } = lane
  return { ...lane, tally: { ...tally, parked: tally.parked + countParked(fates) } }
}

function countParked(fates: readonly ExactFate[]): number {
  return fates.filter(({ state }) => state === 'parked').length
}
