/**
 * The outgoing connections of one portal. Cloudflare lets an object wait for six answers at a time, and a
 * seventh request queues behind them (docs/cloudflare.md). Receivers differ: one answers in milliseconds,
 * another one after twenty seconds, a third one is dead. Slow ones may hold all connections but one, and dead
 * ones share two. So a fast lane waits for one attempt of another lane at most.
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

/** What the last attempt of a lane was like. */
export type LanePulse = 'fast' | 'slow' | 'failing'

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
      const index = this.#queue.findIndex(({ pulse }) => this.#hasRoom(pulse))
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

  #hasRoom(pulse: LanePulse): boolean {
    if (this.#held.size >= MAX_CONNECTIONS) return false
    if (pulse === 'fast') return true
    const held = [...this.#held]
    if (held.filter((one) => this.#isSlow(one)).length >= MAX_SLOW_CONNECTIONS) return false
    const failing = held.filter((one) => one.pulse === 'failing').length
    return pulse === 'slow' || failing < MAX_FAILING_CONNECTIONS
  }

  /** An attempt of a lane that was fast before turns out to be slow while it is under way. */
  #isSlow({ pulse, since }: HeldConnection): boolean {
    return pulse !== 'fast' || this.#now() - since > SLOW_ATTEMPT_MS
  }
}
