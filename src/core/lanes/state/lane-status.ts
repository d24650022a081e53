/**
 * Changes the status of a lane: its receiver or the configuration disables it, an operator pauses it, and it goes on
 * again.
 */
import { DAY_MS } from '../../durations.ts'
import type {
  ActiveLane,
  DisabledLane,
  DisabledReason,
  LaneState,
  PausedLane,
  RemovedLane,
} from './lane-state.ts'

/** The number of messages rejected in a row that disables a lane. */
export const MAX_REJECTED_IN_A_ROW = 20

/** Disables a lane; `probeAt` is the time of its next probe, null when it must not be probed. */
export function disable(
  lane: LaneState,
  { reason, probeAt }: { readonly reason: DisabledReason; readonly probeAt: number | null },
): DisabledLane {
  const { retryAt: _retryAt, ...rest } = lane
  return { ...rest, status: 'disabled', disabledReason: reason, probeAt }
}

/**
 * Disables a lane after an attempt, with a probe tomorrow where the receiver's rules allow it. A lane that
 * was paused or removed while the attempt was under way stays so.
 */
export function disableAfterAttempt(
  lane: LaneState,
  {
    reason,
    probe,
    now,
  }: { readonly reason: DisabledReason; readonly probe: boolean; readonly now: number },
): LaneState {
  if (lane.status === 'paused' || lane.status === 'removed') return lane
  return disable(lane, { reason, probeAt: probe ? now + DAY_MS : null })
}

/** Lets a lane go on at once: its own waits are over, a receiver's Retry-After is not. */
export function enable(lane: LaneState): ActiveLane {
  const { probeAt: _probeAt, ...rest } = lane
  return {
    ...rest,
    status: 'active',
    disabledReason: null,
    retryAt: null,
    rejectedInARow: 0,
    replays: lane.replays.map((job) => ({ ...job, retryAt: null })),
  }
}

/** A disabled lane goes on when its receiver has answered the probe. */
export function enableAfterAnswer(lane: LaneState): Exclude<LaneState, DisabledLane> {
  if (lane.status !== 'disabled') return lane
  const { probeAt: _probeAt, ...rest } = lane
  return { ...rest, status: 'active', disabledReason: null, retryAt: null }
}

/**
 * A lane after its receiver has rejected a message. The lane goes on, since a receiver that rejects some messages is
 * alive. After many rejected messages in a row the lane is disabled.
 */
export function weighRejections(lane: LaneState, now: number): LaneState {
  if (lane.rejectedInARow < MAX_REJECTED_IN_A_ROW) return enableAfterAnswer(lane)
  return disableAfterAttempt(lane, { reason: 'rejects_everything', probe: true, now })
}

/** Pauses a lane by an operator's wish; a removed lane stays removed. */
export function pause(lane: LaneState): PausedLane | RemovedLane {
  if (lane.status === 'removed') return lane
  const { probeAt: _probeAt, retryAt = null, ...rest } = lane
  return { ...rest, status: 'paused', retryAt }
}

/** Halts the lane of a destination that the configuration does not name any more. */
export function remove(lane: LaneState): RemovedLane {
  if (lane.status === 'removed') return lane
  const { probeAt: _probeAt, retryAt = null, ...rest } = lane
  return { ...rest, status: 'removed', retryAt, wasPaused: lane.status === 'paused' }
}

/** Lets a removed lane come back, as its destination did: paused when it was paused, else active. */
export function restoreLane(lane: RemovedLane): ActiveLane | PausedLane {
  const { wasPaused, ...rest } = lane
  const paused = { ...rest, status: 'paused' } as const
  return wasPaused ? paused : enable(paused)
}
