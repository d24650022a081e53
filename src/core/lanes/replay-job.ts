/** Replay jobs: an operator's wishes to have events again. */
import type { LaneState, ReplayJob } from './lane-state.ts'

/** Replay jobs that one lane may hold at a time. */
export const MAX_REPLAY_JOBS = 10

/** Moves the lane's first job past a sequence; a finished job is gone. */
export function advanceJob(lane: LaneState, job: ReplayJob, sequence: number): LaneState {
  const rest = lane.replays.slice(1)
  const next = { ...job, next: sequence + 1, attempts: 0, nextAttemptAt: null }
  return { ...lane, replays: next.next > job.to ? rest : [next, ...rest] }
}
