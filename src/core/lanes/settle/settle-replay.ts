/**
 * Applies the outcome of a replayed event to its lane. The cursor never moves, since the lane has passed the
 * event before.
 */
import { DAY_MS } from '../../durations.ts'
import type { Settled } from '../state/cursor.ts'
import type { ExactFate } from '../state/fate.ts'
import type { LaneState, ReplayJob } from '../state/lane-state.ts'
import { disableAfterAttempt, enableAfterAnswer, weighRejections } from '../state/lane-status.ts'
import type { DeliveryOutcome } from '../state/outcome.ts'
import { advanceJob } from '../state/replay-job.ts'
import { clampRetryAfter, planRetry } from './retry.ts'
import { errorOf, pacedUntil, type AttemptResult } from './settle.ts'

/** The outcome of a replayed event. */
export interface ReplayResult extends AttemptResult {
  /** The attempts that were counted for this event at this destination before the replay. */
  readonly attemptsBefore: number
}

/** Applies the outcome of the replayed event `sequence` to the lane's first job. */
export function settleReplay(lane: LaneState, sequence: number, result: ReplayResult): Settled {
  const job = lane.replays[0]
  if (job === undefined) return { lane, fates: [] }
  const { outcome, terms, attemptsBefore } = result
  const { now: at } = terms
  const attempts = attemptsBefore + job.attempts + 1
  const paced = { ...lane, notBefore: pacedUntil(result) }
  const next = advanceJob(paced, sequence)
  if (outcome.kind === 'delivered') {
    const { status } = outcome
    return {
      lane: { ...enableAfterAnswer(next), lastError: null, rejectedInARow: 0 },
      fates: [{ sequence, state: 'delivered', reason: null, status, at, attempts }],
    }
  }
  const { reason, status } = outcome
  const lastError = errorOf(outcome, at)
  const parked: ExactFate = { sequence, state: 'parked', reason, status, at, attempts }
  if (outcome.kind === 'unreachable') {
    const notBefore = Math.max(paced.notBefore, at + clampRetryAfter(outcome.retryAfterMs))
    const waiting = planAgain({ ...paced, lastError, notBefore }, job, { outcome, terms })
    // Given up: the event is parked, and the job goes on with the next one.
    return waiting === null
      ? { lane: { ...next, lastError, notBefore }, fates: [parked] }
      : { lane: waiting, fates: [] }
  }
  if (outcome.scope === 'endpoint') {
    const { probe } = outcome
    const stopped = disableAfterAttempt({ ...paced, lastError }, { reason, probe, now: at })
    return { lane: stopped, fates: [] }
  }
  return { lane: weighRejections({ ...next, lastError }, at), fates: [parked] }
}

/**
 * The lane with its job waiting for the next attempt, a disabled one until its probe; null when the event is
 * given up.
 */
function planAgain(
  lane: LaneState,
  job: ReplayJob,
  { outcome, terms }: AttemptResult<Extract<DeliveryOutcome, { kind: 'unreachable' }>>,
): LaneState | null {
  const { now, random, deadline } = terms
  if (lane.status === 'disabled') return { ...lane, probeAt: now + DAY_MS }
  const attempts = job.attempts + 1
  const { retryAfterMs } = outcome
  const plan = planRetry({ attempts, now, deadline, retryAfterMs, random })
  if (plan.kind === 'park') return null
  const again = { ...job, attempts, retryAt: plan.at }
  return { ...lane, replays: [again, ...lane.replays.slice(1)] }
}
