/**
 * The place where the Durable Objects of one class live: it constructs an object at the first call, delivers
 * calls and alarms, holds answers back until writes are durable, ends objects, and begins them anew.
 */
import { Disk, MachineEnded } from './disk.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What an object is given, as the platform's own `DurableObjectState`. */
export interface ObjectContext {
  readonly id: { readonly name: string }
  readonly storage: ReturnType<Disk['storageFor']>
  blockConcurrencyWhile<T>(work: () => Promise<T>): Promise<T>
  waitUntil(work: Promise<unknown>): void
}

/** An object as far as the platform calls it. */
interface LivingObject {
  alarm?(): Promise<void>
}

/** The ways in which the next calls of objects may go wrong. */
export type CallFault = 'lost_before' | 'lost_after' | 'hangs' | { readonly slowMs: number }

/** Everything that a class of objects needs. */
export interface HostSettings {
  readonly time: VirtualTime
  /** Constructs an object; `life` tells the outside world whether it still lives. */
  readonly create: (ctx: ObjectContext, life: Life) => LivingObject
  /** How late the platform fires an alarm, in milliseconds; null: it fires none for now. */
  readonly alarmDelayMs: () => number | null
  /** What happens to the next call. */
  readonly nextFault: () => CallFault | null
  /** Notes for the story of a history. */
  readonly note: (line: string) => void
}

const CALL_MS = 3
const IDLE_MS = 10_000
/** The platform repeats an alarm that fails six times. */
const MAX_ALARM_RETRIES = 6

/** One life of an object: from its construction to its end. */
export class Life {
  #hasEnded = false
  #end: (error: Error) => void = () => {}
  /** Rejects when the life ends. */
  readonly ended: Promise<never>
  readonly #commit: () => void
  /** The calls, alarms and works in the background that are under way. */
  busy = 0

  constructor(commit: () => void) {
    this.#commit = commit
    this.ended = new Promise((_resolve, reject) => {
      this.#end = reject
    })
    this.ended.catch(() => undefined)
  }

  readonly hasEnded = (): boolean => this.#hasEnded

  /** Ends the life: nothing that it waits for comes back. */
  ends(): void {
    this.#hasEnded = true
    this.#end(new MachineEnded('The object has ended'))
  }

  /** The result of something outside; never, when the life has ended meanwhile. */
  readonly within = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const result = await work
      return this.#hasEnded ? await new Promise<T>(() => {}) : result
    } catch (error) {
      if (this.#hasEnded) return new Promise<T>(() => {})
      throw error
    }
  }

  /** The output gate: nothing leaves the object before everything is durable that it has written. */
  readonly leaves = async <T>(send: () => Promise<T>): Promise<T> => {
    await Promise.resolve()
    if (this.#hasEnded) return new Promise<T>(() => {})
    this.#commit()
    return this.within(send())
  }
}

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

  constructor(name: string, settings: HostSettings) {
    this.#name = name
    this.#settings = settings
    this.disk.onCommit = () => this.planAlarm()
  }

  /** Whether the object is in memory. */
  get isAwake(): boolean {
    return this.#living !== null
  }

  /** Delivers a call, and its answer when it is durable. */
  async call(method: string, args: readonly unknown[]): Promise<unknown> {
    const { time, nextFault, note } = this.#settings
    const fault = nextFault()
    if (fault !== null) note(`the call of ${method} ${nameOf(fault)}`)
    await time.sleep(CALL_MS + (typeof fault === 'object' && fault !== null ? fault.slowMs : 0))
    if (fault === 'lost_before') throw new Error('Network connection lost.')
    const answer = await this.#work(async (object) => {
      // Sound: the client calls the methods that the class has, and no others.
      const methods = object as unknown as Record<string, (...given: unknown[]) => unknown>
      const own = args.map((value) => structuredClone(value))
      return methods[method]?.(...own)
    })
    await time.sleep(CALL_MS)
    if (fault === 'lost_after') throw new Error('Network connection lost.')
    if (fault === 'hangs') return new Promise(() => {})
    return structuredClone(answer)
  }

  /** Ends the object in the middle of whatever it does. */
  crash(): void {
    if (this.#living === null) return
    this.crashes += 1
    this.#living.life.ends()
  }

  /** Plans the alarm that stands on the disk. */
  planAlarm(): void {
    if (this.#isFiring) return
    const at = this.disk.alarmAt()
    if (at === this.#plannedAt) return
    this.#cancelAlarm?.()
    this.#cancelAlarm = null
    this.#plannedAt = at
    if (at === null) return
    const delay = this.#settings.alarmDelayMs()
    if (delay === null) {
      this.#settings.note('the platform loses the alarm')
      return
    }
    const ms = Math.max(0, at - this.#settings.time.now()) + delay
    this.#cancelAlarm = this.#settings.time.after(ms, () => void this.fireAlarm())
  }

  /** Fires the alarm that stands, whether or not it is due. */
  async fireAlarm(): Promise<void> {
    if (this.#isFiring) return
    this.#isFiring = true
    this.#plannedAt = null
    this.disk.setAlarmAt(null)
    let hasFailed = false
    try {
      await this.#work((object) => object.alarm?.() ?? Promise.resolve())
    } catch {
      hasFailed = true
    }
    this.#isFiring = false
    this.#retries = hasFailed ? this.#retries + 1 : 0
    // An alarm that was set in the handler takes the place of the repetition.
    if (hasFailed && this.disk.alarmAt() === null) {
      if (this.#retries > MAX_ALARM_RETRIES) this.#retries = 0
      else this.disk.setAlarmAt(this.#settings.time.now() + 1000 * 2 ** this.#retries)
    }
    this.planAlarm()
  }

  async #work<T>(work: (object: LivingObject) => Promise<T>): Promise<T> {
    const living = this.#awake()
    const { life } = living
    this.#begins(life)
    try {
      await Promise.race([living.ready, life.ended])
      const result = await Promise.race([work(living.object), life.ended])
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
    const storage = this.disk.storageFor({
      hasEnded: life.hasEnded,
      ends: () => {
        this.crashes += 1
        life.ends()
      },
    })
    const ctx: ObjectContext = {
      id: { name: this.#name },
      storage,
      blockConcurrencyWhile: (work) => {
        const result = work()
        ready = result
        // An object whose start fails is ended; the next call begins it anew.
        result.catch((error: unknown) => {
          if (!life.hasEnded()) this.#settings.note(`the object does not begin: ${String(error)}`)
          life.ends()
        })
        return result
      },
      waitUntil: (work) => {
        this.#begins(life)
        void Promise.race([work, life.ended])
          .catch(() => undefined)
          .finally(() => this.#ends(life))
      },
    }
    const object = this.#settings.create(ctx, life)
    this.#living = { life, object, ready }
    return this.#living
  }

  #forget(life: Life): void {
    this.disk.lose()
    if (this.#living?.life === life) this.#living = null
    this.#plannedAt = null
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

/** All objects of one class, by name. */
export class ObjectHost {
  readonly #objects = new Map<string, HostedObject>()
  readonly #settings: HostSettings

  constructor(settings: HostSettings) {
    this.#settings = settings
    settings.time.afterTurn.push(() => {
      for (const object of this.#objects.values()) object.disk.commit()
    })
  }

  /** The object of a name, whether or not it was ever called. */
  object(name: string): HostedObject {
    const known = this.#objects.get(name)
    if (known !== undefined) return known
    const object = new HostedObject(name, this.#settings)
    this.#objects.set(name, object)
    return object
  }

  /** Every object that there is. */
  all(): readonly HostedObject[] {
    return [...this.#objects.values()]
  }

  /** The binding, as code of the Worker sees it; with a life, as code of another object sees it. */
  namespace(caller?: Life) {
    return {
      getByName: (name: string): unknown =>
        new Proxy(
          {},
          {
            get: (_target, method) => {
              if (typeof method !== 'string' || method === 'then') return undefined
              return (...args: readonly unknown[]) => {
                const call = () => this.object(name).call(method, args)
                return caller === undefined ? call() : caller.leaves(call)
              }
            },
          },
        ),
    }
  }
}
