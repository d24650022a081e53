/**
 * Decides which events may be deleted from a portal's log, and what this does to a lane.
 *
 * An event may be deleted when it is older than `RETENTION_DAYS` and nobody waits for it. A lane that has not passed
 * it, for example a paused one, delays the deletion by the same number of days once more.
 * Events that are then deleted all the same count as expired in that lane.
 */
import { DAY_MS } from '../durations.ts'
import { MAX_SEQUENCE } from '../log/max-sequence.ts'
import type { BookState } from './state/book-state.ts'
import { withNewFront } from './state/cursor.ts'
import { gatheringBehind } from './state/gathering.ts'
import type { LaneState } from './state/lane-state.ts'

/** The most events that one plan deletes; the others stay for the next one. */
export const RETENTION_PAGE = 500

/** A sequence and the age of its event. */
export interface AgedEvent {
  readonly sequence: number
  /** Unix milliseconds. */
  readonly receivedAt: number
}

/**
 * Returns the last sequence that may be deleted; null when none may. `oldest` holds the oldest events of the
 * log in the order of their sequences, and `settled` is the last one for which nobody waits.
 */
export function planRetention(
  oldest: readonly AgedEvent[],
  settled: number,
  { now, retentionDays }: { now: number; retentionDays: number },
): number | null {
  const retentionMs = retentionDays * DAY_MS
  let last: number | null = null
  for (const { sequence, receivedAt } of oldest.slice(0, RETENTION_PAGE)) {
    const age = now - receivedAt
    if (age <= retentionMs) break
    if (sequence > settled && age <= 2 * retentionMs) break
    last = sequence
  }
  return last
}

/**
 * The last sequence up to which nobody waits for an event: every lane has passed it, no operator wants it again, and no
 * destination is still to be read that may get it. A removed lane waits for nothing.
 */
export function settledUpTo({ lanes, openFrom }: BookState): number {
  const held = lanes
    .filter(({ status }) => status !== 'removed')
    .flatMap(({ cursor, replays }) => [cursor, ...replays.map(({ next }) => next - 1)])
  return Math.min(openFrom ?? MAX_SEQUENCE, ...held)
}

/** The facts about deleted events that change a lane. */
export interface PassedEvents {
  readonly meant: number
  readonly lastMeant: number | null
  /** @default false */
  readonly isEarly?: boolean
}

/**
 * Returns a lane after the events up to the sequence `floor` were deleted: its cursor is at `floor` or later.
 * `meant` counts the deleted events that the lane still had to deliver, and `lastMeant` is the sequence of
 * the last deleted event that was meant for its destination. `isEarly` says that they went before their time.
 */
export function passFloor(
  lane: LaneState,
  floor: number,
  { meant, lastMeant, isEarly = false }: PassedEvents,
): LaneState {
  const epochs = lane.epochs.filter((_, index) => {
    const next = lane.epochs[index + 1]
    return next === undefined || next.from > floor + 1
  })
  const kept = { ...lane, epochs, meantBeforeFloor: lastMeant ?? lane.meantBeforeFloor }
  if (lane.cursor >= floor) return kept
  return {
    ...withNewFront(kept),
    // A digest under way keeps the events that are left.
    gathering: gatheringBehind(lane.gathering, floor),
    cursor: floor,
    lastMeant: lastMeant ?? lane.lastMeant,
    expired: lane.expired + meant,
    crowdedOut: lane.crowdedOut + (isEarly ? meant : 0),
  }
}
