/** Replay jobs: an operator's wishes to have events again. */
import type { LaneState } from './lane-state.ts'

/** The most replay jobs that one lane holds at a time. */
export const MAX_REPLAY_JOBS = 10

/** Moves the lane's first job past a sequence; a job that is finished is removed. */
export function advanceJob(lane: LaneState, sequence: number): LaneState {
  const [job, ...others] = lane.replays
  if (job === undefined) return lane
  const next = { ...job, next: sequence + 1, attempts: 0, retryAt: null }
  return { ...lane, replays: next.next > job.to ? others : [next, ...others] }
}
