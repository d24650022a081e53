/** The acts of an operator on one lane: pause, resume, park and replay. Every act is one transaction. */
import { canReplay } from '../../core/lanes/filters/filter-reason.ts'
import { parkEvent } from '../../core/lanes/state/cursor.ts'
import type { LaneState, ReplayJob } from '../../core/lanes/state/lane-state.ts'
import { tallyParked } from '../../core/lanes/state/tally.ts'
import { enable, pause } from '../../core/lanes/state/lane-status.ts'
import { MAX_REPLAY_JOBS } from '../../core/lanes/state/replay-job.ts'
import { countMeant, outlinesAfter } from '../../core/log/entries.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { Enricher } from '../fields/enricher.ts'
import type { LogStore } from '../log/log-store.ts'
import type { World } from '../world.ts'
import type { LaneBook } from './book/book.ts'
import type { FateStore } from './book/fate-store.ts'
import type { LaneRules } from './rules.ts'
import type { Receivers } from './sending/receivers.ts'

/** An operator's wish for one lane. */
export type LaneWish =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'park'; readonly sequence: number }

/** The events that an operator wants again. */
export type ReplayWish =
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'parked' }

/** The status of a lane; stable words of the admin API. */
export type LaneStatus = LaneState['status']

/** The reason why a wish was not granted: stable words of the admin API. */
export type LaneFault = 'unknown_lane' | 'removed_lane' | 'not_head' | 'too_many_jobs'

/** The dependencies of the controls. */
export interface LaneControlDeps {
  readonly log: Pick<LogStore, 'outlinesAfter'>
  readonly fates: Pick<FateStore, 'countParked' | 'nextParked'>
  readonly book: Pick<LaneBook, 'findLane' | 'save'>
  readonly rules: Pick<LaneRules, 'filteredBy' | 'match' | 'tellerOf'>
  readonly receivers: Pick<Receivers, 'findDestination'>
  readonly enricher: Pick<Enricher, 'readableHead'>
  readonly world: Pick<World, 'now'>
}

/** The events that a replay would send. */
export interface ReplayList {
  /** Their number. */
  readonly count: number
  /** The first of them, oldest first. */
  readonly sequences: readonly number[]
}

/** Rows read at a time until the front is found. */
const FRONT_PAGE = 50

/** Rows read at a time while the events of a replay are counted. */
const COUNT_PAGE = 200

/** The controls of a portal's lanes. */
export class LaneControl {
  readonly #deps: LaneControlDeps

  constructor(deps: LaneControlDeps) {
    this.#deps = deps
  }

  /**
   * Does what an operator wishes for one lane. A pause begins after the attempt that is under way. A resumed
   * lane tries at once, also one that was disabled. Only the front of a lane can be parked.
   */
  apply(destination: string, wish: LaneWish): Result<LaneState, LaneFault> {
    const { book, receivers } = this.#deps
    const lane = book.findLane(destination)
    if (lane === null) return err('unknown_lane')
    if (receivers.findDestination(destination) === null) return err('removed_lane')
    switch (wish.kind) {
      case 'pause':
        return ok(this.#save(pause(lane)))
      case 'resume':
        return ok(this.#save(enable(lane)))
      case 'park':
        return this.#park(lane, wish.sequence)
    }
  }

  #save(lane: LaneState): LaneState {
    this.#deps.book.save(lane)
    return lane
  }

  #park(lane: LaneState, sequence: number): Result<LaneState, LaneFault> {
    if (this.#front(lane) !== sequence) return err('not_head')
    const { book, world } = this.#deps
    const at = world.now()
    const parked = parkEvent(lane, sequence, { reason: 'set_aside', status: null, at })
    const tallied = tallyParked(parked.lane, parked.fates)
    book.save(tallied, { fates: parked.fates })
    return ok(tallied)
  }

  /**
   * The first event of the digest under way, else the first event behind the cursor that the destination
   * gets. An event that waits for its enrichment is in front of no lane yet: a replay could tell it before it is
   * decided what it tells.
   */
  #front(lane: LaneState): number | null {
    const [first] = lane.gathering.underWay ?? []
    if (first !== undefined) return first
    const { log, rules, enricher } = this.#deps
    const readableHead = enricher.readableHead()
    for (const entry of outlinesAfter(log, lane.cursor, { page: FRONT_PAGE })) {
      if (entry.sequence > readableHead) return null
      if (rules.filteredBy(lane, entry) === null) return entry.sequence
    }
    return null
  }

  /**
   * Stores the wish for events as a replay job, and answers how many events it concerns; `dryRun` only counts
   * them.
   */
  replay(
    destination: string,
    wish: ReplayWish,
    { dryRun }: { dryRun: boolean },
  ): Result<number, LaneFault> {
    const { book, world } = this.#deps
    const lane = book.findLane(destination)
    if (lane === null) return err('unknown_lane')
    if (lane.status === 'removed') return err('removed_lane')
    const job = createJob(lane, { wish, startedAt: world.now() })
    const count = this.#count(lane, job)
    if (dryRun || count === 0) return ok(count)
    if (lane.replays.length >= MAX_REPLAY_JOBS) return err('too_many_jobs')
    book.save({ ...lane, replays: [...lane.replays, job] })
    return ok(count)
  }

  /** Lists the events that a replay would send, the first `limit` of them. Nothing changes. */
  list(
    destination: string,
    wish: ReplayWish,
    { limit }: { limit: number },
  ): Result<ReplayList, LaneFault> {
    const { book, world } = this.#deps
    const lane = book.findLane(destination)
    if (lane === null) return err('unknown_lane')
    if (lane.status === 'removed') return err('removed_lane')
    const job = createJob(lane, { wish, startedAt: world.now() })
    const sequences: number[] = []
    const found = job.parkedOnly ? this.#parkedIn(lane, job) : this.#sequencesOf(lane, job)
    for (const sequence of found) {
      if (sequences.length === limit) break
      sequences.push(sequence)
    }
    return ok({ count: this.#count(lane, job), sequences })
  }

  #count(lane: LaneState, job: ReplayJob): number {
    const { log, fates, rules } = this.#deps
    if (job.parkedOnly) return fates.countParked(lane.destination)
    const entries = outlinesAfter(log, job.next - 1, { page: COUNT_PAGE })
    return countMeant(entries, {
      last: job.to,
      isMeant: (entry) => canReplay(lane, entry, rules),
    })
  }

  /** The events of a job that is about what is parked. */
  *#parkedIn({ destination }: LaneState, job: ReplayJob): Generator<number> {
    const { fates } = this.#deps
    let from = job.next
    for (;;) {
      const sequence = fates.nextParked(destination, { from, to: job.to })
      if (sequence === null) return
      yield sequence
      from = sequence + 1
    }
  }

  /** The events of a job that is about a range. */
  *#sequencesOf(lane: LaneState, job: ReplayJob): Generator<number> {
    const { log, rules } = this.#deps
    for (const entry of outlinesAfter(log, job.next - 1, { page: COUNT_PAGE })) {
      if (entry.sequence > job.to) return
      if (canReplay(lane, entry, rules)) yield entry.sequence
    }
  }
}

/** A replay never goes beyond the cursor: events behind it are still on their way. */
function createJob(
  lane: LaneState,
  { wish, startedAt }: { readonly wish: ReplayWish; readonly startedAt: number },
): ReplayJob {
  const range = wish.kind === 'range' ? wish : { from: 1, to: lane.cursor }
  return {
    next: Math.max(1, range.from),
    to: Math.min(range.to, lane.cursor),
    parkedOnly: wish.kind === 'parked',
    startedAt,
    attempts: 0,
    retryAt: null,
  }
}
