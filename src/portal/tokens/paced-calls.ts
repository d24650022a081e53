/**
 * Keeps the calls of one portal within its request limit. A call waits for its turn. When the turn is further
 * away than the call may wait, it is answered as if the portal had refused it. A comparison may use only a
 * part of the limit, so that a call for an event still finds room.
 */
import type { CallPortal } from '../../bitrix24/servers/rest-client.ts'
import { limitWaitOf, type RestError } from '../../bitrix24/servers/rest-error.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import { LeakyBucket } from '../../core/pace/leaky-bucket.ts'
import { err } from '../../core/result.ts'
import type { World } from '../world.ts'

/** The time for which a call for an event may wait for its turn, in milliseconds. */
export const EVENT_WAIT_MS = 3000

/** The time for which a call in the background may wait for its turn, in milliseconds. */
const BACKGROUND_WAIT_MS = MINUTE_MS

/** The paced calls of one portal. */
export class PacedCalls {
  readonly #world: Pick<World, 'now' | 'sleep'>
  readonly #bucket = new LeakyBucket()
  readonly #background = new LeakyBucket({ ratePerSecond: 1, size: 20 })

  constructor(world: Pick<World, 'now' | 'sleep'>) {
    this.#world = world
  }

  /** Paces calls behind which an event waits. */
  forEvents(call: CallPortal): CallPortal {
    return this.#pace(call, { buckets: [this.#bucket], maxWaitMs: EVENT_WAIT_MS })
  }

  /** Paces calls behind which nobody waits. */
  inBackground(call: CallPortal): CallPortal {
    const buckets = [this.#background, this.#bucket]
    return this.#pace(call, { buckets, maxWaitMs: BACKGROUND_WAIT_MS })
  }

  /** Lets no call through for a time that the portal has asked for, in milliseconds. */
  obey(waitMs: number): void {
    this.#bucket.block(this.#world.now() + waitMs)
  }

  /** The time at which the limit lets the next call through, in unix milliseconds. */
  blockedUntil(): number {
    const now = this.#world.now()
    return now + this.#bucket.waitMs(now)
  }

  #pace(
    call: CallPortal,
    {
      buckets,
      maxWaitMs,
    }: { readonly buckets: readonly LeakyBucket[]; readonly maxWaitMs: number },
  ): CallPortal {
    return async (method, params) => {
      for (;;) {
        const now = this.#world.now()
        const waitMs = Math.max(...buckets.map((bucket) => bucket.waitMs(now)))
        if (waitMs <= 0) break
        if (waitMs > maxWaitMs) return err(turnIsFar(waitMs))
        await this.#world.sleep(waitMs)
      }
      for (const bucket of buckets) bucket.take(this.#world.now())
      const answer = await call(method, params)
      const limitMs = answer.ok ? null : limitWaitOf(answer.error)
      if (limitMs !== null) this.obey(limitMs)
      return answer
    }
  }
}

function turnIsFar(retryAfterMs: number): RestError {
  return { kind: 'rate_limited', code: 'own_pace', status: null, retryAfterMs }
}
