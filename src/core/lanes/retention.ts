/**
 * Decides which events may be deleted from a portal's log, and what this does to a lane.
 *
 * An event may be deleted when it is older than `RETENTION_DAYS` and every lane has passed it. A lane that
 * has not passed it, for example a paused one, delays the deletion by the same number of days once more.
 * Events that are then deleted all the same count as expired in that lane. A removed lane delays nothing.
 */
import { DAY_MS } from '../durations.ts'
import { waitOfNext } from './state/cursor.ts'
import { partsBehind } from './state/digest-parts.ts'
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
 * log in the order of their sequences.
 */
export function planRetention(
  oldest: readonly AgedEvent[],
  lanes: readonly LaneState[],
  { now, retentionDays }: { now: number; retentionDays: number },
): number | null {
  const retentionMs = retentionDays * DAY_MS
  const held = Math.min(...lanes.filter(delaysRetention).map((lane) => lane.cursor))
  let last: number | null = null
  for (const { sequence, receivedAt } of oldest.slice(0, RETENTION_PAGE)) {
    const age = now - receivedAt
    if (age <= retentionMs) break
    if (sequence > held && age <= 2 * retentionMs) break
    last = sequence
  }
  return last
}

function delaysRetention(lane: LaneState): boolean {
  return lane.status !== 'removed'
}

/** What a lane loses and has to remember when events are deleted. */
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
    ...kept,
    // A digest under way keeps the events that are left.
    ...partsBehind(lane, floor),
    cursor: floor,
    attempts: 0,
    nextAttemptAt: waitOfNext(lane),
    lastMeant: lastMeant ?? lane.lastMeant,
    expired: lane.expired + meant,
    crowdedOut: lane.crowdedOut + (isEarly ? meant : 0),
  }
}
