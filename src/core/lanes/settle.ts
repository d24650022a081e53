/**
 * What an outcome does to a lane. Pure: outcome and time in, next state and exact fates out.
 */
import type { DeliveryOutcome } from './outcome.ts'
import { DAY_MS, clampRetryAfter, planRetry } from './retry.ts'
import {
  MAX_REJECTED_IN_A_ROW,
  RECENT_FATES,
  disable,
  waitOfNext,
  type LaneError,
  type LaneState,
  type RecentFate,
  type ReplayJob,
} from './lane-state.ts'

/** A fate that does not follow from the cursor and is therefore written down. */
export interface ExactFate {
  readonly sequence: number
  readonly state: 'delivered' | 'parked' | 'expired'
  readonly reason: string | null
  readonly status: number | null
  /** Unix milliseconds. */
  readonly at: number
  readonly attempts: number
}

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

/** A lane after an attempt, and the fates to store with it. */
export interface Settled {
  readonly lane: LaneState
  readonly fates: readonly ExactFate[]
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

/** How long the receiver asks for no further message although it took this one. */
function holdOf(outcome: DeliveryOutcome): number {
  return outcome.kind === 'delivered' ? clampRetryAfter(outcome.holdMs ?? null) : 0
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

/** An operator's pause outlasts whatever an attempt that was under way then finds out. */
function stop(lane: LaneState, reason: string, probeAt: number | null): LaneState {
  const isHeld = lane.status === 'paused' || lane.status === 'removed'
  return isHeld ? lane : disable(lane, reason, probeAt)
}

/** A disabled lane whose receiver has answered goes on. */
export function reopen(lane: LaneState): LaneState {
  if (lane.status !== 'disabled') return lane
  return { ...lane, status: 'active', disabledReason: null, nextAttemptAt: null }
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

/** A receiver that rejects every message takes none; one that rejects some is alive. */
function judgeRejections(lane: LaneState, now: number): LaneState {
  if (lane.rejectedInARow < MAX_REJECTED_IN_A_ROW) return reopen(lane)
  return stop(lane, 'rejects_everything', now + DAY_MS)
}

/** Sets the event after the cursor aside with a reason; the lane goes on behind it. */
export function parkEvent(
  lane: LaneState,
  sequence: number,
  cause: { reason: string; status: number | null; at: number },
): Settled {
  const attempts = lane.attempts
  return {
    lane: passEvent(lane, sequence, { state: 'parked', at: cause.at, attempts }),
    fates: [{ sequence, state: 'parked', attempts, ...cause }],
  }
}

/** Moves the cursor over an event that is settled, and remembers how. */
export function passEvent(
  lane: LaneState,
  sequence: number,
  fate: Omit<RecentFate, 'sequence'>,
): LaneState {
  const rest = lane.digest?.filter((waiting) => waiting > sequence) ?? []
  return {
    ...lane,
    cursor: sequence,
    attempts: 0,
    nextAttemptAt: waitOfNext(lane),
    lastMeant: sequence,
    // What is left of a digest is the same message without the events that were set aside.
    digest: rest.length > 1 ? rest : null,
    gatherUntil: null,
    recent: [...lane.recent, { sequence, ...fate }].slice(-RECENT_FATES),
  }
}

/** Moves the cursor over an event that the destination does not get. */
export function skipEvent(lane: LaneState, sequence: number): LaneState {
  return {
    ...lane,
    cursor: sequence,
    attempts: 0,
    nextAttemptAt: waitOfNext(lane),
    gatherUntil: null,
  }
}

function errorOf(outcome: Exclude<DeliveryOutcome, { kind: 'delivered' }>, at: number): LaneError {
  return { reason: outcome.reason, detail: outcome.detail, status: outcome.status, at }
}

/** Applies the outcome of a replayed event to the lane's first job; the cursor never moves. */
export function settleReplay(
  lane: LaneState,
  sequence: number,
  { outcome, terms, attemptsBefore }: ReplayResult,
): Settled {
  const job = lane.replays[0]
  if (job === undefined) return { lane, fates: [] }
  const { now, random } = terms
  const paced = { ...lane, notBefore: now + Math.max(terms.minIntervalMs, holdOf(outcome)) }
  const attempts = attemptsBefore + job.attempts + 1
  const next = advanceJob(paced, job, sequence)
  if (outcome.kind === 'delivered') {
    const fate = { sequence, state: 'delivered' as const, reason: null, status: outcome.status }
    return {
      lane: { ...reopen(next), lastError: null, rejectedInARow: 0 },
      fates: [{ ...fate, at: now, attempts }],
    }
  }
  const cause = { reason: outcome.reason, status: outcome.status, at: now, attempts }
  const parked: ExactFate = { sequence, state: 'parked', ...cause }
  const lastError = errorOf(outcome, now)
  if (outcome.kind === 'rejected' && outcome.scope === 'endpoint') {
    const probeAt = outcome.probe ? now + DAY_MS : null
    return { lane: stop({ ...paced, lastError }, outcome.reason, probeAt), fates: [] }
  }
  if (outcome.kind === 'rejected') {
    return { lane: judgeRejections({ ...next, lastError }, now), fates: [parked] }
  }
  const wait = now + clampRetryAfter(outcome.retryAfterMs)
  const held = { lastError, notBefore: Math.max(paced.notBefore, wait) }
  if (lane.status === 'disabled') {
    return { lane: { ...paced, ...held, nextAttemptAt: now + DAY_MS }, fates: [] }
  }
  const plan = planRetry({
    attempts: job.attempts + 1,
    now,
    deadline: terms.deadline,
    retryAfterMs: outcome.retryAfterMs,
    random,
  })
  if (plan.kind === 'park') return { lane: { ...next, ...held }, fates: [parked] }
  const again = { ...job, attempts: job.attempts + 1, nextAttemptAt: plan.at }
  return { lane: { ...paced, ...held, replays: [again, ...lane.replays.slice(1)] }, fates: [] }
}

/** The circumstances of a replayed attempt. */
export interface ReplayResult {
  readonly outcome: DeliveryOutcome
  readonly terms: SettleTerms
  /** Attempts already counted for this event at this destination. */
  readonly attemptsBefore: number
}

/** Moves the lane's first job past a sequence; a finished job is gone. */
export function advanceJob(lane: LaneState, job: ReplayJob, sequence: number): LaneState {
  const rest = lane.replays.slice(1)
  const next = { ...job, next: sequence + 1, attempts: 0, nextAttemptAt: null }
  return { ...lane, replays: next.next > job.to ? rest : [next, ...rest] }
}
