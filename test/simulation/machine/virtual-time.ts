/**
 * Virtual time. Nothing waits for real: the clock moves to the next moment at which something is due, and
 * what is due then runs until it waits again. While a history is played, `Date.now`, `setTimeout`, the console
 * and WebCrypto of the process belong to it, so that the relay's own code needs no change.
 */
import { installCrypto } from './virtual-crypto.ts'

interface Due {
  readonly at: number
  readonly run: () => void
  isCancelled: boolean
}

/** A history that needs more moments than these has no end. */
const MAX_MOMENTS = 30_000

/** So many turns without anything due show that nothing goes on. */
const IDLE_TURNS = 50

const realSetImmediate = setImmediate
const nextImmediate = (): Promise<void> => new Promise((resolve) => void realSetImmediate(resolve))

/** The time of one history. */
export class VirtualTime {
  #now: number
  #timers = 0
  #moments = 0
  readonly #nextTurn: () => Promise<void>
  /** Later entries stand first, so that the next one is taken off the end. */
  readonly #due: Due[] = []
  /** The relay's machine may have a wrong clock: this much is added to what it sees, in milliseconds. */
  skewMs = 0
  /** Called when everything has run that needs no time: writes of this turn become durable. */
  readonly afterTurn: (() => void)[] = []

  /** `nextTurn` resolves when everything has run that needs no time; each runtime has a quick way of its own. */
  constructor(now: number, nextTurn: () => Promise<void> = nextImmediate) {
    this.#now = now
    this.#nextTurn = nextTurn
  }

  /** True time, in unix milliseconds. */
  readonly now = (): number => this.#now

  /** The time that the relay's machines believe, in unix milliseconds. */
  readonly machineNow = (): number => this.#now + this.skewMs

  /** How many moments were lived through: a measure of the work of a history. */
  get moments(): number {
    return this.#moments
  }

  /** Runs `work` after a time; the answer takes it back. */
  after(ms: number, work: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, ms), run: work, isCancelled: false }
    let index = this.#due.length
    // Of two entries of one time the earlier one runs first.
    while (index > 0 && (this.#due[index - 1]?.at ?? 0) <= due.at) index -= 1
    this.#due.splice(index, 0, due)
    return () => {
      due.isCancelled = true
    }
  }

  /** Resolves after a time, or as soon as `ends` is aborted. */
  readonly sleep = (ms: number, ends?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (ends?.aborted === true) return resolve()
      const cancel = this.after(ms, resolve)
      ends?.addEventListener('abort', () => {
        cancel()
        resolve()
      })
    })

  /** Lets time pass. */
  async passes(ms: number): Promise<void> {
    const end = this.#now + ms
    await this.turn()
    while (await this.#livesNext(end)) {
      // The next moment follows.
    }
    this.#now = end
  }

  /** Lets time pass until something holds, at the longest for `ms`; answers whether it holds. */
  async passesUntil(holds: () => boolean, ms: number): Promise<boolean> {
    const end = this.#now + ms
    await this.turn()
    for (let idle = 0; !holds() && idle < IDLE_TURNS;) {
      if (await this.#livesNext(end)) idle = 0
      else {
        // A long body may be read in several turns, with nothing else to do meanwhile.
        idle += 1
        await this.turn()
      }
    }
    return holds()
  }

  /** Lives through the next moment, if there is one before `end`. */
  async #livesNext(end: number): Promise<boolean> {
    for (;;) {
      const next = this.#due.at(-1)
      if (next === undefined || next.at > end) return false
      this.#due.pop()
      if (next.isCancelled) continue
      this.#moments += 1
      if (this.#moments > MAX_MOMENTS) throw new Error('The history has no end')
      this.#now = Math.max(this.#now, next.at)
      next.run()
      await this.turn()
      return true
    }
  }

  /** Lets everything run that needs no time. */
  async turn(): Promise<void> {
    await this.#nextTurn()
    for (const work of this.afterTurn) work()
  }

  /** Takes over what the process gives to the relay; the answer gives it back. */
  install({
    random,
    write,
  }: {
    readonly random: () => number
    /** Takes each line of the console. */
    readonly write: (line: string) => void
  }): () => void {
    const { setTimeout: timeout, clearTimeout: clear } = globalThis
    const { now } = Date
    const { info, warn, error } = console
    const timers = new Map<number, () => void>()
    Object.assign(globalThis, this.#timersIn(timers))
    Object.assign(console, { info: write, warn: write, error: write })
    Date.now = this.machineNow
    const returnCrypto = installCrypto(random)
    return () => {
      returnCrypto()
      Date.now = now
      Object.assign(console, { info, warn, error })
      Object.assign(globalThis, { setTimeout: timeout, clearTimeout: clear })
    }
  }

  #timersIn(timers: Map<number, () => void>) {
    return {
      setTimeout: (work: () => void, ms = 0): number => {
        const id = (this.#timers += 1)
        const run = () => {
          timers.delete(id)
          work()
        }
        timers.set(id, this.after(ms, run))
        return id
      },
      clearTimeout: (id: number | undefined): void => {
        if (id === undefined) return
        timers.get(id)?.()
        timers.delete(id)
      },
    }
  }
}
