/**
 * The outgoing connections of one portal. Cloudflare lets an object wait for six answers at a time, and a
 * seventh request queues behind them (docs/cloudflare.md). Receivers differ: one answers in milliseconds,
 * another one after twenty seconds, a third one is dead. Slow ones may hold all connections but one, and dead
 * ones share two. So a fast lane waits for one attempt of another lane at most. A lane without any attempt may
 * turn out to be each of these: it may take any connection, but the last one only while no fast lane waits.
 */
import { SECOND_MS } from '../durations.ts'
import { isFailing, type LaneState } from './state/lane-state.ts'

/** The most sends of one portal that may be under way at a time. */
export const MAX_CONNECTIONS = 5

/** The most of them that may belong to slow lanes, failing ones included. */
export const MAX_SLOW_CONNECTIONS = 4

/** The most of them that may belong to lanes whose last attempt failed. */
export const MAX_FAILING_CONNECTIONS = 2

/** An attempt that takes longer than this, in milliseconds, is slow. */
export const SLOW_ATTEMPT_MS = SECOND_MS

/** The kind of a lane's last attempt; `new` when it has made none yet. */
export type LanePulse = 'new' | 'fast' | 'slow' | 'failing'

/** The kind of a lane's last attempt. A receiver whose event was given up counts as failing all the same. */
export function pulseOf(lane: LaneState): LanePulse {
  if (isFailing(lane) || lane.lastError !== null) return 'failing'
  if (lane.lastTookMs > SLOW_ATTEMPT_MS) return 'slow'
  // A lane without a fate and without an error has made no attempt yet, since every attempt leaves one of them.
  return lane.recent.length === 0 ? 'new' : 'fast'
}

/** A connection that a lane has got. */
export interface Connection {
  /** Gives the connection back, and with it the lane's place in the queue; a second call does nothing. */
  readonly release: () => void
  /**
   * Lets the others have the connection while the lane asks for something. The lane keeps its place in the queue,
   * and the answered function waits there for a connection. A lane that gives way once more lends its connection to
   * fast lanes only. Otherwise a slow one could take it each time, and the lane would never send.
   */
  readonly giveWay: () => () => Promise<void>
}

/** A send with its place in the queue. */
interface QueuedSend {
  readonly pulse: LanePulse
  /** Grows with every send, so that the first of the queue has the lowest. */
  readonly ticket: number
  /** The function that takes the connection; null while the lane is asking for something else. */
  start: (() => void) | null
  /** The number of times that the send has given way. */
  gaveWay: number
}

/** Gives connections out in the order of asking, within all bounds. */
export class Connections {
  readonly #now: () => number
  /** The sends with a connection, and since when they have it. */
  readonly #held = new Map<QueuedSend, number>()
  readonly #queue: QueuedSend[] = []
  #tickets = 0

  /** `now` is the clock in unix milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Resolves when the lane has got a connection. */
  async acquire(pulse: LanePulse): Promise<Connection> {
    const send: QueuedSend = { pulse, ticket: (this.#tickets += 1), start: null, gaveWay: 0 }
    this.#queue.push(send)
    await this.#turnOf(send)
    return {
      release: () => this.#end(send),
      giveWay: () => {
        if (this.#held.delete(send)) this.#queue.splice(this.#placeOf(send), 0, send)
        send.gaveWay += 1
        this.#serve()
        return () => this.#turnOf(send)
      },
    }
  }

  /** Resolves when a send that stands in the queue has got its connection. */
  #turnOf(send: QueuedSend): Promise<void> {
    return new Promise((resolve) => {
      send.start = resolve
      this.#serve()
    })
  }

  #placeOf({ ticket }: QueuedSend): number {
    const behind = this.#queue.findIndex((other) => other.ticket > ticket)
    return behind < 0 ? this.#queue.length : behind
  }

  #end(send: QueuedSend): void {
    const place = this.#queue.indexOf(send)
    if (place >= 0) this.#queue.splice(place, 1)
    if (this.#held.delete(send) || place >= 0) this.#serve()
  }

  #serve(): void {
    while (this.#queue.length > 0) {
      const index = this.#nextInQueue()
      const next = this.#queue[index]
      if (next === undefined) return
      this.#queue.splice(index, 1)
      this.#held.set(next, this.#now())
      next.start?.()
      next.start = null
    }
  }

  /** The place of the send that is served next; -1 for none. */
  #nextInQueue(): number {
    const isLast = this.#countMayBeSlow() >= MAX_SLOW_CONNECTIONS
    const isFree = this.#held.size < MAX_CONNECTIONS
    // The last connection stays with fast lanes, since a fast lane that has given way comes back in a moment.
    const isForFast = isLast && isFree && this.#queue.some(({ pulse }) => pulse === 'fast')
    return this.#queue.findIndex((send) => {
      const isMeant = !isForFast || send.pulse === 'fast' || isLent(send)
      return send.start !== null && isMeant && this.#hasRoom(send)
    })
  }

  /** Whether a connection is free for a lane. The connection that it has lent itself counts as free. */
  #hasRoom(asking: QueuedSend): boolean {
    const { pulse } = asking
    if (this.#held.size >= MAX_CONNECTIONS) return false
    if (pulse === 'fast') return true
    const lent = (isCounted: (one: LanePulse) => boolean) => this.#countLent(isCounted, asking)
    if (this.#held.size + lent(() => true) >= MAX_CONNECTIONS) return false
    if (pulse === 'new') return true
    if (this.#countMayBeSlow(asking) >= MAX_SLOW_CONNECTIONS) return false
    const failing = this.#countHeld(isKnownAsFailing) + lent(isKnownAsFailing)
    return pulse === 'slow' || failing < MAX_FAILING_CONNECTIONS
  }

  /** The connections whose attempts may take long, those of new lanes among them. */
  #countMayBeSlow(except: QueuedSend | null = null): number {
    const held = this.#countHeld((one, since) => one === 'new' || this.#isSlow(one, since))
    return held + this.#countLent((one) => one !== 'fast', except)
  }

  #countLent(isCounted: (pulse: LanePulse) => boolean, except: QueuedSend | null = null): number {
    return this.#queue.filter((one) => isLent(one) && one !== except && isCounted(one.pulse)).length
  }

  #countHeld(isCounted: (pulse: LanePulse, since: number) => boolean): number {
    let count = 0
    for (const [{ pulse }, since] of this.#held) if (isCounted(pulse, since)) count += 1
    return count
  }

  /** An attempt counts as slow while it takes long, whatever the lane's last attempt was like. */
  #isSlow(pulse: LanePulse, since: number): boolean {
    if (isKnownAsSlow(pulse)) return true
    return this.#now() - since > SLOW_ATTEMPT_MS
  }
}

function isKnownAsSlow(pulse: LanePulse): boolean {
  return pulse === 'slow' || pulse === 'failing'
}

function isKnownAsFailing(pulse: LanePulse): boolean {
  return pulse === 'failing'
}

/** Whether the lane, which stands in the queue, has lent its connection. */
function isLent({ gaveWay }: QueuedSend): boolean {
  return gaveWay > 1
}
