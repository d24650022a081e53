/**
 * The outgoing connections of one portal. Cloudflare lets an object wait for six answers at a time, and a
 * seventh request queues behind them (docs/cloudflare.md). Receivers differ: one answers in milliseconds,
 * another one after twenty seconds, a third one is dead. Slow ones may hold all connections but one, and dead
 * ones share two. So a fast lane waits for one attempt of another lane at most. A lane without any attempt may
 * turn out to be each of these: it may take any connection, but the last one only while no fast lane waits.
 */
import { SECOND_MS } from '../durations.ts'

/** The most sends of one portal that may be under way at a time. */
export const MAX_CONNECTIONS = 5

/** The most of them that may belong to slow lanes, failing ones included. */
export const MAX_SLOW_CONNECTIONS = 4

/** The most of them that may belong to lanes whose last attempt failed. */
export const MAX_FAILING_CONNECTIONS = 2

/** An attempt that takes longer than this, in milliseconds, is slow. */
export const SLOW_ATTEMPT_MS = SECOND_MS

/** What the last attempt of a lane was like; `new` when it has made none yet. */
export type LanePulse = 'new' | 'fast' | 'slow' | 'failing'

/** A send that waits for its connection. */
interface QueuedSend {
  readonly pulse: LanePulse
  readonly start: (release: () => void) => void
}

/** A connection that is given out. */
interface HeldConnection {
  readonly pulse: LanePulse
  readonly since: number
}

/** Gives connections out in the order of asking, within all bounds. */
export class Connections {
  readonly #now: () => number
  readonly #held = new Set<HeldConnection>()
  #queue: QueuedSend[] = []

  /** `now` is the clock in unix milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Resolves with the function that gives the connection back; a second call of it does nothing. */
  acquire(pulse: LanePulse): Promise<() => void> {
    return new Promise((resolve) => {
      this.#queue.push({ pulse, start: resolve })
      this.#serve()
    })
  }

  #serve(): void {
    for (;;) {
      const index = this.#nextInQueue()
      const next = this.#queue[index]
      if (next === undefined) return
      this.#queue.splice(index, 1)
      const held = { pulse: next.pulse, since: this.#now() }
      this.#held.add(held)
      next.start(() => {
        if (this.#held.delete(held)) this.#serve()
      })
    }
  }

  /** The place of the send that is served next; -1 for none. */
  #nextInQueue(): number {
    const isLast = this.#countHeld((one) => this.#isSlow(one)) >= MAX_SLOW_CONNECTIONS
    const fast = isLast ? this.#queue.findIndex(({ pulse }) => pulse === 'fast') : -1
    if (fast >= 0 && this.#hasRoom('fast')) return fast
    return this.#queue.findIndex(({ pulse }) => this.#hasRoom(pulse))
  }

  #hasRoom(pulse: LanePulse): boolean {
    if (this.#held.size >= MAX_CONNECTIONS) return false
    if (pulse === 'fast' || pulse === 'new') return true
    const mayBeSlow = this.#countHeld((one) => one.pulse === 'new' || this.#isSlow(one))
    if (mayBeSlow >= MAX_SLOW_CONNECTIONS) return false
    const failing = this.#countHeld((one) => one.pulse === 'failing')
    return pulse === 'slow' || failing < MAX_FAILING_CONNECTIONS
  }

  #countHeld(isCounted: (one: HeldConnection) => boolean): number {
    return [...this.#held].filter(isCounted).length
  }

  /** An attempt of a lane that was not slow before turns out to be slow while it is under way. */
  #isSlow({ pulse, since }: HeldConnection): boolean {
    if (pulse === 'slow' || pulse === 'failing') return true
    return this.#now() - since > SLOW_ATTEMPT_MS
  }
}
