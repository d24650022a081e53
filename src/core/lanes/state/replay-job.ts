/** Replay jobs: an operator's wishes to have events again. */
import type { LaneState, ReplayJob } from './lane-state.ts'

/** One lane may hold so many replay jobs at a time. */
export const MAX_REPLAY_JOBS = 10

/** Moves the lane's first job past a sequence; a job that is finished is removed. */
export function advanceJob(lane: LaneState, job: ReplayJob, sequence: number): LaneState {
  const others = lane.replays.slice(1)
  const next = { ...job, next: sequence + 1, attempts: 0, nextAttemptAt: null }
  return { ...lane, replays: next.next > job.to ? others : [next, ...others] }
}
