/**
 * Applies the outcome of a live event to its lane. Pure: outcome and time in, the next state and exact fates
 * out.
 */
import { DAY_MS } from '../../durations.ts'
import { parkEvent, passEvents, type Settled } from '../state/cursor.ts'
import type { LaneError, LaneState } from '../state/lane-state.ts'
import { disableAfterAttempt, enableAfterAnswer, weighRejections } from '../state/lane-status.ts'
import type { DeliveryOutcome } from '../state/outcome.ts'
import { clampRetryAfter, planRetry } from './retry.ts'

/**
 * The attempts after which a digest that meets server errors is split: one of its events may be the cause, or
 * its size.
 */
export const SPLIT_AFTER = 3

type Delivered = Extract<DeliveryOutcome, { kind: 'delivered' }>
type Unreachable = Extract<DeliveryOutcome, { kind: 'unreachable' }>
type Rejected = Extract<DeliveryOutcome, { kind: 'rejected' }>

/** The circumstances of one attempt. Times are unix milliseconds. */
export interface SettleTerms {
  readonly now: number
  /** A random number from 0 to 1, without 1, for jitter. */
  readonly random: number
  /** A failure from this time on parks the event: its time of receipt plus `retryHours`. */
  readonly deadline: number
  /** The shortest time between two sends of this lane. */
  readonly minIntervalMs: number
  /** True for a receiver that may answer a digest with server errors because of what is in it. @default false */
  readonly splitsDigests?: boolean
  /** True for a machine, which gets a digest as a batch. @default false */
  readonly isBatch?: boolean
}

/** An outcome with the circumstances of its attempt. */
export interface AttemptResult<Outcome extends DeliveryOutcome = DeliveryOutcome> {
  readonly outcome: Outcome
  readonly terms: SettleTerms
}

/** Applies the outcome of the live event `sequence` to its lane. */
export function settle(lane: LaneState, sequence: number, result: AttemptResult): Settled {
  if (sequence <= lane.cursor) return settleLate(lane, sequence, result)
  const { outcome, terms } = result
  const paced = { ...lane, attempts: lane.attempts + 1, notBefore: pacedUntil(result) }
  switch (outcome.kind) {
    case 'delivered':
      return settleDelivered(paced, sequence, { outcome, terms })
    case 'unreachable':
      return settleUnreachable(paced, sequence, { outcome, terms })
    case 'rejected':
      return settleRejected(paced, sequence, { outcome, terms })
  }
}

/**
 * The operator parked the event while its attempt was under way: only a success still counts, and the time
 * for which the receiver wants to be left alone.
 */
function settleLate(lane: LaneState, sequence: number, { outcome, terms }: AttemptResult): Settled {
  const { now } = terms
  const retryAfterMs = outcome.kind === 'unreachable' ? outcome.retryAfterMs : null
  const wait = Math.max(terms.minIntervalMs, clampRetryAfter(retryAfterMs))
  const paced = { ...lane, notBefore: Math.max(lane.notBefore, now + wait) }
  if (outcome.kind !== 'delivered') return { lane: paced, fates: [] }
  const before = lane.recent.findLast((fate) => fate.sequence === sequence)?.attempts ?? 0
  const fate = { sequence, state: 'delivered' as const, reason: null, status: outcome.status }
  return { lane: paced, fates: [{ ...fate, at: now, attempts: before + 1 }] }
}

/** The fate of a success at the first attempt follows from the cursor; every other one is written down. */
function settleDelivered(
  lane: LaneState,
  sequence: number,
  { outcome, terms }: AttemptResult<Delivered>,
): Settled {
  const { attempts } = lane
  const at = terms.now
  const fate = { sequence, state: 'delivered' as const, reason: null, status: outcome.status }
  return {
    lane: passDelivered(lane, [sequence], at),
    fates: attempts > 1 ? [{ ...fate, at, attempts }] : [],
  }
}

/** The lane after its receiver has taken one message with these events, at the last of its attempts. */
export function passDelivered(
  lane: LaneState,
  sequences: readonly number[],
  at: number,
): LaneState {
  const passed = passEvents(lane, sequences, { state: 'delivered', at, attempts: lane.attempts })
  return {
    ...enableAfterAnswer(passed),
    disabledReason: null,
    lastError: null,
    rejectedInARow: 0,
  }
}

/** A disabled lane is probed again tomorrow and parks nothing by time; another one plans its retry. */
function settleUnreachable(
  lane: LaneState,
  sequence: number,
  { outcome, terms }: AttemptResult<Unreachable>,
): Settled {
  const { now, random, deadline } = terms
  const { retryAfterMs, reason, status } = outcome
  const notBefore = Math.max(lane.notBefore, now + clampRetryAfter(retryAfterMs))
  // The front of a split digest fails by itself too, so the other events of the digest were not the cause. Halves are
  // decided, and wait behind all of it.
  const { singlyUpTo, halves } = lane.gathering
  const isSplit = lane.attempts > SPLIT_AFTER && singlyUpTo > sequence
  const isAlone = terms.splitsDigests === true && isSplit && halves.length === 0
  const gathering = isAlone ? { ...lane.gathering, singlyUpTo: sequence } : lane.gathering
  const failed: LaneState = { ...lane, gathering, notBefore, lastError: errorOf(outcome, now) }
  if (failed.status === 'disabled') {
    return { lane: { ...failed, probeAt: now + DAY_MS }, fates: [] }
  }
  const { attempts } = lane
  const plan = planRetry({ attempts, now, deadline, retryAfterMs, random })
  if (plan.kind === 'retry') return { lane: { ...failed, retryAt: plan.at }, fates: [] }
  return parkEvent(failed, sequence, { reason, status, at: now })
}

/**
 * A rejected message is parked, and the lane goes on. A rejecting endpoint disables the lane, and the event
 * waits.
 */
function settleRejected(
  lane: LaneState,
  sequence: number,
  { outcome, terms }: AttemptResult<Rejected>,
): Settled {
  const { now } = terms
  const { scope, reason, status, probe } = outcome
  const failed = { ...lane, lastError: errorOf(outcome, now) }
  if (scope === 'endpoint') {
    return { lane: disableAfterAttempt(failed, { reason, probe, now }), fates: [] }
  }
  const parked = parkEvent(failed, sequence, { reason, status, at: now })
  const counted = { ...parked.lane, rejectedInARow: lane.rejectedInARow + 1 }
  return { lane: weighRejections(counted, now), fates: parked.fates }
}

/**
 * The time before which the lane sends nothing more: the pace of the receiver needs a pause, or the receiver
 * has taken the message and asks for no further one for a while.
 */
export function pacedUntil({ outcome, terms }: AttemptResult): number {
  const holdMs = outcome.kind === 'delivered' ? (outcome.holdMs ?? null) : null
  return terms.now + Math.max(terms.minIntervalMs, clampRetryAfter(holdMs))
}

/** A failure as the lane remembers it. */
export function errorOf(outcome: Unreachable | Rejected, at: number): LaneError {
  return { reason: outcome.reason, detail: outcome.detail, status: outcome.status, at }
}
