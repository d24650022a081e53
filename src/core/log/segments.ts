/**
 * Decides when the open segment of a portal's log is closed. A closed segment goes as a whole, which costs nothing
 * for each event; closing costs some 15 rows. So a segment holds a hundred events at least, and ends when it covers
 * enough time or enough bytes. Pure.
 */
import { DAY_MS } from '../durations.ts'

/**
 * The fewest events of a closed segment. A segment with fewer ones stays open: to delete their rows one by one is
 * cheaper than to close it.
 */
export const MIN_SEGMENT_EVENTS = 100

/** A segment of so many bytes is closed, however young it is. */
export const SEGMENT_BYTES = 64 * 1024 * 1024

/** A segment covers this part of the time for which events are kept, and then it is closed. */
const SPAN = 1 / 30

/** The part of that time for which an event may be kept longer, so that its segment goes as a whole. */
const KEPT_LONGER = 1 / 10

/** A segment takes this part of the largest log at most, so that one segment is little to lose. */
const PART_OF_LIMIT = 1 / 16

/** The open segment in numbers. */
export interface SegmentState {
  readonly events: number
  readonly bytes: number
  /** The time at which its first event was received, in unix milliseconds; null without one. */
  readonly oldestAt: number | null
}

/** The time and the limits that decide when a segment is closed. */
export interface SegmentTerms {
  /** Unix milliseconds. */
  readonly now: number
  readonly retentionDays: number
  /** 0 stands for no limit. */
  readonly maxLogBytes: number
}

/** For how long at most an old event waits for the youngest one of its segment, in milliseconds. */
export function segmentGraceMs(retentionDays: number): number {
  return retentionDays * DAY_MS * KEPT_LONGER
}

/** Whether the open segment is to be closed. */
export function isFull(
  { events, bytes, oldestAt }: SegmentState,
  { now, retentionDays, maxLogBytes }: SegmentTerms,
): boolean {
  if (events < MIN_SEGMENT_EVENTS || oldestAt === null) return false
  return bytes >= segmentBytes(maxLogBytes) || now - oldestAt >= retentionDays * DAY_MS * SPAN
}

/** The size at which a segment is closed, in bytes. */
export function segmentBytes(maxLogBytes: number): number {
  return maxLogBytes === 0 ? SEGMENT_BYTES : Math.min(SEGMENT_BYTES, maxLogBytes * PART_OF_LIMIT)
}
