/**
 * The observer gathers the facts from which the causes of bulletins follow. It adds no timer: the object asks it in
 * the step after each commit. Of the log it reads the new entries, and of a lane with a backlog the first entry once
 * a minute.
 */
import { domainOf } from '../../core/access/domains.ts'
import type { PortalStatus } from '../../core/access/portal-status.ts'
import { REMEMBERED_EVENTS } from '../../core/access/silence.ts'
import type { Desk, CountedCauses } from '../../core/bulletins/desk.ts'
import { lifeOfEntry } from '../../core/bulletins/life-of-entry.ts'
import {
  LANE_BEHIND_MS,
  type ObservedPortal,
  type ObservedInstall,
  type ObservedLane,
} from '../../core/bulletins/observed.ts'
import { quietAt } from '../../core/bulletins/quiet.ts'
import { DAY_MS, MINUTE_MS } from '../../core/durations.ts'
import { laneDueAt, type LaneState } from '../../core/lanes/state/lane-state.ts'
import type { LogEntry } from '../../core/log/event.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { LaneRules } from '../lanes/rules.ts'
import type { LogSpace } from '../log/log-space.ts'
import type { LogStore } from '../log/log-store.ts'
import type { YoungestStore } from '../log/youngest-store.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { World } from '../world.ts'

/** The shortest time between two looks for the first event of a backlog, in milliseconds. */
const LOOK_MS = MINUTE_MS

/** The most entries at which a life of the object looks because a former life may not have looked at them. */
const MAX_LOOKED_BACK = 1000

/** Entries read at a time. */
const PAGE = 50

/** The most refusals of a day that are counted. */
const MAX_REFUSALS = 1000

/** The dependencies of the observer. */
export interface ObserverDeps {
  readonly state: Pick<PortalState, 'install' | 'isFull' | 'head'>
  readonly status: () => PortalStatus
  readonly log: Pick<LogStore, 'afterForLanes'>
  readonly youngest: Pick<YoungestStore, 'lastEventTimes'>
  /** The lanes over the portal's log. */
  readonly lanes: Pick<LaneBook, 'all' | 'lastParkReason'> & Pick<LaneRules, 'frontOf'>
  readonly space: Pick<LogSpace, 'bytes' | 'limit'>
  readonly world: Pick<World, 'now'>
}

/** The first event of a backlog, as it was found last. */
interface Front {
  readonly cursor: number
  readonly receivedAt: number | null
  readonly lookedAt: number
}

/**
 * A lane that goes on, or goes on within this time, in milliseconds, has so long to catch up before it counts as
 * behind.
 */
const GRACE_MS = MINUTE_MS

/** The observer of one portal. */
export class Observer {
  readonly #deps: ObserverDeps
  /** The last entry of the log that was looked at; null before the first look. */
  #seen: number | null = null
  #life: CountedCauses['life'] = []
  #found: CountedCauses['found'] = null
  /** The times of the last events, in unix milliseconds; null until they were read. */
  #eventTimes: readonly number[] | null = null
  #refusals: readonly number[] = []
  #refusedInstalls: number | null = null
  readonly #fronts = new Map<string, Front>()
  /** Since when each lane with a backlog was seen to go on, in unix milliseconds. */
  readonly #goesOnSince = new Map<string, number>()

  constructor(deps: ObserverDeps) {
    this.#deps = deps
  }

  /** The state of the object now. */
  look(): ObservedPortal {
    const { state, status, lanes, space, world } = this.#deps
    const times = this.#times()
    const now = world.now()
    return {
      now,
      status: status(),
      install: this.#install(),
      lanes: lanes.all().map((lane) => this.#lane(lane)),
      quietAt: quietAt(times, now),
      lastEventAt: times.length === 0 ? null : Math.min(now, Math.max(...times)),
      storage: { bytes: space.bytes(), limit: space.limit(), isFull: state.isFull() },
    }
  }

  /** The things that happened since the desk was told of them. */
  happened(desk: Pick<Desk, 'seen' | 'compared'>): CountedCauses {
    const { state, log } = this.#deps
    const head = state.head()
    const begins = Math.min(desk.seen, desk.compared)
    // The log may end before the entry that was looked at last, when the portal was restored to an earlier time.
    let seen = Math.min(this.#seen ?? Math.max(begins, head - MAX_LOOKED_BACK), head)
    while (seen < head) {
      const page = log.afterForLanes(seen, PAGE)
      for (const entry of page) this.#note(entry, desk)
      seen = page.length === 0 ? head : (page.at(-1)?.sequence ?? head)
    }
    this.#seen = seen
    return { seen, life: this.#life, found: this.#found, refusals: this.#countRefusals() }
  }

  /** Notes that the desk has taken over what happened, so that it is not told again. */
  noteTold({ found, refusals }: { readonly found: boolean; readonly refusals: boolean }): void {
    this.#life = []
    if (found) this.#found = null
    if (refusals) this.#refusals = []
  }

  /**
   * Notes a caller that was refused, and returns how many were since that was told or stored last, within a day or so.
   */
  noteRefused(): number {
    this.#refusals = [...this.#refusals, this.#deps.world.now()].slice(-MAX_REFUSALS)
    return this.#refusals.length
  }

  #note(entry: LogEntry, { seen, compared }: Pick<Desk, 'seen' | 'compared'>): void {
    const { sequence, origin, enrichment, receivedAt } = entry
    const life = sequence > seen ? lifeOfEntry(entry) : null
    if (life !== null) this.#life = [...this.#life, life]
    if (origin === 'event') {
      if (this.#seen !== null) {
        this.#eventTimes = [...this.#times(), receivedAt].slice(-REMEMBERED_EVENTS)
      }
      return
    }
    const isCompared = enrichment.completes.length === 0 && enrichment.repeats === undefined
    if (!isCompared || sequence <= compared) return
    const { count = 0, since = this.#deps.world.now() } = this.#found ?? {}
    this.#found = { count: count + 1, since }
  }

  #times(): readonly number[] {
    this.#eventTimes ??= this.#deps.youngest.lastEventTimes(REMEMBERED_EVENTS)
    return this.#eventTimes
  }

  #countRefusals(): number {
    const { state, world } = this.#deps
    const { count } = state.install().refused
    const more = Math.max(0, count - (this.#refusedInstalls ?? count))
    this.#refusedInstalls = count
    for (let n = 0; n < Math.min(more, MAX_REFUSALS); n += 1) this.noteRefused()
    this.#refusals = this.#refusals.filter((at) => Math.abs(world.now() - at) < DAY_MS)
    return this.#refusals.length
  }

  #install(): ObservedInstall {
    const install = this.#deps.state.install()
    const { application, generation, updatedTs = null } = install
    return {
      key: application === null ? null : `${generation} ${application.clientId}`,
      clientId: application?.clientId ?? null,
      domain: domainOf(install) ?? install.endedDomain,
      applicationStatus: application?.applicationStatus ?? null,
      updatedTs,
    }
  }

  #lane(lane: LaneState): ObservedLane {
    const { destination, status, disabledReason, attempts, tally, lastError } = lane
    const lastReason = lastError?.reason ?? null
    const oldestWaitingAt = status === 'active' ? this.#oldestWaitingAt(lane) : null
    return {
      destination,
      status,
      disabledReason,
      attempts,
      parked: tally.parked,
      parkReason: this.#deps.lanes.lastParkReason(destination) ?? lastReason,
      oldestWaitingAt,
      behindAt: this.#behindAt(lane, oldestWaitingAt),
      lastReason,
    }
  }

  /**
   * An event may be old for other reasons than its lane: it waited in the spill, or an operator has resumed the lane a
   * moment ago, or the lane gathers a digest. So a lane that goes on has a minute to catch up.
   */
  #behindAt(lane: LaneState, oldestWaitingAt: number | null): number | null {
    const { destination, gathering } = lane
    const now = this.#deps.world.now()
    if (oldestWaitingAt === null) {
      this.#goesOnSince.delete(destination)
      return null
    }
    const since = this.#goesOnSince.get(destination) ?? now
    this.#goesOnSince.set(destination, Math.min(since, now))
    const due = laneDueAt(lane, this.#deps.state.head()) ?? now
    const waits = due - now >= GRACE_MS && due !== gathering.until
    const graceUntil = waits ? 0 : Math.max(since, gathering.until ?? 0) + GRACE_MS
    return Math.max(oldestWaitingAt + LANE_BEHIND_MS, graceUntil)
  }

  #oldestWaitingAt(lane: LaneState): number | null {
    const { destination, cursor } = lane
    const { state, lanes, world } = this.#deps
    if (cursor >= state.head()) {
      this.#fronts.delete(destination)
      return null
    }
    const known = this.#fronts.get(destination)
    const now = world.now()
    if (known !== undefined) {
      // A front that stands stays the front.
      const isFront = known.cursor === cursor && known.receivedAt !== null
      if (isFront || Math.abs(now - known.lookedAt) < LOOK_MS) return known.receivedAt
    }
    const receivedAt = lanes.frontOf(lane)?.receivedAt ?? null
    this.#fronts.set(destination, { cursor, receivedAt, lookedAt: now })
    return receivedAt
  }
}
