/** What became of an event at a destination: exact where it was written down, else from the cursor. */
import type { LogEntry } from './event.ts'
import { epochAt, isUnchanged, type LaneState } from './lane-state.ts'
import type { ExactFate } from './settle.ts'

/** The fate of one event at one destination, as the admin API shows it. */
export interface Fate {
  readonly state: 'delivered' | 'waiting' | 'parked' | 'filtered' | 'unchanged' | 'expired'
  /** Unix milliseconds; null when it follows from the cursor only. */
  readonly at: number | null
  readonly attempts: number | null
  readonly reason: string | null
}

/** Why a lane leaves out an event whose change an earlier one told. */
const UNCHANGED = 'unchanged'

/** The fate of an entry: `exact` is the stored one, `filteredBy` why the lane does not get it at all. */
export function fateOf(
  lane: LaneState,
  entry: LogEntry,
  { exact, filteredBy }: { exact: ExactFate | null; filteredBy: string | null },
): Fate {
  if (exact !== null) {
    const { state, at, attempts, reason } = exact
    return { state, at, attempts, reason }
  }
  const recent = lane.recent.find((fate) => fate.sequence === entry.sequence)
  if (recent !== undefined) {
    return { state: recent.state, at: recent.at, attempts: recent.attempts, reason: null }
  }
  if (filteredBy === UNCHANGED)
    return { state: 'unchanged', at: null, attempts: null, reason: null }
  if (filteredBy !== null) {
    return { state: 'filtered', at: null, attempts: null, reason: filteredBy }
  }
  if (entry.sequence <= lane.cursor) {
    return { state: 'delivered', at: null, attempts: null, reason: null }
  }
  const isHead = entry.sequence === lane.cursor + 1
  const attempts = isHead ? lane.attempts : 0
  const failure = attempts > 0 ? (lane.lastError?.reason ?? null) : null
  return { state: 'waiting', at: null, attempts, reason: lane.disabledReason ?? failure }
}

/** Why a lane does not get an entry, by the filter that stood at its sequence. */
export function filterReason(
  lane: LaneState,
  entry: LogEntry,
  matchReason: (
    events: readonly string[],
    fields: readonly string[],
    entry: LogEntry,
  ) => string | null,
): string | null {
  if (entry.event.quarantined !== null) return 'quarantined'
  const epoch = epochAt(lane, entry.sequence)
  if (epoch === null) return 'older_than_destination'
  if (epoch.silent !== null) return epoch.silent
  if (isUnchanged(epoch, entry)) return UNCHANGED
  return matchReason(epoch.events, epoch.fields, entry)
}
