/** What the outcome of a replayed event does to its lane. */
import type { Settled } from './cursor.ts'
import type { ExactFate } from './fate.ts'
import type { LaneState } from './lane-state.ts'
import { judgeRejections, reopen, stop } from './lane-status.ts'
import type { DeliveryOutcome } from './outcome.ts'
import { advanceJob } from './replay-job.ts'
import { DAY_MS, clampRetryAfter, planRetry } from './retry.ts'
import { errorOf, holdOf, type SettleTerms } from './settle.ts'

/** The circumstances of a replayed attempt. */
export interface ReplayResult {
  readonly outcome: DeliveryOutcome
  readonly terms: SettleTerms
  /** Attempts already counted for this event at this destination. */
  readonly attemptsBefore: number
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
