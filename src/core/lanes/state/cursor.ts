/**
 * Moves the cursor of a lane: over events that are settled, and over events that its destination does not
 * get.
 */
import type { ExactFate, ParkReason, RecentFate } from './fate.ts'
import { gatheringBehind, withoutWait } from './gathering.ts'
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
  return passEvents(lane, [sequence], fate)
}

/** Moves the cursor over events that one message has settled, oldest first, and remembers their common fate. */
export function passEvents(
  lane: LaneState,
  sequences: readonly number[],
  fate: Omit<RecentFate, 'sequence'>,
): LaneState {
  const last = sequences.at(-1) ?? lane.cursor
  const passed = sequences.map((sequence) => ({ sequence, ...fate }))
  return {
    ...withNewFront(lane),
    cursor: last,
    lastMeant: sequences.at(-1) ?? lane.lastMeant,
    // The events of a digest that are left stay one message.
    gathering: withoutWait(gatheringBehind(lane.gathering, last)),
    recent: [...lane.recent, ...passed].slice(-RECENT_FATES),
  }
}

/** Moves the cursor over events up to `sequence` that the destination does not get. */
export function skipEvent(lane: LaneState, sequence: number): LaneState {
  return {
    ...withNewFront(lane),
    cursor: sequence,
    gathering: withoutWait(lane.gathering),
  }
}

/** A lane whose cursor moves: its new front has failed at nothing yet. A disabled lane keeps the time of its probe. */
export function withNewFront(lane: LaneState): LaneState {
  return { ...withoutRetry(lane), attempts: 0 }
}

/** A lane that no retry holds back. A disabled lane waits for its probe, which is no retry. */
export function withoutRetry(lane: LaneState): LaneState {
  return lane.status === 'disabled' ? lane : { ...lane, retryAt: null }
}
