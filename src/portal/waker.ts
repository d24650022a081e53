/** Decides when the portal has to wake, and moves its one alarm. */
import { laneDueAt } from '../core/lanes/lane-state.ts'
import { SAFETY_ALARM_MS, earliest } from '../core/pace/schedule.ts'
import type { AlarmKeeper } from './alarm.ts'
import type { Deliverer } from './lanes/deliverer.ts'
import type { Knowledge } from './fields/knowledge.ts'
import type { KvMirror } from './installs/kv-mirror.ts'
import type { LaneBook } from './lanes/book.ts'
import type { PortalState } from './state.ts'
import type { Pump } from './lanes/pump.ts'

/** What the waker needs from the object around it. */
export interface WakerDeps {
  readonly alarm: AlarmKeeper
  readonly lanes: LaneBook
  readonly state: Pick<PortalState, 'pending'>
  readonly deliverer: Pick<Deliverer, 'find'>
  readonly pump: Pick<Pump, 'isRunning' | 'busyUntil'>
  readonly mirror: Pick<KvMirror, 'dueAt'>
  readonly knowledge: Pick<Knowledge, 'enricher' | 'reconciler'>
  now(): number
  /** Keeps work alive that nobody waits for. */
  background(work: Promise<unknown>): void
}

/** The waking of one portal. */
export class Waker {
  readonly #deps: WakerDeps
  #isSafetySet = false

  constructor(deps: WakerDeps) {
    this.#deps = deps
  }

  /** When the portal has to wake next; null when nothing waits for time. */
  wakeAt(): number | null {
    const { lanes, state, deliverer, pump, mirror, knowledge } = this.#deps
    const { enricher, reconciler } = knowledge
    const due = lanes
      .all()
      .filter(({ destination }) => deliverer.find(destination) !== null)
      .map((lane) => {
        const at = laneDueAt(lane, enricher.readableHead())
        return at === null ? null : Math.max(at, pump.busyUntil(lane.destination))
      })
    return earliest([
      ...due,
      state.pending()?.nextCheckAt ?? null,
      mirror.dueAt(),
      // The object itself ends their waiting; the alarm is there should it end before them.
      enricher.dueAt() === null ? null : this.#deps.now() + SAFETY_ALARM_MS,
      reconciler.dueAt(),
    ])
  }

  /** Makes sure of an alarm for whatever waits; joins the writes of the same turn. */
  wakeInTime(): void {
    this.#deps.background(this.#deps.alarm.ensure(this.wakeAt()))
  }

  /** Makes sure of an alarm within 5 minutes, whatever happens; joins the writes of the same turn. */
  wakeSoon(): void {
    this.#deps.background(this.#deps.alarm.ensure(this.#deps.now() + SAFETY_ALARM_MS))
  }

  /** The alarm has fired: false when there is nothing to do; else the next one stands before the work. */
  async begin(): Promise<boolean> {
    this.#deps.alarm.fired()
    if (this.wakeAt() === null) return false
    await this.#deps.alarm.ensure(this.#deps.now() + SAFETY_ALARM_MS)
    this.#isSafetySet = true
    return true
  }

  /** A lane has come to rest: the last one stores what all of them have only in memory. */
  rested(): void {
    this.wakeInTime()
    if (this.#deps.pump.isRunning()) return this.#deps.lanes.flushInTime()
    this.#deps.lanes.flush()
    this.atRest()
  }

  /** Moves the alarm's own safety alarm away when nothing runs: what waits an hour must not wake it. */
  atRest(): void {
    this.wakeInTime()
    if (!this.#isSafetySet || this.#deps.pump.isRunning()) return
    this.#isSafetySet = false
    this.#deps.background(this.#deps.alarm.moveTo(this.wakeAt()))
  }
}
