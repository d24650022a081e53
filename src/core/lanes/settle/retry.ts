/**
 * Decides when the next attempt of an event is due, and when the event is given up. Pure: time and jitter come in as
 * arguments.
 */
import { SECOND_MS, MINUTE_MS, DAY_MS } from '../../durations.ts'

/** The waits before attempt 2, 3, 4 and so on; the last one repeats. */
export const RETRY_WAITS_MS = [
  1 * SECOND_MS,
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
] as const

/** The longest wait that a receiver's Retry-After can bring about, however long it asks for. */
export const MAX_RETRY_AFTER_MS = DAY_MS

/** The largest share of a wait that jitter adds. */
export const RETRY_JITTER = 0.2

/** The facts about an attempt that has failed for a reason that may pass. */
export interface RetryQuestion {
  /** Attempts made so far, this one included: 1, 2, 3 … */
  readonly attempts: number
  /** Unix milliseconds. */
  readonly now: number
  /** From this time on a failure is final: the time of receipt plus `retryHours`. */
  readonly deadline: number
  /** The receiver's own wish in milliseconds; null when it had none. */
  readonly retryAfterMs: number | null
  /** A random number from 0 to 1, without 1, for jitter. */
  readonly random: number
}

/** Try again at a time, or park the event. */
export type RetryPlan = { readonly kind: 'retry'; readonly at: number } | { readonly kind: 'park' }

/** The wait before the attempt that follows `attempts`, jitter included, in milliseconds. */
export function retryWaitMs(attempts: number, random: number): number {
  const index = Math.min(Math.max(attempts, 1), RETRY_WAITS_MS.length) - 1
  const wait = RETRY_WAITS_MS[index] ?? 30 * MINUTE_MS
  return Math.round(wait * (1 + RETRY_JITTER * random))
}

/** Cuts a receiver's Retry-After to the time that the relay is willing to wait; 0 when there is none. */
export function clampRetryAfter(retryAfterMs: number | null): number {
  if (retryAfterMs === null || !(retryAfterMs > 0)) return 0
  return Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)
}

/**
 * Plans what follows a failure that may pass. The last attempt falls on the deadline itself, unless the
 * receiver asked for more patience. A failure at or after the deadline parks the event.
 */
export function planRetry(question: RetryQuestion): RetryPlan {
  const { attempts, now, deadline, retryAfterMs, random } = question
  if (now >= deadline) return { kind: 'park' }
  const planned = Math.min(now + retryWaitMs(attempts, random), deadline)
  return { kind: 'retry', at: Math.max(planned, now + clampRetryAfter(retryAfterMs)) }
}
