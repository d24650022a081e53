/**
 * The fate of an event at a destination, as the admin API shows it. Most fates are written down nowhere: with
 * the cursor at 41, event 40 was delivered, and event 42 waits.
 */
import type { LogEntry } from '../log/event.ts'
import { partWith } from './state/gathering.ts'
import type { DigestRecord, ParkReason, StoredFate } from './state/fate.ts'
import type { FilteredBy, FilterReason } from './filters/filter-reason.ts'
import type { DisabledReason, LaneState } from './state/lane-state.ts'

/**
 * The fate of one event at one destination. Times are unix milliseconds, null where the cursor alone tells
 * the fate.
 */
export type Fate = FateState & {
  /** The receiver's HTTP status; null where there was no answer, and where none is written down. */
  readonly status: number | null
  /** The digest in which the event was or will be told; null for an event with a message of its own. */
  readonly digest: DigestPlace | null
  /** The condition that a filtered event does not meet; present with the reason `condition`. */
  readonly condition?: string
}

type FateState =
  | {
      readonly state: 'delivered' | 'parked' | 'expired'
      readonly at: number | null
      readonly attempts: number | null
      readonly reason: ParkReason | null
    }
  | {
      readonly state: 'waiting'
      readonly at: null
      readonly attempts: number
      /** The reason why its lane is disabled, or why its last attempt failed. */
      readonly reason: DisabledReason | null
    }
  | {
      readonly state: 'filtered'
      readonly at: null
      readonly attempts: null
      readonly reason: Exclude<FilterReason, 'unchanged'>
    }
  | {
      readonly state: 'unchanged'
      readonly at: null
      readonly attempts: null
      readonly reason: null
    }

/** The place of a digest in the log: its first and last sequence, and the number of its events. */
export interface DigestPlace {
  readonly first: number
  readonly last: number
  readonly count: number
}

/** Everything beside the lane from which the fate of an entry follows. */
export interface KnownFate {
  readonly exact: StoredFate | null
  readonly digestRecord: DigestRecord | null
  /** The reason why the lane does not get the entry; null when it does. */
  readonly filteredBy: FilteredBy | null
}

/** The fate of an entry: a stored one wins over the one that follows from the cursor. */
export function fateOf(lane: LaneState, entry: LogEntry, known: KnownFate): Fate {
  const sequences = known.digestRecord?.sequences ?? partWith(lane.gathering, entry.sequence) ?? []
  const isTogether = sequences.length > 1 && sequences.includes(entry.sequence)
  const status = known.exact?.status ?? null
  return { ...stateOf(lane, entry, known), status, digest: isTogether ? placeOf(sequences) : null }
}

function placeOf(sequences: readonly number[]): DigestPlace {
  const [first = 0] = sequences
  return { first, last: sequences.at(-1) ?? first, count: sequences.length }
}

function stateOf(
  lane: LaneState,
  { sequence }: LogEntry,
  { exact, digestRecord, filteredBy }: KnownFate,
): FateState & Pick<Fate, 'condition'> {
  if (exact !== null) {
    const { state, at, attempts, reason } = exact
    return { state, at, attempts, reason }
  }
  if (digestRecord !== null) {
    return {
      state: 'delivered',
      at: digestRecord.at,
      attempts: digestRecord.attempts,
      reason: null,
    }
  }
  const recent = lane.recent.find((fate) => fate.sequence === sequence)
  if (recent !== undefined) {
    return { state: recent.state, at: recent.at, attempts: recent.attempts, reason: null }
  }
  if (filteredBy !== null) return filteredState(filteredBy)
  if (sequence <= lane.cursor) return { ...UNTOLD, state: 'delivered', reason: null }
  const isFront = sequence === lane.cursor + 1
  const attempts = isFront ? lane.attempts : 0
  const failure = attempts > 0 ? (lane.lastError?.reason ?? null) : null
  return { state: 'waiting', at: null, attempts, reason: lane.disabledReason ?? failure }
}

function filteredState({ reason, ...further }: FilteredBy): FateState & Pick<Fate, 'condition'> {
  return reason === 'unchanged'
    ? { ...UNTOLD, state: 'unchanged', reason: null }
    : { ...UNTOLD, state: 'filtered', reason, ...further }
}

const UNTOLD = { at: null, attempts: null } as const
