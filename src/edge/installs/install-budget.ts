/**
 * The budget of installations that one isolate hands on in a minute. Each of them may ask an OAuth server, and
 * Bitrix24 blocks a caller that asks too often. An installation over the budget waits: at its portal's object where
 * that knows the portal, and otherwise here for a moment, since nothing may be stored for a stranger
 * (docs/decisions/0016).
 */
import { BoundedMap } from '../../core/bounded-map.ts'
import { LeakyBucket } from '../../core/pace/leaky-bucket.ts'
import { CHECKS_PER_MINUTE } from '../../portal/installs/installer.ts'

/** The number of installations that one isolate hands on in a minute. Each asks an OAuth server at most twice. */
export const INSTALLS_PER_MINUTE = 600

/** The most installations that wait for their turn in one isolate. */
export const MAX_WAITING = 80

/** The most of them that came from one network, so that a flood waits for itself. */
export const MAX_WAITING_OF_NETWORK = 4

/** The longest wait for a turn, in milliseconds: as long as all that may wait take. */
export const MAX_TURN_MS = (MAX_WAITING * 60_000) / INSTALLS_PER_MINUTE

/** The most portals whose installations are counted. */
const MAX_PORTALS = 5000

/** The budget that is used up: the portal's own one, which its object counts as well, or that of the isolate. */
export type SpentBudget = 'portal' | 'isolate'

/** The clock by which an installation waits. */
interface TurnClock {
  /** Unix milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
}

interface Waiter {
  readonly network: string
  /** The time of the turn, in unix milliseconds. The place of a request that has ended meanwhile is free after it. */
  readonly until: number
}

/** The budget of one isolate. */
export class InstallBudget {
  readonly #isolateBucket = bucketOf(INSTALLS_PER_MINUTE)
  readonly #portalBuckets = new BoundedMap<LeakyBucket>(MAX_PORTALS)
  readonly #waiting = new Set<Waiter>()

  /**
   * Counts an installation; null when it may be handed on. One that is over the budget of its portal costs the
   * isolate nothing, since the portal's object asks nobody about it.
   */
  spend(memberId: string, now: number): SpentBudget | null {
    const bucket = this.#portalBuckets.get(memberId) ?? bucketOf(CHECKS_PER_MINUTE)
    if (bucket.waitMs(now) > 0) return 'portal'
    // An installation never overtakes those that wait.
    if (this.#waitingAt(now).length > 0 || !this.#take(now)) return 'isolate'
    bucket.take(now)
    this.#portalBuckets.set(memberId, bucket)
    return null
  }

  /**
   * Waits for a turn; false when too many wait already. A turn is given when the wait begins, so those who came
   * first have theirs first. If each looked again and again whether it is its turn, a flood would take every turn
   * from one that looks a moment too late. The turn of a request that has ended meanwhile is lost.
   */
  async waitForTurn(network: string, { now, sleep }: TurnClock): Promise<boolean> {
    const from = now()
    const waiting = this.#waitingAt(from)
    const own = waiting.filter((other) => other.network === network)
    const waitMs = this.#isolateBucket.waitMs(from)
    // A wait is longer than the waiting installations explain when the clock was set back. Then it is cut.
    if (waiting.length >= MAX_WAITING || waitMs > MAX_TURN_MS) return false
    if (own.length >= MAX_WAITING_OF_NETWORK) return false
    this.#isolateBucket.take(from)
    const waiter = { network, until: from + waitMs }
    this.#waiting.add(waiter)
    await sleep(waitMs)
    this.#waiting.delete(waiter)
    return true
  }

  #waitingAt(now: number): readonly Waiter[] {
    for (const waiter of this.#waiting) if (waiter.until <= now) this.#waiting.delete(waiter)
    return [...this.#waiting]
  }

  #take(now: number): boolean {
    if (this.#isolateBucket.waitMs(now) > 0) return false
    this.#isolateBucket.take(now)
    return true
  }
}

function bucketOf(perMinute: number): LeakyBucket {
  return new LeakyBucket({ ratePerSecond: perMinute / 60, size: perMinute })
}
