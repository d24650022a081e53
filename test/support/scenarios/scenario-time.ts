/**
 * The time of a portal's object. Only a test moves it: a sleeper wakes when its moment comes, and the alarm
 * fires when it is due, as on the platform.
 */
import { STANDING_LOOK_MS } from '../../../src/portal/lanes/pump.ts'
import { ManualClock } from '../manual-clock.ts'
import { msOf, type Span } from '../time.ts'

/** The object whose alarm fires. */
export interface TimedObject {
  /** Works inside the object. */
  inside<T>(work: (state: DurableObjectState) => T | Promise<T>): Promise<T>
  /** Runs the alarm; false when none stands. */
  runAlarm(): Promise<boolean>
  /** Waits until every lane that can go on has told everything. */
  settled(): Promise<void>
  /** Whether events are left, and none of them can go on before a deployment or the operator lets it. */
  stands(): Promise<boolean>
}

const TURN_MS = 2
const MAX_ALARMS = 400
const MAX_MOMENTS = 1000

/** Time as a test tells it. */
export class ScenarioTime {
  readonly clock: ManualClock
  /** When alarms have fired, oldest first, in unix milliseconds. */
  readonly alarms: number[] = []
  readonly #object: TimedObject

  constructor(object: TimedObject, start: number) {
    this.#object = object
    this.clock = new ManualClock(start)
  }

  /** Unix milliseconds. */
  readonly now = (): number => this.clock.now()

  /** How many parts of the object wait for a moment to come. */
  get sleepers(): number {
    return this.clock.sleepers
  }

  /** When the standing alarm is due; null when none stands. */
  alarmAt(): Promise<number | null> {
    return this.#object.inside(({ storage }) => storage.getAlarm())
  }

  /** When the standing alarm is due, from now on, in milliseconds; null when none stands. */
  async alarmIn(): Promise<number | null> {
    const at = await this.alarmAt()
    return at === null ? null : at - this.now()
  }

  /** The alarm fires, whether or not it is due; false when none stands. */
  async alarmFires(): Promise<boolean> {
    const at = this.now()
    const isFired = await this.#object.runAlarm()
    if (isFired) this.alarms.push(at)
    return isFired
  }

  /** Time passes, from one moment at which something is due to the next. */
  async passes(span: Span): Promise<void> {
    const end = this.now() + msOf(span)
    for (let moments = 0; moments < MAX_MOMENTS; moments += 1) {
      const next = await this.#nextMoment()
      await this.#moveTo(Math.min(end, next ?? end))
      await this.#fireIfDue()
      if (this.now() >= end) return
    }
    throw new Error('The moments have no end')
  }

  /** Time passes from moment to moment until something holds. */
  async passesUntil(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let moments = 0; moments < MAX_MOMENTS; moments += 1) {
      await this.#turn()
      if (await holds()) return
      const next = await this.#nextMoment()
      if (next === null) continue
      await this.#moveTo(next)
      await this.#fireIfDue()
    }
    throw new Error('Time passed in vain')
  }

  /** Time passes up to the standing alarm, which fires; false when none stands. */
  async passesToAlarm(): Promise<boolean> {
    const at = await this.alarmAt()
    if (at === null) return false
    await this.#moveTo(Math.max(at, this.now()))
    return this.alarmFires()
  }

  /**
   * Time passes until no alarm stands, or until alarms only look again at what stands; throws when there is
   * no end of them.
   */
  async passesUntilQuiet(): Promise<void> {
    for (let alarms = 0; alarms < MAX_ALARMS; alarms += 1) {
      if (await this.#onlyLooks()) return
      if (!(await this.passesToAlarm())) return
      await this.#object.settled()
    }
    throw new Error('The alarm has no end')
  }

  async #onlyLooks(): Promise<boolean> {
    const alarmIn = await this.alarmIn()
    const isLook = alarmIn !== null && alarmIn >= STANDING_LOOK_MS
    return isLook && this.#object.stands()
  }

  /** Time passes, but the platform is late: the alarm does not fire, even when it is due. */
  async passesWithoutAlarm(span: Span): Promise<void> {
    await this.#moveTo(this.now() + msOf(span))
  }

  /** The next moment from now on at which something wakes or the alarm is due. */
  async #nextMoment(): Promise<number | null> {
    await this.#turn()
    const alarmAt = await this.alarmAt()
    const moments = [this.clock.nextWakeAt(), alarmAt].filter((at) => at !== null)
    return moments.length === 0 ? null : Math.max(this.now(), Math.min(...moments))
  }

  /** Moves the clock. What wakes runs inside the object, whose storage it needs. */
  async #moveTo(at: number): Promise<void> {
    await this.#object.inside(() => this.clock.advance(at - this.now()))
  }

  async #fireIfDue(): Promise<void> {
    const at = await this.alarmAt()
    if (at !== null && at <= this.now()) await this.alarmFires()
  }

  /** Lets the object do what needs no time. */
  async #turn(): Promise<void> {
    await this.#object.inside(() => scheduler.wait(TURN_MS))
  }
}
