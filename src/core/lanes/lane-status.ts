/** The status of a lane: stopped by its receiver or an operator, and going on again. */
import type { LaneState } from './lane-state.ts'
import { DAY_MS } from './retry.ts'

/** Message-permanent rejections in a row that disable a lane. */
export const MAX_REJECTED_IN_A_ROW = 20

/** Stops a lane for a reason of its endpoint; `probeAt` is the time of the daily try, if allowed. */
export function disable(lane: LaneState, reason: string, probeAt: number | null): LaneState {
  return { ...lane, status: 'disabled', disabledReason: reason, nextAttemptAt: probeAt }
}

/** Lets a lane go on at once: its own waits are over, a receiver's Retry-After is not. */
export function revive(lane: LaneState): LaneState {
  return {
    ...lane,
    status: 'active',
    disabledReason: null,
    nextAttemptAt: null,
    rejectedInARow: 0,
    replays: lane.replays.map((job) => ({ ...job, nextAttemptAt: null })),
  }
}

/** Pauses a lane by an operator's wish; a removed lane stays removed. */
export function pause(lane: LaneState): LaneState {
  return lane.status === 'removed' ? lane : { ...lane, status: 'paused' }
}

/** An operator's pause outlasts whatever an attempt that was under way then finds out. */
export function stop(lane: LaneState, reason: string, probeAt: number | null): LaneState {
  const isHeld = lane.status === 'paused' || lane.status === 'removed'
  return isHeld ? lane : disable(lane, reason, probeAt)
}

/** A disabled lane whose receiver has answered goes on. */
export function reopen(lane: LaneState): LaneState {
  if (lane.status !== 'disabled') return lane
  return { ...lane, status: 'active', disabledReason: null, nextAttemptAt: null }
}

/** A receiver that rejects every message takes none; one that rejects some is alive. */
export function judgeRejections(lane: LaneState, now: number): LaneState {
  if (lane.rejectedInARow < MAX_REJECTED_IN_A_ROW) return reopen(lane)
  return stop(lane, 'rejects_everything', now + DAY_MS)
}
