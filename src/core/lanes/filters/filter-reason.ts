/**
 * Decides which events a lane gets. Each event is decided by the filter that stood at its sequence: an event
 * that was left out in March is still left out after the filter was widened in April.
 */
import type { ErasedContent, LogEntry } from '../../log/event.ts'
import { epochAt } from '../state/epochs.ts'
import type { Epoch, LaneState } from '../state/lane-state.ts'
import type { EventFilter, Match } from './filter.ts'

/** The reason why a lane does not get an event; stable words of the admin API. */
export type FilterReason =
  | 'quarantined'
  | Extract<Match, { matches: false }>['reason']
  | NonNullable<Epoch['silent']>
  | 'older_than_destination'
  | 'unchanged'
  | 'erased'

/** The answer for an event that a lane does not get. */
export interface FilteredBy {
  readonly reason: FilterReason
  /** The condition that the event does not meet, as it is configured; present with the reason `condition`. */
  readonly condition?: string
}

/** Matches an entry with the filter of an epoch. The entry may be an outline. */
export type MatchFilter = (filter: EventFilter, entry: LogEntry) => Match

/** A part that can match events: the receiver of a lane, or the rules of a portal's lanes. */
export interface FilterMatcher {
  readonly match: MatchFilter
  /** The entry of the log that has told another one's change, by its sequence; null once the log holds it no more. */
  readonly tellerOf: (sequence: number) => LogEntry | null
}

/** The first reason why a lane does not get an entry; null when it gets it. */
export function filteredBy(
  lane: LaneState,
  entry: LogEntry,
  matcher: FilterMatcher,
): FilteredBy | null {
  if (entry.event.quarantined !== null) return { reason: 'quarantined' }
  const epoch = epochAt(lane, entry.sequence)
  if (epoch === null) return { reason: 'older_than_destination' }
  const { erased } = entry.event
  if (erased !== undefined) return filteredOfErased(lane, entry, erased)
  if (epoch.silent !== null) return { reason: epoch.silent }
  const found = matcher.match(epoch, entry)
  if (found.matches) return isTold(lane, entry, matcher) ? { reason: 'unchanged' } : null
  const { matches: _matches, ...filtered } = found
  return filtered
}

/**
 * Whether an entry says nothing new to a lane that skips such events: the lane gets the entry that has told its change.
 * For example, a lane that takes `*SetEnumValues` alone never gets the update that told a change for both events. An
 * entry that the log holds no more counts as told, so that a later look does not decide anew.
 */
function isTold(lane: LaneState, entry: LogEntry, matcher: FilterMatcher): boolean {
  if (entry.enrichment.toldBy === null || !skipsUnchanged(lane, entry)) return false
  const teller = findTeller(entry, matcher)
  return teller === null || isMeant(lane, teller, matcher)
}

function findTeller(
  { sequence, enrichment: { toldBy } }: LogEntry,
  { tellerOf }: FilterMatcher,
): LogEntry | null {
  return toldBy !== null && toldBy < sequence ? tellerOf(toldBy) : null
}

/**
 * The entry as a lane is told it. A lane that skips what another entry has told, and gets the entry all the same, never
 * got the other one. So it is told the change here.
 */
export function asToldTo(lane: LaneState, entry: LogEntry, matcher: FilterMatcher): LogEntry {
  if (!skipsUnchanged(lane, entry)) return entry
  const teller = findTeller(entry, matcher)
  if (teller === null || teller.event.erased !== undefined) return entry
  if (isMeant(lane, teller, matcher)) return entry
  const { changes } = teller.enrichment
  return { ...entry, enrichment: { ...entry.enrichment, changes, toldBy: null } }
}

function skipsUnchanged(lane: LaneState, { sequence }: LogEntry): boolean {
  return epochAt(lane, sequence)?.skipsUnchanged === true
}

/** A lane that has passed an erased event was meant to get it, unless a reason is written down why it was not. */
function filteredOfErased(
  { destination, cursor }: LaneState,
  { sequence }: LogEntry,
  { filtered }: ErasedContent,
): FilteredBy | null {
  const reason = filtered[destination] ?? null
  // Sound: `filtered` of an erased event holds such reasons only.
  if (reason !== null) return { reason: reason as FilterReason }
  return sequence > cursor ? { reason: 'erased' } : null
}

/** Whether a lane gets an entry. */
export function isMeant(lane: LaneState, entry: LogEntry, matcher: FilterMatcher): boolean {
  return filteredBy(lane, entry, matcher) === null
}

/** An entry as a replay sends it: a quarantined event that the present version understands is told as such. */
export function asReplayed(entry: LogEntry): LogEntry {
  return entry.again === undefined ? entry : { ...entry, event: entry.again }
}

/**
 * Whether an operator may have an entry again: the destination was meant to get it, or it would get it under
 * its present filter. For example, the portal had no value for the destination when the event came, and has
 * one now. An event that was quarantined is decided as the present version understands it.
 */
export function canReplay(lane: LaneState, stored: LogEntry, matcher: FilterMatcher): boolean {
  if (stored.event.erased !== undefined) return false
  const entry = asReplayed(stored)
  const present = lane.epochs.at(-1)
  if (isMeant(lane, entry, matcher)) return true
  if (present === undefined) return false
  return isMeant({ ...lane, epochs: [{ ...present, from: 0 }] }, entry, matcher)
}
