/** What became of an event at a destination: exact where it was written down, else from the cursor. */
import type { LogEntry } from '../log/event.ts'
import type { DigestPlace, DigestRecord, ExactFate, Fate } from './fate.ts'
import { UNCHANGED } from './filter-reason.ts'
import type { LaneState } from './lane-state.ts'

/** What storage knows of an entry at one destination, and why the lane does not get it at all. */
export interface KnownFate {
  readonly exact: ExactFate | null
  readonly digest: DigestRecord | null
  readonly filteredBy: string | null
}

/** The fate of an entry: what is stored wins over what follows from the cursor. */
export function fateOf(lane: LaneState, entry: LogEntry, known: KnownFate): Fate {
  const sequences = known.digest?.sequences ?? lane.digest ?? []
  const digest = sequences.includes(entry.sequence) ? placeOf(sequences) : null
  return { ...stateOf(lane, entry, known), digest }
}

function placeOf(sequences: readonly number[]): DigestPlace {
  const [first = 0] = sequences
  return { first, last: sequences.at(-1) ?? first, count: sequences.length }
}

function stateOf(
  lane: LaneState,
  entry: LogEntry,
  { exact, digest, filteredBy }: KnownFate,
): Omit<Fate, 'digest'> {
  if (exact !== null) {
    const { state, at, attempts, reason } = exact
    return { state, at, attempts, reason }
  }
  if (digest !== null) {
    return { state: 'delivered', at: digest.at, attempts: digest.attempts, reason: null }
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
