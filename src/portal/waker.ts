/** Decides when the portal has to wake, and moves its one alarm. */
import { SAFETY_ALARM_MS, earliest } from '../core/pace/schedule.ts'
import type { AlarmKeeper } from './alarm.ts'
import type { LaneBook } from './lanes/book.ts'
import type { Pump } from './lanes/pump.ts'
import type { Scheduler } from './scheduler.ts'
import type { World } from './settings.ts'

/** A part that waits for time. */
export interface Timed {
  /** When it wants to be woken, in unix milliseconds; null while nothing waits. */
  dueAt(): number | null
}

/** What the waker needs. */
export interface WakerDeps {
  readonly alarm: Pick<AlarmKeeper, 'fired' | 'ensure' | 'moveTo'>
  /** Every part that waits for time. */
  readonly timed: readonly Timed[]
  readonly pump: Pick<Pump, 'isRunning'>
  readonly book: Pick<LaneBook, 'flush' | 'flushInTime'>
  readonly world: Pick<World, 'now'>
  readonly scheduler: Pick<Scheduler, 'background'>
}

/** The waking of one portal. */
export class Waker {
  readonly #deps: WakerDeps
  #isSafetySet = false

  constructor(deps: WakerDeps) {
    this.#deps = deps
  }

  /** When the portal has to wake next, in unix milliseconds; null when nothing waits for time. */
  wakeAt(): number | null {
    return earliest(this.#deps.timed.map((part) => part.dueAt()))
  }

  /** Makes sure of an alarm for whatever waits. The alarm joins the writes of the same turn. */
  wakeInTime(): void {
    this.#deps.scheduler.background(this.#deps.alarm.ensure(this.wakeAt()))
  }

  /** The alarm has fired: false when there is nothing to do; else the next alarm stands before the work begins. */
  async begin(): Promise<boolean> {
    this.#deps.alarm.fired()
    if (this.wakeAt() === null) return false
    await this.#deps.alarm.ensure(this.#deps.world.now() + SAFETY_ALARM_MS)
    this.#isSafetySet = true
    return true
  }

  /** A lane has come to rest. The last one of a portal stores what all of them have only in memory. */
  laneRested(): void {
    this.wakeInTime()
    if (this.#deps.pump.isRunning()) return this.#deps.book.flushInTime()
    this.#deps.book.flush()
    this.atRest()
  }

  /**
   * Takes the alarm's own safety alarm away when no lane is walked: a portal that waits an hour for a retry must not be woken
   * five minutes after each alarm.
   */
  atRest(): void {
    this.wakeInTime()
    if (!this.#isSafetySet || this.#deps.pump.isRunning()) return
    this.#isSafetySet = false
    this.#deps.scheduler.background(this.#deps.alarm.moveTo(this.wakeAt()))
  }
}
