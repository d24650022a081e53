/**
 * Moves the cursor of a lane: over events that are settled, and over events that its destination does not
 * get.
 */
import type { ExactFate, ParkReason, RecentFate } from './fate.ts'
import type { LaneState } from './lane-state.ts'

/** The number of its last events whose fates a lane remembers. */
export const RECENT_FATES = 100

/** A lane after something was settled, and the fates to store with it. */
export interface Settled {
  readonly lane: LaneState
  readonly fates: readonly ExactFate[]
}

/** Parks the lane's front with a reason; the lane goes on behind it. */
export function parkEvent(
  lane: LaneState,
  sequence: number,
  cause: { readonly reason: ParkReason; readonly status: number | null; readonly at: number },
): Settled {
  const { attempts } = lane
  return {
    lane: passEvent(lane, sequence, { state: 'parked', at: cause.at, attempts }),
    fates: [{ sequence, state: 'parked', attempts, ...cause }],
  }
}

/** Moves the cursor over an event that is settled, and remembers its fate. */
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
    // The rest of a digest stays one message. A single event is no digest.
    digest: rest.length > 1 ? rest : null,
    gatherUntil: null,
    recent: [...lane.recent, { sequence, ...fate }].slice(-RECENT_FATES),
  }
}

/** Moves the cursor over events up to `sequence` that the destination does not get. */
export function skipEvent(lane: LaneState, sequence: number): LaneState {
  return {
    ...lane,
    cursor: sequence,
    attempts: 0,
    nextAttemptAt: waitOfNext(lane),
    gatherUntil: null,
  }
}

/**
 * The `nextAttemptAt` of a lane whose cursor moves: null, since the new front has failed at nothing yet. A
 * disabled lane keeps the time of its probe.
 */
export function waitOfNext(lane: LaneState): number | null {
  return lane.status === 'disabled' ? lane.nextAttemptAt : null
}
