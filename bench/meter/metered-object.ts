/**
 * One portal's object with a meter, in virtual time: it is constructed at the first call, takes calls and
 * alarms, leaves memory after ten idle seconds, and begins anew.
 *
 * An object is awake, and billed, while anything holds it: a call, an alarm, work in the background, a request
 * that it has sent, a timer. A pending alarm does not, and neither do the idle seconds before it leaves memory
 * (docs/cloudflare.md).
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { VirtualTime } from '../../test/simulation/machine/virtual-time.ts'
import type { Counts } from '../cost/counts.ts'
import { meterStorage } from './metered-storage.ts'

/** How long the object stays in memory when nothing holds it, in milliseconds. */
const IDLE_MS = 10_000

/** How long a write takes to become durable, in milliseconds: measured in production by others as 3 to 10. */
export const STORE_MS = 5

type Methods = Record<string, (...args: unknown[]) => unknown>

interface Living {
  readonly methods: Methods
  readonly ready: Promise<unknown>
}

const running = new AsyncLocalStorage<MeteredObject>()

/** The object whose code runs at the moment; undefined in the Worker's own code. */
export function runningObject(): MeteredObject | undefined {
  return running.getStore()
}

/** Everything that an object with a meter stands on. */
export interface MeteredObjectDeps {
  /** The context of a real object, whose storage is taken over. */
  readonly ctx: DurableObjectState
  /** The name under which the Worker calls the object. */
  readonly name: string
  readonly time: VirtualTime
  readonly counts: Counts
  /** Constructs one life of the object. */
  readonly create: (ctx: DurableObjectState) => object
}

/** A portal's object with a meter. */
export class MeteredObject {
  readonly #deps: MeteredObjectDeps
  readonly #settle: () => void
  #living: Living | null = null
  #holds = 0
  #awakeSince = 0
  #durableAt = 0
  #alarmAt: number | null = null
  #cancelAlarm = () => {}
  #cancelIdle = () => {}
  /** The first failure inside of the object; null as long as there is none. */
  failure: unknown = null

  constructor(deps: MeteredObjectDeps) {
    this.#deps = deps
    const { ctx, name, time, counts } = deps
    Object.defineProperty(ctx, 'id', { value: { name } })
    this.#settle = meterStorage(ctx.storage, {
      counts,
      alarm: { at: () => this.#alarmAt, moveTo: (at) => this.#moveAlarm(at) },
      written: () => {
        this.#durableAt = time.now() + STORE_MS
      },
      durable: () => this.#durable(),
    }).settle
    time.afterTurn.push(this.#settle)
  }

  /** Keeps the object awake until the answer is called. */
  hold(): () => void {
    const { time, counts } = this.#deps
    if (this.#holds === 0) this.#awakeSince = time.now()
    this.#holds += 1
    this.#cancelIdle()
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#holds -= 1
      if (this.#holds > 0) return
      counts.awakeMs += time.now() - this.#awakeSince
      this.#cancelIdle = time.after(IDLE_MS, () => {
        this.#living = null
      })
    }
  }

  /** Keeps the object awake for a work. */
  async during<T>(work: Promise<T>): Promise<T> {
    const release = this.hold()
    try {
      return await work
    } finally {
      release()
    }
  }

  /** Sends something outside, as soon as everything is durable that was written before. */
  leaves<T>(send: () => Promise<T>): Promise<T> {
    return this.during(this.#durable().then(send))
  }

  /** Delivers a call, and its answer when everything is durable. */
  call(method: string, args: readonly unknown[]): Promise<unknown> {
    this.#deps.counts.objectRequests += 1
    return this.#run((methods) => methods[method]?.(...args.map((arg) => structuredClone(arg))))
  }

  /** Whether anything keeps the object awake. */
  get isAwake(): boolean {
    return this.#holds > 0
  }

  async #durable(): Promise<void> {
    const { time } = this.#deps
    const wait = this.#durableAt - time.now()
    if (wait > 0) await time.sleep(wait)
  }

  #run(work: (methods: Methods) => unknown): Promise<unknown> {
    return this.during(
      running.run(this, async () => {
        const { methods, ready } = this.#awake()
        await ready
        const answer = await work(methods)
        await this.#durable()
        return structuredClone(answer)
      }),
    )
  }

  #awake(): Living {
    if (this.#living !== null) return this.#living
    const { ctx, counts, create } = this.#deps
    counts.coldStarts += 1
    let ready: Promise<unknown> = Promise.resolve()
    Object.assign(ctx, {
      waitUntil: (work: Promise<unknown>) => void this.during(work).catch(this.#note),
      blockConcurrencyWhile: (work: () => Promise<unknown>) => {
        ready = work()
        ready.catch(this.#note)
        return ready
      },
    })
    // Sound: only methods are looked up by their names.
    const methods = create(ctx) as Methods
    this.#living = { methods, ready }
    return this.#living
  }

  readonly #note = (error: unknown): void => {
    this.failure ??= error
  }

  #moveAlarm(at: number | null): void {
    const { time } = this.#deps
    this.#cancelAlarm()
    this.#alarmAt = at
    if (at === null) return
    this.#cancelAlarm = time.after(at - time.now(), () => {
      this.#alarmAt = null
      this.#deps.counts.alarms += 1
      this.#run((methods) => methods['alarm']?.()).catch(this.#note)
    })
  }
}
