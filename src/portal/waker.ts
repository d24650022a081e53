/**
 * The waking of one portal: it decides when the portal has to wake next, and moves the portal's one alarm.
 */
import { MINUTE_MS } from '../core/durations.ts'
import { SAFETY_ALARM_MS, earliest } from '../core/pace/schedule.ts'
import type { AlarmKeeper } from './alarm.ts'
import type { Subscriber } from './installs/subscriber.ts'
import type { Checkpoint } from './lanes/book/checkpoint.ts'
import type { Pump } from './lanes/pump.ts'
import type { Scheduler } from './scheduler.ts'
import type { World } from './world.ts'

/** The wait after which a portal goes on by a timer because storage has refused its alarm, in milliseconds. */
export const REFUSED_ALARM_RETRY_MS = MINUTE_MS

/** A part that waits for time. */
export interface Timed {
  /** The time at which the part wants to be woken, in unix milliseconds; null while nothing waits. */
  dueAt(): number | null
}

/** The dependencies of the waker. */
export interface WakerDeps {
  readonly alarm: Pick<AlarmKeeper, 'load' | 'ensure' | 'moveTo'>
  /** All parts that wait for time. */
  readonly timed: readonly Timed[]
  readonly pump: Pick<Pump, 'isRunning'>
  readonly subscriber: Pick<Subscriber, 'alarmForNextEvent'>
  readonly checkpoint: Pick<Checkpoint, 'flush' | 'flushInTime'>
  readonly world: Pick<World, 'now'>
  readonly scheduler: Pick<Scheduler, 'background' | 'after' | 'advance'>
}

/** The waker of one portal. */
export class Waker {
  readonly #deps: WakerDeps
  #isSafetySet = false
  #hasTimer = false

  constructor(deps: WakerDeps) {
    this.#deps = deps
  }

  /** The time at which the portal has to wake next, in unix milliseconds; null when nothing waits for time. */
  wakeAt(): number | null {
    return earliest(this.#deps.timed.map((part) => part.dueAt()))
  }

  /**
   * Makes sure that an alarm stands for the part that is due first. The alarm joins the writes of the same
   * turn. Where it has to be set anyway, its time is chosen so that the next event needs no further alarm.
   */
  wakeInTime(): void {
    const { alarm, subscriber, scheduler } = this.#deps
    const forNextEvent = (): number | null => subscriber.alarmForNextEvent()
    const set = alarm.ensure(this.wakeAt(), forNextEvent).catch((error: unknown) => {
      this.#goOnWithoutAlarm()
      throw error
    })
    scheduler.background(set)
  }

  /** Storage has refused the alarm. A timer keeps the object in memory, and goes on in its place. */
  #goOnWithoutAlarm(): void {
    if (this.#hasTimer) return
    this.#hasTimer = true
    this.#deps.scheduler.after(REFUSED_ALARM_RETRY_MS, () => {
      this.#hasTimer = false
      this.#deps.scheduler.advance()
    })
  }

  /**
   * Begins the work of an alarm that has fired. False means that nothing is due: then an alarm stands for
   * whatever waits. Otherwise the next alarm stands before the work begins, so that a crash during the work leaves
   * an alarm behind.
   */
  async begin(): Promise<boolean> {
    const { alarm, world } = this.#deps
    // While an alarm is handled no alarm stands, unless the start of the object has set the next one already.
    await alarm.load()
    const dueAt = this.wakeAt()
    if (dueAt === null) return false
    const isDue = dueAt <= world.now()
    await alarm.ensure(isDue ? world.now() + SAFETY_ALARM_MS : dueAt)
    this.#isSafetySet = isDue || this.#isSafetySet
    return isDue
  }

  /**
   * Plans the alarm after a lane has come to rest. When it was the last lane that was walked, the sends that
   * only memory knows are stored at once.
   */
  laneRested(): void {
    this.wakeInTime()
    if (this.#deps.pump.isRunning()) return this.#deps.checkpoint.flushInTime()
    this.#deps.checkpoint.flush()
    this.atRest()
  }

  /**
   * Moves the safety alarm of `begin` to the time at which the next part is due, once no lane is walked. For
   * example, a portal waits an hour for a retry: without this it would be woken five minutes after each
   * alarm.
   */
  atRest(): void {
    this.wakeInTime()
    if (!this.#isSafetySet || this.#deps.pump.isRunning()) return
    this.#isSafetySet = false
    this.#deps.scheduler.background(this.#deps.alarm.moveTo(this.wakeAt()))
  }
}
