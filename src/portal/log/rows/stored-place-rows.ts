/** Looks for the stored place of an event that comes late out of the spill. */
import { HOUR_MS } from '../../../core/durations.ts'
import type { Arrival, StoredPlace } from '../../../core/log/append.ts'
import { numberOf, textOf, type Database } from '../../../storage/database.ts'
import type { Segment } from './segment-rows.ts'

/** The most by which the times of neighbouring events may be out of order, in milliseconds. */
const CLOCKS_DIFFER_MS = HOUR_MS

/**
 * The terms of the search: an event, and how far events with equal content may lie apart to count as one, in
 * milliseconds.
 */
export interface PlaceSearch {
  readonly arrival: Arrival
  readonly windowMs: number
}

/**
 * The place of an event in the log, however long ago it was stored; null when it is not there. Every segment of that
 * time is read: this is the price of having no index, and only the spill pays it.
 */
export function findStoredPlace(
  db: Database,
  segments: readonly Segment[],
  search: PlaceSearch,
): StoredPlace | null {
  const places = segments
    .filter((segment) => isOfTime(segment, search.arrival.receivedAt))
    .flatMap(({ logTable }) => findIn(db, logTable, search) ?? [])
  return places.find(({ sameReceipt }) => sameReceipt) ?? places[0] ?? null
}

function findIn(
  db: Database,
  logTable: string,
  { arrival, windowMs }: PlaceSearch,
): StoredPlace | null {
  const [row] = db.all(
    `SELECT sequence, receipt FROM ${logTable}
     WHERE receipt = ? OR (digest = ? AND received_at BETWEEN ? AND ?)
     ORDER BY receipt = ? DESC, sequence LIMIT 1`,
    arrival.receipt,
    arrival.contentHash,
    arrival.receivedAt - windowMs,
    arrival.receivedAt + windowMs,
    arrival.receipt,
  )
  if (row === undefined) return null
  const sequence = numberOf(row, 'sequence')
  return { sequence, sameReceipt: textOf(row, 'receipt') === arrival.receipt }
}

/** Whether an event of a time may stand in a segment. Clocks differ, and the spill brings events late. */
function isOfTime({ oldestAt, youngestAt }: Segment, receivedAt: number): boolean {
  const isTooOld = youngestAt !== null && youngestAt < receivedAt - CLOCKS_DIFFER_MS
  const isTooYoung = oldestAt !== null && oldestAt > receivedAt + CLOCKS_DIFFER_MS
  return !isTooOld && !isTooYoung
}
