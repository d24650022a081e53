/** Moves the cursor of a lane over events that are settled or skipped. */
import type { ExactFate, RecentFate } from './fate.ts'
import type { LaneState } from './lane-state.ts'

/** The delivered and parked events that a lane remembers exactly. */
export const RECENT_FATES = 100

/** A lane after an attempt, and the fates to store with it. */
export interface Settled {
  readonly lane: LaneState
  readonly fates: readonly ExactFate[]
}

/** Sets the event after the cursor aside with a reason; the lane goes on behind it. */
export function parkEvent(
  lane: LaneState,
  sequence: number,
  cause: { reason: string; status: number | null; at: number },
): Settled {
  const attempts = lane.attempts
  return {
    lane: passEvent(lane, sequence, { state: 'parked', at: cause.at, attempts }),
    fates: [{ sequence, state: 'parked', attempts, ...cause }],
  }
}

/** Moves the cursor over an event that is settled, and remembers how. */
export function passEvent(
  lane: LaneState,
  sequence: number,
  fate: Omit<RecentFate, 'sequence'>,
): LaneState {
  const rest = lane.digest?.filter((waiting) => waiting > sequence) ?? []
  return {
    ...lane,
    cursor: sequence,
    attempts: 0,
    nextAttemptAt: waitOfNext(lane),
    lastMeant: sequence,
    // What is left of a digest is the same message without the events that were set aside.
    digest: rest.length > 1 ? rest : null,
    gatherUntil: null,
    recent: [...lane.recent, { sequence, ...fate }].slice(-RECENT_FATES),
  }
}

/** Moves the cursor over an event that the destination does not get. */
export function skipEvent(lane: LaneState, sequence: number): LaneState {
  return {
    ...lane,
    cursor: sequence,
    attempts: 0,
    nextAttemptAt: waitOfNext(lane),
    gatherUntil: null,
  }
}

/** The wait of the event that becomes the head: none, but a disabled lane keeps the time of its try. */
export function waitOfNext(lane: LaneState): number | null {
  return lane.status === 'disabled' ? lane.nextAttemptAt : null
}
