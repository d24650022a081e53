/**
 * Runs the lanes of one portal: one walk for each lane, and several lanes at once. A kick that comes during a
 * walk is never lost, since the walk is then repeated. Nobody waits for a walk, so a slow receiver delays no
 * other lane.
 */
import { hasBacklog, laneDueAt, type LaneState } from '../../core/lanes/state/lane-state.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import { SAFETY_ALARM_MS, earliest } from '../../core/pace/schedule.ts'
import type { Enricher } from '../fields/enricher.ts'
import type { Scheduler } from '../scheduler.ts'
import type { World } from '../world.ts'
import type { LaneBook } from './book/book.ts'
import type { Receivers } from './sending/receivers.ts'
import type { LaneWalker } from './walker.ts'

/** The time after which a run begins no send any more, in milliseconds; the alarm goes on then. */
export const RUN_BUDGET_MS = 30_000

/**
 * The wait of a lane after a walk that failed, in milliseconds. A walk fails when storage fails, or by a bug of
 * this program; a delivery that fails is an outcome, and no failure of the walk.
 */
export const FAILED_RETRY_MS = MINUTE_MS

/**
 * The longest sleep of a portal with waiting events, in milliseconds. For example, a destination is wrong, and
 * its lane stands for days. The deployment that corrects it tells the object nothing, and takes effect when
 * the object wakes next.
 */
export const STANDING_LOOK_MS = 15 * MINUTE_MS

/** The dependencies of the pump. */
export interface PumpDeps {
  readonly book: Pick<LaneBook, 'all' | 'hasUnstoredOutcome' | 'correctWaits' | 'hasUnopened'>
  readonly receivers: Pick<Receivers, 'findDestination'>
  readonly walker: Pick<LaneWalker, 'walk'>
  readonly enricher: Pick<Enricher, 'readableHead'>
  readonly world: Pick<World, 'now'>
  readonly scheduler: Pick<Scheduler, 'background' | 'laneRested' | 'report' | 'after'>
}

/** The walks that are under way. */
export class Pump {
  readonly #deps: PumpDeps
  readonly #running = new Set<string>()
  readonly #again = new Set<string>()
  readonly #failedAt = new Map<string, number>()

  constructor(deps: PumpDeps) {
    this.#deps = deps
  }

  /** Whether any walk is under way. */
  isRunning(): boolean {
    return this.#running.size > 0
  }

  /** Starts the walk of every lane that has something to do, now or soon. */
  kick(): void {
    for (const { destination } of this.#lanesWithWork()) this.#start(destination)
  }

  /** The time at which the next lane wants to be walked, or looked at; null when no lane has anything to do. */
  dueAt(): number | null {
    const walks = this.#lanesWithWork().map(({ destination, at }) =>
      Math.max(at, this.#busyUntil(destination)),
    )
    return earliest([...walks, this.#standingLookAt()])
  }

  /** The time of the next look at lanes that stand still; null when no lane has work that a deployment could free. */
  #standingLookAt(): number | null {
    const { book, enricher, world } = this.#deps
    const head = enricher.readableHead()
    // Only its operator lets a paused lane go on, and that call wakes the object.
    const stands = book.all().some((lane) => lane.status !== 'paused' && hasBacklog(lane, head))
    // While DESTINATIONS cannot be read, events may wait for lanes that do not exist yet.
    return stands || book.hasUnopened(head) ? world.now() + STANDING_LOOK_MS : null
  }

  /** The configured lanes that have something to do, each with the time from which on. */
  #lanesWithWork(): readonly { readonly destination: string; readonly at: number }[] {
    const { book, receivers, enricher, world } = this.#deps
    book.correctWaits(world.now())
    const readableHead = enricher.readableHead()
    return book.all().flatMap((lane: LaneState) => {
      if (receivers.findDestination(lane.destination) === null) return []
      // A lane with an outcome that storage has refused stores that before it does anything else.
      const at = book.hasUnstoredOutcome(lane.destination) ? 0 : laneDueAt(lane, readableHead)
      return at === null ? [] : [{ destination: lane.destination, at }]
    })
  }

  /**
   * The time before which the alarm has nothing to do for a lane. A lane that is being walked needs the alarm
   * only if the object ends, and a lane whose walk failed rests.
   */
  #busyUntil(destination: string): number {
    if (this.#running.has(destination)) return this.#deps.world.now() + SAFETY_ALARM_MS
    const failedAt = this.#failedAt.get(destination)
    // A failure in the future was noted by a wrong clock. The rest after it has no known end, and does not count.
    if (failedAt === undefined || failedAt > this.#deps.world.now()) return 0
    return failedAt + FAILED_RETRY_MS
  }

  #start(destination: string): void {
    if (this.#running.has(destination)) {
      this.#again.add(destination)
      return
    }
    if (this.#busyUntil(destination) > this.#deps.world.now()) return
    this.#running.add(destination)
    this.#deps.scheduler.background(this.#loop(destination))
  }

  async #loop(destination: string): Promise<void> {
    const deadline = this.#deps.world.now() + RUN_BUDGET_MS
    do {
      this.#again.delete(destination)
      try {
        await this.#deps.walker.walk(destination, deadline)
        this.#failedAt.delete(destination)
      } catch (error) {
        this.#failedAt.set(destination, this.#deps.world.now())
        this.#deps.scheduler.report('lane_failed', error)
        // Storage that refuses may refuse the alarm too, so this timer stands beside it.
        this.#deps.scheduler.after(FAILED_RETRY_MS, () => this.kick())
        break
      }
    } while (this.#again.has(destination) && this.#deps.world.now() < deadline)
    // Nothing is awaited between the last look at `#again` and the next line. So a kick is seen by that look,
    // or it comes later and starts a walk of its own.
    this.#running.delete(destination)
    this.#deps.scheduler.laneRested()
  }
}
