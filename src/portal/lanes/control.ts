/** What an operator may do with one lane. Every method is one transaction. */
import { MAX_REPLAY_JOBS } from '../../core/lanes/replay-job.ts'
import { pause, enable } from '../../core/lanes/lane-status.ts'
import type { LaneState, ReplayJob } from '../../core/lanes/lane-state.ts'
import { parkEvent } from '../../core/lanes/cursor.ts'
import { entriesAfter } from '../../core/log/entries.ts'
import { err, ok, type Result } from '../../core/result.ts'
import type { Deliverer } from './rules.ts'
import type { LaneBook } from './book.ts'
import type { LogStore } from '../log/log-store.ts'

/** What an operator wishes for one lane. */
export type LaneWish =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'park'; readonly sequence: number }

/** Which events an operator wants again. */
export type ReplayWish =
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'parked' }

/** Why a wish was not granted. */
export type ControlRefusal = 'unknown_lane' | 'removed_lane' | 'not_head' | 'too_many_jobs'

/** What the controls need from the object around them. */
export interface LaneControlDeps {
  readonly log: LogStore
  readonly lanes: LaneBook
  readonly deliverer: Pick<Deliverer, 'filteredBy' | 'find'>
  now(): number
}

/** The controls of a portal's lanes. */
export class LaneControl {
  readonly #deps: LaneControlDeps

  constructor(deps: LaneControlDeps) {
    this.#deps = deps
  }

  /** Does what an operator wishes for one lane. */
  apply(destination: string, wish: LaneWish): Result<LaneState, ControlRefusal> {
    switch (wish.kind) {
      case 'pause':
        return this.pause(destination)
      case 'resume':
        return this.resume(destination)
      case 'park':
        return this.park(destination, wish.sequence)
    }
  }

  /** Stops a lane after the attempt that is under way. */
  pause(destination: string): Result<LaneState, ControlRefusal> {
    return this.#change(destination, (lane) => ok(pause(lane)))
  }

  /** Lets a lane go on and try at once; enables a disabled one. */
  resume(destination: string): Result<LaneState, ControlRefusal> {
    return this.#change(destination, (lane) => ok(enable(lane)))
  }

  /** Sets the waiting head of a lane aside. */
  park(destination: string, sequence: number): Result<LaneState, ControlRefusal> {
    const lane = this.#deps.lanes.find(destination)
    if (lane === null) return err('unknown_lane')
    if (this.#deps.deliverer.find(destination) === null) return err('removed_lane')
    if (this.#head(lane) !== sequence) return err('not_head')
    const cause = { reason: 'set_aside', status: null, at: this.#deps.now() }
    const settled = parkEvent(lane, sequence, cause)
    this.#deps.lanes.save(settled.lane, { fates: settled.fates })
    return ok(settled.lane)
  }

  /** Asks for events again, as a durable job; `dryRun` only counts them. */
  replay(
    destination: string,
    wish: ReplayWish,
    { dryRun }: { dryRun: boolean },
  ): Result<number, ControlRefusal> {
    const lane = this.#deps.lanes.find(destination)
    if (lane === null) return err('unknown_lane')
    if (lane.status === 'removed') return err('removed_lane')
    const job = this.#job(lane, wish)
    const count = this.#count(lane, job)
    if (dryRun || count === 0) return ok(count)
    if (lane.replays.length >= MAX_REPLAY_JOBS) return err('too_many_jobs')
    this.#deps.lanes.save({ ...lane, replays: [...lane.replays, job] })
    return ok(count)
  }

  #change(
    destination: string,
    change: (lane: LaneState) => Result<LaneState, ControlRefusal>,
  ): Result<LaneState, ControlRefusal> {
    const lane = this.#deps.lanes.find(destination)
    if (lane === null) return err('unknown_lane')
    if (this.#deps.deliverer.find(destination) === null) return err('removed_lane')
    const changed = change(lane)
    if (changed.ok) this.#deps.lanes.save(changed.value)
    return changed
  }

  /** The first event behind the cursor that the destination is meant to get. */
  #head(lane: LaneState): number | null {
    const [frozen] = lane.digest ?? []
    if (frozen !== undefined) return frozen
    for (const entry of entriesAfter(this.#deps.log, lane.cursor, { page: 50 })) {
      if (this.#deps.deliverer.filteredBy(lane, entry) === null) return entry.sequence
    }
    return null
  }

  #job(lane: LaneState, wish: ReplayWish): ReplayJob {
    const range = wish.kind === 'range' ? wish : { from: 1, to: lane.cursor }
    return {
      next: Math.max(1, range.from),
      to: Math.min(range.to, lane.cursor),
      parkedOnly: wish.kind === 'parked',
      startedAt: this.#deps.now(),
      attempts: 0,
      nextAttemptAt: null,
    }
  }

  #count(lane: LaneState, job: ReplayJob): number {
    if (job.parkedOnly) return this.#deps.log.countParked(lane.destination, job.to)
    let count = 0
    for (const entry of entriesAfter(this.#deps.log, job.next - 1, { page: 200 })) {
      if (entry.sequence > job.to) break
      if (this.#deps.deliverer.filteredBy(lane, entry) === null) count += 1
    }
    return count
  }
}
