/**
 * The rules of one portal's lanes: the events that each of them gets, the reason why it does not get the others, and
 * the passages over the log that rest on both.
 */
import { skipEvent } from '../../core/lanes/state/cursor.ts'
import {
  asReplayed,
  asToldTo,
  filteredBy,
  type FilteredBy,
  type FilterMatcher,
  type MatchFilter,
} from '../../core/lanes/filters/filter-reason.ts'
import { hasParts } from '../../core/lanes/state/gathering.ts'
import type { LaneState } from '../../core/lanes/state/lane-state.ts'
import { MAX_REPEATS } from '../../core/lanes/walk-lane.ts'
import {
  compileFilter,
  type CompiledFilter,
  type EventFilter,
} from '../../core/lanes/filters/filter.ts'
import { countMeant, outlinesAfter } from '../../core/log/entries.ts'
import type { LogEntry, RelayEvent } from '../../core/log/event.ts'
import type { LogStore } from '../log/log-store.ts'
import type { LaneBook } from './book/book.ts'
import { MAX_SKIPPED } from './book/checkpoint.ts'

/** The dependencies of the rules. */
export interface LaneRulesDeps {
  readonly log: Pick<LogStore, 'outlinesAfter' | 'entry'>
  readonly book: Pick<LaneBook, 'all' | 'setInMemory'>
}

/**
 * The entries behind a stored cursor among which those stand that may have been sent. A storage that refuses may put
 * the checkpoint off once.
 */
const MAX_UNDECIDED = 2 * MAX_SKIPPED + MAX_REPEATS.machine

/** Rows read at a time where a whole log may have to be gone through. */
const PAGES = { page: 500 } as const

/** The entries among which the front of a lane is looked for. */
const MAX_LOOKED = 50

/** The rules of one portal's lanes. */
export class LaneRules {
  readonly #deps: LaneRulesDeps
  readonly #filters = new Map<string, CompiledFilter>()
  readonly #ofEpoch = new WeakMap<object, CompiledFilter>()
  /** The cursors with which this life of the object began, by destination. */
  #startedAt: ReadonlyMap<string, number> = new Map()

  constructor(deps: LaneRulesDeps) {
    this.#deps = deps
  }

  /** Matches an entry with the filter of an epoch. `portals` is no part of it: see plans.ts. */
  readonly match: MatchFilter = (filter, entry) =>
    this.#compiled(filter)(entry, () => this.#whole(entry))

  /** The entry that has told another one's change. It is read alone: few entries are told by another one. */
  readonly tellerOf: FilterMatcher['tellerOf'] = (sequence) => this.#deps.log.entry(sequence)

  /** The entry as a lane is told it: see `asToldTo`. */
  asToldTo(lane: LaneState, entry: LogEntry): LogEntry {
    return asToldTo(lane, entry, this)
  }

  /**
   * The event with its data, which the outline of a large event has lost. It is read for this one answer and not
   * kept, so that many large events never stand in memory together.
   */
  #whole({ isCut, sequence, event }: LogEntry): RelayEvent {
    const stored = isCut === true ? this.#deps.log.entry(sequence) : null
    // A quarantined event matches no filter, except in the form in which a replay sends it.
    return stored === null ? event : asReplayed(stored).event
  }

  /** The filter of an epoch, compiled. One epoch decides many events; equal filters are compiled once. */
  #compiled(filter: EventFilter): CompiledFilter {
    const known = this.#ofEpoch.get(filter)
    if (known !== undefined) return known
    const { events, fields, users, when } = filter
    const key = JSON.stringify([events, fields, users, when])
    const compiled = this.#filters.get(key) ?? compileFilter(filter)
    this.#filters.set(key, compiled)
    this.#ofEpoch.set(filter, compiled)
    return compiled
  }

  /** The reason why a lane does not get an entry; null when it does. */
  filteredBy(lane: LaneState, entry: LogEntry): FilteredBy | null {
    return filteredBy(lane, entry, this)
  }

  /**
   * The first entry behind the cursor that a lane gets; null when none waits, or when it is not among the next ones.
   * The cursor may stand before events that the lane does not get, for example while one of them waits for its
   * enrichment.
   */
  frontOf(lane: LaneState): LogEntry | null {
    const next = this.#deps.log.outlinesAfter(lane.cursor, MAX_LOOKED)
    return next.find((entry) => this.filteredBy(lane, entry) === null) ?? null
  }

  /** Notes where the lanes stand in storage. To be called at a start, before any of them moves. */
  noteStart(): void {
    this.#startedAt = new Map(this.#deps.book.all().map((lane) => [lane.destination, lane.cursor]))
  }

  /**
   * The last event that a lane may have been sent under the filter that stood. For example, storage says that
   * a lane stands at 4, and the object ended when the sends of 5 to 9 were under way or not stored yet. A
   * changed filter must not decide 5 to 9 anew: the receiver would meet other events in the same place. A lane that
   * passes many events on the way stores its cursor, so what may have been sent lies within as many.
   */
  decidedUpTo(lane: LaneState): number {
    const start = this.#startedAt.get(lane.destination)
    if (start === undefined) return lane.cursor
    let last = lane.cursor
    let meant = 0
    let seen = 0
    for (const entry of outlinesAfter(this.#deps.log, start, PAGES)) {
      seen += 1
      if (seen > MAX_UNDECIDED) break
      if (this.filteredBy(lane, entry) !== null) continue
      last = Math.max(last, entry.sequence)
      meant += 1
      if (meant === MAX_REPEATS.machine) break
    }
    return last
  }

  /**
   * Moves the cursors of active lanes over the events that they do not get, by the filters that are in force.
   * Such moves are not stored, so each start begins with them, before the lanes are matched: otherwise a
   * changed configuration would decide again about events that were left out before. No lane has passed an event that
   * waits for its enrichment, and `users` asks the enrichment, so the moves end at `readableHead`. Of a lane that
   * stands there, nothing is read.
   */
  skipFiltered(readableHead: number): void {
    const { book } = this.#deps
    for (const lane of book.all()) {
      // The events of a digest were decided by the filter that stood: they are passed only when it is
      // settled.
      const isFree = lane.status === 'active' && !hasParts(lane.gathering)
      const passed = isFree ? this.#lastFiltered(lane, readableHead) : lane.cursor
      if (passed > lane.cursor) book.setInMemory(skipEvent(lane, passed))
    }
  }

  #lastFiltered(lane: LaneState, readableHead: number): number {
    if (lane.cursor >= readableHead) return lane.cursor
    let passed = lane.cursor
    let seen = 0
    for (const entry of outlinesAfter(this.#deps.log, lane.cursor, PAGES)) {
      seen += 1
      if (entry.sequence > readableHead || seen > MAX_UNDECIDED) break
      if (this.filteredBy(lane, entry) === null) return entry.sequence - 1
      passed = entry.sequence
    }
    return passed
  }

  /**
   * The number of events up to `head` that at least one lane was meant to get and has not settled: an uninstall with
   * CLEAN=1 erases them.
   */
  countUnsettled(head: number): number {
    const { book, log } = this.#deps
    const lanes = book.all().filter(({ status }) => status !== 'removed')
    if (lanes.length === 0) return 0
    const settled = Math.min(...lanes.map(({ cursor }) => cursor))
    const isMeant = (entry: LogEntry): boolean =>
      lanes.some((lane) => entry.sequence > lane.cursor && this.filteredBy(lane, entry) === null)
    return countMeant(outlinesAfter(log, settled, PAGES), { last: head, isMeant })
  }
}
