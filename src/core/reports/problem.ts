/** The worst thing that is wrong with a portal, with the remedy. Pure. */
import type { PortalStatus } from '../access/portal-status.ts'
import { MINUTE_MS } from '../durations.ts'
import type { LaneState } from '../lanes/state/lane-state.ts'

/** The states of a portal that somebody has to mend. A portal that has ended needs nobody. */
const TROUBLED = [
  'portal_full',
  'tokens_lost',
  'no_rights',
  'suspended',
  'unfinished',
  'pending',
] as const satisfies readonly PortalStatus[]

/** Every reason why a portal needs an operator; stable words of the admin API. */
export const PROBLEM_REASONS = [
  ...TROUBLED,
  'lane_disabled',
  'lane_failing',
  'parked',
  'events_not_bound',
] as const

/** One of these reasons. */
export type ProblemReason = (typeof PROBLEM_REASONS)[number]

/** One problem of a portal. */
export interface PortalProblem {
  readonly reason: ProblemReason
  /** The destination that it is about; null for the portal itself. */
  readonly destination: string | null
  readonly remedy: string
}

/** A lane whose front has failed so often, for twelve minutes, is a problem and no hiccup. */
export const FAILING_ATTEMPTS = 6

/**
 * A lane whose front has failed and waits for longer than this before it is tried again is a problem too, in
 * milliseconds: its receiver has asked for it. The waits of the first attempts are shorter, and end with a sixth one.
 */
export const FAILING_WAIT_MS = 12 * MINUTE_MS

/** Everything from which the problem follows. */
export interface ProblemTerms {
  readonly status: PortalStatus
  /** The remedy of the status; null where it has none. */
  readonly remedy: string | null
  readonly lanes: readonly LaneState[]
  /** The number of events that are parked, by destination. */
  readonly parked: ReadonlyMap<string, number>
  /** The number of wanted events that could not be bound. */
  readonly missing: number
}

/** The problem that should be mended first; null when all is well. */
export function problemOf(terms: ProblemTerms): PortalProblem | null {
  const { status, remedy, lanes, parked, missing } = terms
  const troubled = TROUBLED.find((one) => one === status)
  if (troubled !== undefined) {
    return { reason: troubled, destination: null, remedy: remedy ?? PENDING_REMEDY }
  }
  const present = lanes.filter((lane) => lane.status !== 'removed')
  const disabled = present.find((lane) => lane.status === 'disabled')
  if (disabled !== undefined) return laneProblem('lane_disabled', disabled.destination)
  const failing = present.find(isFailingLong)
  if (failing !== undefined) return laneProblem('lane_failing', failing.destination)
  const [destination] = [...parked].find(([, count]) => count > 0) ?? []
  if (destination !== undefined) return laneProblem('parked', destination)
  if (missing === 0) return null
  return { reason: 'events_not_bound', destination: null, remedy: NOT_BOUND_REMEDY }
}

/** Whether a lane's receiver has failed for long enough to be told, or lets the lane wait for so long. */
export function isFailingLong(lane: LaneState): boolean {
  const { status, attempts, lastError, retryAt, notBefore } = lane
  if (status !== 'active' || attempts === 0) return false
  if (attempts >= FAILING_ATTEMPTS) return true
  const waitsUntil = Math.max(retryAt ?? 0, notBefore)
  return lastError !== null && waitsUntil - lastError.at > FAILING_WAIT_MS
}

function laneProblem(reason: keyof typeof LANE_REMEDIES, destination: string): PortalProblem {
  return { reason, destination, remedy: LANE_REMEDIES[reason] }
}

const LANE_REMEDIES = {
  lane_disabled:
    'The receiver takes nothing: look at the reason of the lane, correct the destination or its receiver, and resume the lane',
  lane_failing:
    'The receiver fails again and again: look at the last error of the lane; it goes on by itself when the receiver answers',
  parked: 'Look at the reasons of the parked events, and replay them when the cause is gone',
} as const

const PENDING_REMEDY = 'An installation waits: the view of the portal tells for what, in `pending`'

const NOT_BOUND_REMEDY =
  'Some wanted events could not be bound: look at `subscriptions.missing` of the portal'
