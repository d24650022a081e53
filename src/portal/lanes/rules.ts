/**
 * The rules of one portal's lanes: the lanes that the configuration asks for, the events that each of
 * them gets, and the reason why it does not get the others.
 */
import { skipEvent } from '../../core/lanes/state/cursor.ts'
import {
  asReplayed,
  filteredBy,
  type FilteredBy,
  type MatchFilter,
} from '../../core/lanes/filters/filter-reason.ts'
import { filterOf } from '../../core/lanes/state/epochs.ts'
import type { Epoch, LaneState } from '../../core/lanes/state/lane-state.ts'
import type { LanePlan } from '../../core/lanes/state/match-lanes.ts'
import { MAX_REPEATS } from '../../core/lanes/walk-lane.ts'
import {
  compileFilter,
  compilePortals,
  type CompiledFilter,
  type EventFilter,
  type PortalIdentity,
} from '../../core/lanes/filters/filter.ts'
import { outlinesAfter } from '../../core/log/entries.ts'
import type { LogEntry, RelayEvent } from '../../core/log/event.ts'
import type { Destination } from '../../destinations/settings/destination.ts'
import type { SettingProblem } from '../../destinations/settings/setting-problem.ts'
import type { PortalDomains } from '../installs/domains.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalConfig } from '../settings.ts'
import type { LaneBook } from './book/book.ts'
import type { Receivers } from './sending/receivers.ts'

/** The dependencies of the rules. */
export interface LaneRulesDeps {
  readonly memberId: string
  readonly config: Pick<PortalConfig, 'destinations'>
  readonly domains: Pick<PortalDomains, 'present' | 'refusedFrom'>
  readonly log: Pick<LogStore, 'outlinesAfter' | 'entry'>
  readonly book: Pick<LaneBook, 'all' | 'find' | 'setInMemory'>
  readonly receivers: Pick<Receivers, 'open' | 'hasValues' | 'fingerprint' | 'problems'>
}

/** Rows read at a time where a whole log may have to be gone through. */
const PAGES = { page: 500 } as const

/** The globs `portals` of each destination, compiled once for all portals of the isolate. */
const PORTALS_OF = new WeakMap<Destination, ReturnType<typeof compilePortals>>()

/** Whether the globs `portals` of a destination take a portal. */
function isForPortal(destination: Destination, portal: PortalIdentity): boolean {
  const known = PORTALS_OF.get(destination) ?? compilePortals(destination.filter.portals)
  PORTALS_OF.set(destination, known)
  return known(portal)
}

/** The same, but a destination whose `portals` cannot be read may be for each portal: its events wait. */
function mayBeFor(destination: Destination, portal: PortalIdentity): boolean {
  const isUnread = destination.problems.some(({ setting }) => setting === 'portals')
  return isUnread || isForPortal(destination, portal)
}

/** The rules of one portal's lanes. */
export class LaneRules {
  readonly #deps: LaneRulesDeps
  /** The destinations whose `portals` take this portal, for the domain that it has. */
  #own: { readonly domain: string | null; readonly destinations: ReadonlySet<Destination> } | null =
    null
  readonly #filters = new Map<string, CompiledFilter>()
  readonly #ofEpoch = new WeakMap<object, CompiledFilter>()
  /** The cursors with which this life of the object began, by destination. */
  #startedAt: ReadonlyMap<string, number> = new Map()

  constructor(deps: LaneRulesDeps) {
    this.#deps = deps
  }

  /** The configured destination of that name; null when it was removed. */
  find(name: string): Destination | null {
    return this.#deps.config.destinations?.find((known) => known.name === name) ?? null
  }

  /** Everything that is wrong with a destination in this portal. */
  problems(destination: Destination): readonly SettingProblem[] {
    return this.#deps.receivers.problems(destination)
  }

  /** The lanes that the configuration asks for now; null when it cannot be read. */
  plans(): readonly LanePlan[] | null {
    const { config, book } = this.#deps
    const known = new Set(book.all().map(({ destination }) => destination))
    const own = this.#ownDestinations()
    // A destination for other portals costs this one nothing, unless its lane has something to deliver still.
    const concerned = config.destinations?.filter(
      (destination) => own.has(destination) || known.has(destination.name),
    )
    return concerned?.map((destination) => this.#plan(destination)) ?? null
  }

  #ownDestinations(): ReadonlySet<Destination> {
    const portal = this.#identity()
    if (this.#own === null || this.#own.domain !== portal.domain) {
      const all = this.#deps.config.destinations ?? []
      const own = all.filter((destination) => mayBeFor(destination, portal))
      this.#own = { domain: portal.domain, destinations: new Set(own) }
    }
    return this.#own.destinations
  }

  #plan(destination: Destination): LanePlan {
    const { name, filter, unchanged } = destination
    const { book, receivers } = this.#deps
    const silent = this.#silence(destination)
    const fingerprint = receivers.fingerprint(destination)
    if (silent !== null || receivers.open(destination) !== null) {
      const epoch = filterOf({ ...filter, silent, skipsUnchanged: unchanged === 'skip' })
      const plan = { destination: name, fingerprint, ...epoch, problem: null }
      // Events that were stored under a domain which the destination names wait for it still, although the
      // portal has another domain now.
      return silent === 'portal' ? { ...plan, from: this.#refusedFrom(destination) } : plan
    }
    // Its filter may be the wrong setting: until it is right, the filter that stood decides which events
    // wait.
    const epoch = filterOf(book.find(name)?.epochs.at(-1) ?? ANYTHING)
    // The fault may lie in another destination. Then the fingerprint of this one stays the same when the
    // fault is mended, and only this prefix makes it change.
    const unusable = { fingerprint: `unusable ${fingerprint}`, problem: 'misconfigured' } as const
    return { destination: name, ...epoch, ...unusable }
  }

  /**
   * Why a destination gets nothing at all in this portal. A wrong destination is not silent: its events wait.
   */
  #silence(destination: Destination): Epoch['silent'] {
    if (destination.problems.length > 0) return null
    if (!isForPortal(destination, this.#identity())) return 'portal'
    return this.#deps.receivers.hasValues(destination) ? null : 'no_value'
  }

  #refusedFrom(destination: Destination): number {
    const { memberId, domains } = this.#deps
    return domains.refusedFrom((domain) => isForPortal(destination, { memberId, domain }))
  }

  #identity(): PortalIdentity {
    return { memberId: this.#deps.memberId, domain: this.#deps.domains.present() }
  }

  /** Matches an entry with the filter of an epoch. `portals` is no part of it: see `#silence`. */
  readonly match: MatchFilter = (filter, entry) =>
    this.#compiled(filter)(entry, () => this.#whole(entry))

  /**
   * The event with its data, which the outline of a large event has lost. It is read for this one answer and held by
   * nobody, so many large events never stand in memory together.
   */
  #whole({ isCut, sequence, event }: LogEntry): RelayEvent {
    const stored = isCut === true ? this.#deps.log.entry(sequence) : null
    // No filter is asked about an event that is quarantined, except as a replay sends it.
    return stored === null ? event : asReplayed(stored).event
  }

  /** The filter of an epoch, compiled. The same epoch decides many events; equal filters are compiled once. */
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

  /** Why a lane does not get an entry; null when it does. */
  filteredBy(lane: LaneState, entry: LogEntry): FilteredBy | null {
    return filteredBy(lane, entry, this)
  }

  /** Notes where the lanes stand in storage. To be called at a start, before any of them moves. */
  noteStart(): void {
    this.#startedAt = new Map(this.#deps.book.all().map((lane) => [lane.destination, lane.cursor]))
  }

  /**
   * The last event that a lane may have been sent under the filter that stood. For example, storage says that
   * a lane stands at 4, and the object ended when the sends of 5 to 9 were under way or not stored yet. A
   * changed filter must not decide 5 to 9 anew: the receiver would meet other events in the same place.
   */
  decidedUpTo(lane: LaneState): number {
    const start = this.#startedAt.get(lane.destination)
    if (start === undefined) return lane.cursor
    let last = lane.cursor
    let meant = 0
    for (const entry of outlinesAfter(this.#deps.log, start, PAGES)) {
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
   * waits for its enrichment, and `users` asks the enrichment, so the moves end at `readableHead`.
   */
  skipFiltered(readableHead = Number.MAX_SAFE_INTEGER): void {
    const { book } = this.#deps
    for (const lane of book.all()) {
      // The events of a digest were decided by the filter that stood: they are passed only when it is
      // settled.
      const isFree = lane.status === 'active' && lane.digest === null && lane.halves.length === 0
      const passed = isFree ? this.#lastFiltered(lane, readableHead) : lane.cursor
      if (passed > lane.cursor) book.setInMemory(skipEvent(lane, passed))
    }
  }

  #lastFiltered(lane: LaneState, readableHead: number): number {
    let passed = lane.cursor
    for (const entry of outlinesAfter(this.#deps.log, lane.cursor, PAGES)) {
      if (entry.sequence > readableHead) break
      if (this.filteredBy(lane, entry) === null) return entry.sequence - 1
      passed = entry.sequence
    }
    return passed
  }

  /**
   * How many events at least one lane was meant to get and has not settled: an uninstall with CLEAN=1 erases
   * them.
   */
  countUnsettled(): number {
    const { book } = this.#deps
    const lanes = book.all().filter(({ status }) => status !== 'removed')
    if (lanes.length === 0) return 0
    const settled = Math.min(...lanes.map(({ cursor }) => cursor))
    let count = 0
    for (const entry of outlinesAfter(this.#deps.log, settled, PAGES)) {
      const isUnsettled = lanes.some(
        (lane) => entry.sequence > lane.cursor && this.filteredBy(lane, entry) === null,
      )
      if (isUnsettled) count += 1
    }
    return count
  }
}

const ANYTHING: Omit<Epoch, 'from'> = {
  events: ['*'],
  fields: [],
  silent: null,
  skipsUnchanged: false,
}
