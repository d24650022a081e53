/** Whether a lane gets an event: decided by the filter that stood at the event's sequence. */
import type { LogEntry } from '../log/event.ts'
import { epochAt, isUnchanged } from './epochs.ts'
import type { LaneState } from './lane-state.ts'

/** Why a lane leaves out an event whose change an earlier one told. */
export const UNCHANGED = 'unchanged'

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
