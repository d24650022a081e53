/**
 * Which events may be dropped from a portal's log. Pure: times and cursors in, a bound out.
 *
 * An event may go when it is older than the retention and every lane has passed it. A paused or disabled
 * lane holds it back for one more retention period; what is then dropped is counted as expired. A removed
 * lane holds nothing back.
 */
import { DAY_MS } from '../lanes/retry.ts'
import { waitOfNext, type LaneState } from '../lanes/lane-state.ts'

/** The most rows one retention run deletes; the rest waits for the next run. */
export const RETENTION_PAGE = 500

/** The age of an event as retention sees it. */
export interface AgedEvent {
  readonly sequence: number
  /** Unix milliseconds. */
  readonly receivedAt: number
}

/** The last sequence that may be dropped; null when nothing may. `oldest` is in sequence order. */
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

/** A lane after the events up to `floor` are gone: its cursor never points into the void. */
export function passFloor(
  lane: LaneState,
  floor: number,
  { meant, lastMeant }: { meant: number; lastMeant: number | null },
): LaneState {
  const epochs = lane.epochs.filter((_, index) => {
    const next = lane.epochs[index + 1]
    return next === undefined || next.from > floor + 1
  })
  const kept = { ...lane, epochs, meantBeforeFloor: lastMeant ?? lane.meantBeforeFloor }
  if (lane.cursor >= floor) return kept
  const rest = lane.digest?.filter((sequence) => sequence > floor) ?? []
  return {
    ...kept,
    // What is left of a digest under way; one event alone is none.
    digest: rest.length > 1 ? rest : null,
    cursor: floor,
    attempts: 0,
    nextAttemptAt: waitOfNext(lane),
    lastMeant: lastMeant ?? lane.lastMeant,
    expired: lane.expired + meant,
  }
}
