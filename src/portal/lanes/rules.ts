/**
 * Joins the lanes of one portal with its destinations: which lanes the configuration asks for, which
 * events they take, and the receivers themselves, opened with the values of this portal.
 */
import { entriesAfter } from '../../core/log/entries.ts'
import type { LogEntry } from '../../core/log/event.ts'
import type { Epoch, LaneState } from '../../core/lanes/lane-state.ts'
import type { LanePlan } from '../../core/lanes/match-lanes.ts'
import { skipEvent } from '../../core/lanes/cursor.ts'
import {
  filterReason,
  type FilterReason,
  type MatchFilter,
} from '../../core/lanes/filter-reason.ts'
import {
  compileFilter,
  compilePortals,
  type Filter,
  type PortalIdentity,
} from '../../core/lanes/routing.ts'
import { sha256Hex } from '../../core/safety/sha256.ts'
import {
  settingsHashOf,
  openReceiver,
  type Destination,
} from '../../destinations/settings/destination.ts'
import type { Receiver } from '../../destinations/receiver.ts'
import type { LaneBook } from './book.ts'
import type { PortalValues } from '../installs/values.ts'
import type { Trust } from '../installs/trust.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalConfig, World } from '../settings.ts'

/** What the deliverer needs from the object around it. */
export interface DelivererDeps {
  readonly memberId: string
  readonly config: PortalConfig
  readonly world: World
  readonly log: LogStore
  readonly lanes: LaneBook
  readonly trust: Pick<Trust, 'domain'>
  readonly values: Pick<PortalValues, 'all'>
}

type CompiledFilter = ReturnType<typeof compileFilter>

/** The deliveries of one portal. */
export class Deliverer {
  readonly #deps: DelivererDeps
  readonly #fingerprints = new Map<string, string>()
  readonly #opened = new Map<string, Receiver | null>()
  readonly #filters = new Map<string, CompiledFilter>()

  constructor(deps: DelivererDeps) {
    this.#deps = deps
  }

  /** Computes what `plans` needs; again when a value of the portal has changed. */
  async load(): Promise<void> {
    this.#opened.clear()
    for (const configured of this.#deps.config.destinations ?? []) {
      const values = configured.portalValues.map(
        (name) => this.#deps.values.all().get(name) ?? null,
      )
      const own = await settingsHashOf(configured)
      const fingerprint =
        values.length === 0 ? own : await sha256Hex(JSON.stringify([own, ...values]))
      this.#fingerprints.set(configured.name, fingerprint)
    }
  }

  /** Forgets opened destinations: a value of the portal has changed. */
  forgetOpened(): void {
    this.#opened.clear()
  }

  /** The lanes that the configuration asks for now; null when it cannot be read. */
  plans(): readonly LanePlan[] | null {
    return this.#deps.config.destinations?.map((configured) => this.#plan(configured)) ?? null
  }

  #plan(configured: Destination): LanePlan {
    const { name, filter } = configured
    const silent = this.#silence(configured)
    const fingerprint = this.#fingerprints.get(name) ?? ''
    if (silent !== null || this.open(configured) !== null) {
      const { events, fields } = filter
      const skipsUnchanged = configured.unchanged === 'skip'
      return {
        destination: name,
        settingsHash: fingerprint,
        events,
        fields,
        silent,
        skipsUnchanged,
        problem: null,
      }
    }
    // Its filter may be what is wrong: until it is right, the one that stood decides what waits.
    const stood = this.#deps.lanes.find(name)?.epochs.at(-1) ?? ANYTHING
    const { events, fields, silent: silentBefore, skipsUnchanged } = stood
    const filterOfBefore = { events, fields, silent: silentBefore, skipsUnchanged }
    // What was wrong may be told by another setting than its own, so becoming usable is a change.
    const unusable = `unusable ${fingerprint}`
    return {
      destination: name,
      settingsHash: unusable,
      ...filterOfBefore,
      problem: 'misconfigured',
    }
  }

  #silence({ filter, portalValues, problems }: Destination): Epoch['silent'] {
    if (problems.length > 0) return null
    if (!compilePortals(filter.portals)(this.#identity())) return 'portal'
    return portalValues.every((name) => this.#deps.values.all().has(name)) ? null : 'no_value'
  }

  #identity(): PortalIdentity {
    return { memberId: this.#deps.memberId, domain: this.#deps.trust.domain() }
  }

  /** The receiver of a destination with the values of this portal; null when it cannot be opened. */
  open(configured: Destination): Receiver | null {
    const known = this.#opened.get(configured.name)
    if (known !== undefined) return known
    const values = new Map<string, string>()
    for (const [name, value] of this.#deps.values.all()) if (value !== null) values.set(name, value)
    const opened = openReceiver(configured, values, this.#deps.config.policy)
    const destination = opened.ok ? opened.value : null
    this.#opened.set(configured.name, destination)
    return destination
  }

  /** The configured destination of that name; null when it is removed. */
  find(name: string): Destination | null {
    return this.#deps.config.destinations?.find((known) => known.name === name) ?? null
  }

  /** Why a lane does not get an entry; null when it does. */
  filteredBy(lane: LaneState, entry: LogEntry): FilterReason | null {
    return filterReason(lane, entry, this.match)
  }

  /**
   * Passes what the active lanes skip, by the filters that stood. Skips are not stored, and events that were
   * skipped must not come back when a new configuration asks anew from the cursor on.
   */
  passSkipped(): void {
    for (const lane of this.#deps.lanes.all()) {
      // A frozen digest was decided by the filter that stood: it is passed only when it is settled.
      const isFree = lane.status === 'active' && lane.digest === null
      const passed = isFree ? this.#lastSkipped(lane) : lane.cursor
      if (passed > lane.cursor) this.#deps.lanes.setInMemory(skipEvent(lane, passed))
    }
  }

  #lastSkipped(lane: LaneState): number {
    let passed = lane.cursor
    for (const entry of entriesAfter(this.#deps.log, lane.cursor, { page: SKIP_PAGE })) {
      if (this.filteredBy(lane, entry) === null) return entry.sequence - 1
      passed = entry.sequence
    }
    return passed
  }

  /** Matches an event of this portal with the filter of an epoch, which stands for one of the portals meant. */
  readonly match: MatchFilter = ({ events, fields }, event) =>
    this.#filter({ events, fields, portals: ['*'] })(event, this.#identity())

  #filter(filter: Filter): CompiledFilter {
    const key = JSON.stringify(filter)
    const known = this.#filters.get(key)
    if (known !== undefined) return known
    const compiled = compileFilter(filter)
    this.#filters.set(key, compiled)
    return compiled
  }
}

const SKIP_PAGE = 500

const ANYTHING: Omit<Epoch, 'from'> = {
  events: ['*'],
  fields: [],
  silent: null,
  skipsUnchanged: false,
}
