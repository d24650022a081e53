/**
 * One Durable Object on its machine: it is constructed at the first call, takes calls and alarms, holds answers
 * back until writes are durable, ends, and begins anew on the same disk.
 */
import { Disk } from './disk.ts'
import { Life } from './life.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What an object is given, as the platform's own `DurableObjectState`. */
export interface ObjectContext {
  readonly id: { readonly name: string }
  readonly storage: ReturnType<Disk['storageFor']>
  blockConcurrencyWhile<T>(work: () => Promise<T>): Promise<T>
  waitUntil(work: Promise<unknown>): void
}

/** An object as far as the platform calls it. */
export interface LivingObject {
  alarm?: (() => void | Promise<void>) | undefined
}

/** The ways in which the next call of an object may go wrong. */
export type CallFault = 'lost_before' | 'lost_after' | 'hangs' | { readonly slowMs: number }

/** Everything that a class of objects needs. */
export interface HostSettings {
  readonly time: VirtualTime
  /** Constructs an object; `life` tells the outside world whether it still lives. */
  readonly create: (ctx: ObjectContext, life: Life) => LivingObject
  /** How late the platform fires an alarm, in milliseconds; null: it never fires this one. */
  readonly alarmDelayMs: () => number | null
  /** What happens to the next call. */
  readonly nextFault: () => CallFault | null
  /** Notes for the story of a history. */
  readonly note: (line: string) => void
}

const CALL_MS = 3
const CONFIRM_MS = 2
const IDLE_MS = 10_000
/** The platform repeats an alarm that fails six times. */
const MAX_ALARM_RETRIES = 6
/** The platform ends an alarm that takes longer (docs/cloudflare.md, "Limits"). */
const MAX_ALARM_MS = 15 * 60_000

interface Living {
  readonly life: Life
  readonly object: LivingObject
  readonly ready: Promise<unknown>
}

/** One object: its disk, which stays, and its present life, if it has one. */
export class HostedObject {
  readonly disk = new Disk()
  readonly #name: string
  readonly #settings: HostSettings
  #living: Living | null = null
  #cancelAlarm: (() => void) | null = null
  #plannedAt: number | null = null
  #retries = 0
  #isFiring = false
  #cancelIdle: (() => void) | null = null
  /** How often a life has ended without having been idle. */
  crashes = 0
  /** By how much the clock was wrong by which the standing alarm was set, in milliseconds. */
  alarmSkewMs = 0
  #isAlarmLost = false
  #hasEndedWithoutAlarm = false

  constructor(name: string, settings: HostSettings) {
    this.#name = name
    this.#settings = settings
    this.disk.confirms = () => settings.time.sleep(CONFIRM_MS)
    this.disk.onCommit = () => {
      if (this.disk.alarmAt() !== this.#plannedAt) this.alarmSkewMs = settings.time.skewMs
      this.planAlarm()
    }
  }

  /**
   * Whether nothing wakes the object by itself, and nothing that it could have done would change that: the
   * platform has lost its alarm, or it was ended by force while its storage refused the alarm. A call wakes it.
   */
  get waitsForCall(): boolean {
    return this.#isAlarmLost || this.#hasEndedWithoutAlarm
  }

  /** Whether the object is in memory. */
  get isAwake(): boolean {
    return this.#living !== null
  }

  /** Delivers a call, and its answer when it is durable. */
  async call(method: string, args: readonly unknown[]): Promise<unknown> {
    const { time, nextFault, note } = this.#settings
    const fault = nextFault()
    if (fault !== null) note(`the call of ${method} at ${this.#name} ${nameOf(fault)}`)
    await time.sleep(CALL_MS + (typeof fault === 'object' && fault !== null ? fault.slowMs : 0))
    if (fault === 'lost_before') throw new Error('Network connection lost.')
    const answer = await this.#work(async (object) => {
      // Sound: the client calls the methods that the class has, and no others.
      const methods = object as unknown as Record<string, (...given: unknown[]) => unknown>
      return methods[method]?.(...args.map(cloned))
    })
    await time.sleep(CALL_MS)
    if (fault === 'lost_after') throw new Error('Network connection lost.')
    if (fault === 'hangs') return new Promise(() => {})
    return cloned(answer)
  }

  /** Ends the object in the middle of whatever it does. */
  crash(): void {
    if (this.#living === null) return
    this.#settings.note(`the object ${this.#name} ends`)
    this.#endsByForce(this.#living.life)
  }

  #endsByForce(life: Life): void {
    this.crashes += 1
    this.#hasEndedWithoutAlarm = this.disk.isAlarmRefused
    life.ends()
  }

  /** Plans the alarm that stands on the disk. */
  planAlarm(): void {
    if (this.#isFiring) return
    const at = this.disk.alarmAt()
    if (at === this.#plannedAt) return
    this.#cancelAlarm?.()
    this.#cancelAlarm = null
    this.#plannedAt = at
    this.#isAlarmLost = false
    if (at === null) return
    const { time, alarmDelayMs, note } = this.#settings
    const delay = alarmDelayMs()
    if (delay === null) {
      this.#isAlarmLost = true
      note(`the platform loses the alarm of ${this.#name}`)
      return
    }
    this.#cancelAlarm = time.after(Math.max(0, at - time.machineNow()) + delay, () => {
      this.#cancelAlarm = null
      this.disk.setAlarmAt(null)
      void this.fireAlarm()
    })
  }

  /** Plans the alarm once more, since the clock has jumped. An alarm that was lost stays so. */
  replanAlarm(): void {
    if (this.#cancelAlarm === null) return
    this.#plannedAt = null
    this.planAlarm()
  }

  /** Fires an alarm, as the platform does when one is due, or once more after one. */
  async fireAlarm(): Promise<void> {
    if (this.#isFiring) return
    this.#isFiring = true
    this.#plannedAt = null
    let hasFailed = false
    const cancelLimit = this.#settings.time.after(MAX_ALARM_MS, () => this.crash())
    try {
      await this.#work(async (object) => object.alarm?.())
    } catch {
      hasFailed = true
    }
    cancelLimit()
    this.#isFiring = false
    this.#retries = hasFailed ? this.#retries + 1 : 0
    // An alarm that was set in the handler takes the place of the repetition.
    if (hasFailed && this.disk.alarmAt() === null) this.#planRetry()
    this.planAlarm()
  }

  #planRetry(): void {
    if (this.#retries > MAX_ALARM_RETRIES) {
      this.#settings.note(`the platform gives the alarm of ${this.#name} up`)
      this.#retries = 0
      return
    }
    this.disk.setAlarmAt(this.#settings.time.machineNow() + 1000 * 2 ** this.#retries)
  }

  async #work<T>(work: (object: LivingObject) => Promise<T>): Promise<T> {
    const { life, object, ready } = this.#awake()
    this.#begins(life)
    try {
      await Promise.race([ready, life.ended])
      const result = await Promise.race([work(object), life.ended])
      return await Promise.race([life.leaves(async () => result), life.ended])
    } finally {
      this.#ends(life)
    }
  }

  #awake(): Living {
    if (this.#living !== null) return this.#living
    const life = new Life(() => this.disk.commit())
    void life.ended.catch(() => this.#forget(life))
    let ready: Promise<unknown> = Promise.resolve()
    const ctx: ObjectContext = {
      id: { name: this.#name },
      storage: this.#storageOf(life),
      blockConcurrencyWhile: (work) => {
        const result = work()
        ready = result
        result.catch((error: unknown) => this.#fails(life, error))
        return result
      },
      waitUntil: (work) => {
        this.#begins(life)
        void Promise.race([work, life.ended])
          .catch(() => undefined)
          .finally(() => this.#ends(life))
      },
    }
    this.#hasEndedWithoutAlarm = false
    const object = this.#settings.create(ctx, life)
    this.#living = { life, object, ready }
    return this.#living
  }

  #storageOf(life: Life): ObjectContext['storage'] {
    return this.disk.storageFor({
      hasEnded: life.hasEnded,
      ends: () => {
        this.#settings.note(`the machine of ${this.#name} ends at a write`)
        this.#endsByForce(life)
      },
    })
  }

  /** An object whose start fails is ended; the next call begins it anew. */
  #fails(life: Life, error: unknown): void {
    if (life.hasEnded()) return
    this.#settings.note(`the object ${this.#name} does not begin: ${String(error)}`)
    life.ends()
  }

  #forget(life: Life): void {
    this.disk.lose()
    if (this.#living?.life === life) this.#living = null
    this.planAlarm()
  }

  #begins(life: Life): void {
    life.busy += 1
    this.#cancelIdle?.()
    this.#cancelIdle = null
  }

  /** An object that has nothing to do leaves memory after ten seconds. */
  #ends(life: Life): void {
    life.busy -= 1
    if (life.busy > 0 || life.hasEnded()) return
    this.#cancelIdle?.()
    this.#cancelIdle = this.#settings.time.after(IDLE_MS, () => {
      this.disk.commit()
      if (life.busy === 0 && !life.hasEnded()) life.ends()
    })
  }
}

function nameOf(fault: CallFault): string {
  return typeof fault === 'object' ? `takes ${fault.slowMs} ms` : fault.replace('_', ' ')
}

/** A value as RPC carries it; most of them need no copy. */
function cloned<T>(value: T): T {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value
}
