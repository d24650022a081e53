/**
 * What an outcome does to a lane. Pure: outcome and time in, next state and exact fates out.
 */
import { parkEvent, passEvent, type Settled } from './cursor.ts'
import type { LaneError, LaneState } from './lane-state.ts'
import { judgeRejections, reopen, stop } from './lane-status.ts'
import type { DeliveryOutcome } from './outcome.ts'
import { DAY_MS, clampRetryAfter, planRetry } from './retry.ts'
/** The receiver's rules and the circumstances of one attempt. */
export interface SettleTerms {
  readonly now: number
  /** In [0, 1): jitter. */
  readonly random: number
  /** The event's receipt plus `retryHours`, in unix milliseconds. */
  readonly deadline: number
  /** The shortest time between two sends of this lane. */
  readonly minIntervalMs: number
}

/** Applies the outcome of the live event `sequence` to its lane. */
export function settle(
  lane: LaneState,
  sequence: number,
  { outcome, terms }: { outcome: DeliveryOutcome; terms: SettleTerms },
): Settled {
  if (sequence <= lane.cursor) return settleLate(lane, sequence, { outcome, terms })
  const attempts = lane.attempts + 1
  const paced = { ...lane, notBefore: terms.now + Math.max(terms.minIntervalMs, holdOf(outcome)) }
  switch (outcome.kind) {
    case 'delivered':
      return settleDelivered(paced, sequence, { attempts, outcome, terms })
    case 'unreachable':
      return settleUnreachable(paced, sequence, { attempts, outcome, terms })
    case 'rejected': {
      const failed = { ...paced, attempts, lastError: errorOf(outcome, terms.now) }
      if (outcome.scope === 'endpoint') {
        const probeAt = outcome.probe ? terms.now + DAY_MS : null
        return { lane: stop(failed, outcome.reason, probeAt), fates: [] }
      }
      return settleRejected(failed, sequence, { outcome, terms })
    }
  }
}

/**
 * The operator set the event aside while its attempt was under way: only a success still counts, and the
 * receiver's pace.
 */
function settleLate(
  lane: LaneState,
  sequence: number,
  { outcome, terms }: { outcome: DeliveryOutcome; terms: SettleTerms },
): Settled {
  const { now } = terms
  const retryAfterMs = outcome.kind === 'unreachable' ? outcome.retryAfterMs : null
  const wait = Math.max(terms.minIntervalMs, clampRetryAfter(retryAfterMs))
  const paced = { ...lane, notBefore: Math.max(lane.notBefore, now + wait) }
  if (outcome.kind !== 'delivered') return { lane: paced, fates: [] }
  const before = lane.recent.findLast((fate) => fate.sequence === sequence)?.attempts ?? 0
  const fate = { sequence, state: 'delivered' as const, reason: null, status: outcome.status }
  return { lane: paced, fates: [{ ...fate, at: now, attempts: before + 1 }] }
}

interface LiveResult {
  readonly attempts: number
  readonly outcome: DeliveryOutcome
  readonly terms: SettleTerms
}

function settleDelivered(
  lane: LaneState,
  sequence: number,
  { attempts, outcome, terms }: LiveResult,
): Settled {
  const at = terms.now
  const fate = { sequence, state: 'delivered' as const, reason: null, status: outcome.status }
  return {
    lane: {
      ...reopen(passEvent(lane, sequence, { state: 'delivered', at, attempts })),
      disabledReason: null,
      lastError: null,
      rejectedInARow: 0,
    },
    fates: attempts > 1 ? [{ ...fate, at, attempts }] : [],
  }
}

function settleUnreachable(
  lane: LaneState,
  sequence: number,
  { attempts, outcome, terms }: LiveResult,
): Settled {
  if (outcome.kind !== 'unreachable') return { lane, fates: [] }
  const { now, random, deadline } = terms
  const { retryAfterMs } = outcome
  const failed: LaneState = {
    ...lane,
    attempts,
    lastError: errorOf(outcome, now),
    notBefore: Math.max(lane.notBefore, now + clampRetryAfter(retryAfterMs)),
  }
  if (lane.status === 'disabled') {
    return { lane: { ...failed, nextAttemptAt: now + DAY_MS }, fates: [] }
  }
  const plan = planRetry({ attempts, now, deadline, retryAfterMs, random })
  if (plan.kind === 'retry') return { lane: { ...failed, nextAttemptAt: plan.at }, fates: [] }
  return parkEvent(failed, sequence, { reason: outcome.reason, status: outcome.status, at: now })
}

function settleRejected(
  lane: LaneState,
  sequence: number,
  {
    outcome,
    terms,
  }: { outcome: Extract<DeliveryOutcome, { kind: 'rejected' }>; terms: SettleTerms },
): Settled {
  const cause = { reason: outcome.reason, status: outcome.status, at: terms.now }
  const parked = parkEvent(lane, sequence, cause)
  const rejectedInARow = lane.rejectedInARow + 1
  const next = { ...parked.lane, rejectedInARow }
  return { lane: judgeRejections(next, terms.now), fates: parked.fates }
}

/** How long the receiver asks for no further message although it took this one. */
export function holdOf(outcome: DeliveryOutcome): number {
  return outcome.kind === 'delivered' ? clampRetryAfter(outcome.holdMs ?? null) : 0
}

/** A failure as the lane remembers it. */
export function errorOf(
  outcome: Exclude<DeliveryOutcome, { kind: 'delivered' }>,
  at: number,
): LaneError {
  return { reason: outcome.reason, detail: outcome.detail, status: outcome.status, at }
}
