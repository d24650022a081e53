/**
 * The waits of a lane over a clock that was wrong. For example, the machine's clock was five hours ahead while
 * a message was sent. The lane noted to wait until a second later by that clock, which is in five hours by the
 * right one. Since a lane also notes when it measured its waits, that mistake is seen and taken out.
 */
import { DAY_MS, SECOND_MS } from '../../durations.ts'
import { withoutWait } from './gathering.ts'
import type { LaneState } from './lane-state.ts'

/** The times at which an attempt began and ended, in unix milliseconds. */
export interface AttemptTime {
  readonly since: number
  readonly now: number
}

/** Clocks of two machines may differ by so much, in milliseconds, without one of them being wrong. */
const TOLERANCE_MS = SECOND_MS

/** No wait of a lane is longer: a receiver's Retry-After and a daily probe are a day at most. */
const LONGEST_WAIT_MS = DAY_MS + TOLERANCE_MS

/** A lane after an attempt that began at `since`: it notes its waits by the present clock. */
export function noteClock(lane: LaneState, { since, now }: AttemptTime): LaneState {
  return { ...lane, measuredAt: now, lastTookMs: Math.max(0, now - since) }
}

/** The lane as it is when its waits can be true; else the lane with its waits measured anew by this clock. */
export function correctWaits(lane: LaneState, now: number): LaneState {
  const aheadMs = lane.measuredAt - now
  const retries = lane.replays.map(({ retryAt }) => retryAt ?? 0)
  const waits = [lane.notBefore, lane.probeAt ?? lane.retryAt ?? 0, ...retries]
  const isWrong = aheadMs > TOLERANCE_MS || waits.some((at) => at - now > LONGEST_WAIT_MS)
  if (!isWrong) return lane
  const shiftMs = Math.max(0, aheadMs)
  // A wait that is longer than any reason allows does not count.
  const corrected = (at: number): number =>
    at - shiftMs - now > LONGEST_WAIT_MS ? now : at - shiftMs
  const correctedOrNull = (at: number | null): number | null => (at === null ? null : corrected(at))
  const right =
    lane.status === 'disabled'
      ? { ...lane, probeAt: correctedOrNull(lane.probeAt) }
      : { ...lane, retryAt: correctedOrNull(lane.retryAt) }
  return {
    ...right,
    measuredAt: now,
    notBefore: corrected(lane.notBefore),
    gathering: withoutWait(lane.gathering),
    replays: lane.replays.map((job) => ({
      ...job,
      retryAt: correctedOrNull(job.retryAt),
    })),
  }
}
