/**
 * Keeps the calls of one portal within its limits: a request waits a little for its turn, and is answered
 * as refused when the turn is further away than its caller would wait. Comparing takes at most a part of
 * the portal's bucket, so that events find room.
 */
import type { CallPortal } from '../../bitrix24/servers/rest-client.ts'
import { limitWaitOf, type RestError } from '../../bitrix24/servers/rest-error.ts'
import { LeakyBucket } from '../../core/pace/leaky-bucket.ts'
import { err } from '../../core/result.ts'

/** How long a call for an event waits for its turn. */
const EVENT_WAIT_MS = 3000

/** How long a call for a comparison waits for its turn. */
const BACKGROUND_WAIT_MS = 60_000

/** What pacing needs from the object around it. */
export interface PacedCallsDeps {
  now(): number
  sleep(ms: number): Promise<void>
}

/** The request limits of one portal. */
export class PacedCalls {
  readonly #deps: PacedCallsDeps
  readonly #bucket = new LeakyBucket()
  readonly #background = new LeakyBucket({ ratePerSecond: 1, size: 20 })

  constructor(deps: PacedCallsDeps) {
    this.#deps = deps
  }

  /** Paces calls that an event waits for. */
  forEvents(call: CallPortal): CallPortal {
    return this.#pace(call, { buckets: [this.#bucket], maxWaitMs: EVENT_WAIT_MS })
  }

  /** Paces calls that nobody waits for. */
  inBackground(call: CallPortal): CallPortal {
    const buckets = [this.#background, this.#bucket]
    return this.#pace(call, { buckets, maxWaitMs: BACKGROUND_WAIT_MS })
  }

  /** Lets no request through for a time that the portal asks for, in milliseconds. */
  obey(waitMs: number): void {
    this.#bucket.block(this.#deps.now() + waitMs)
  }

  /** Until when the portal's limits let no request through, in unix milliseconds. */
  blockedUntil(): number {
    const now = this.#deps.now()
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
        const now = this.#deps.now()
        const waitMs = Math.max(...buckets.map((bucket) => bucket.waitMs(now)))
        if (waitMs <= 0) break
        if (waitMs > maxWaitMs) return err(turnIsFar(waitMs))
        await this.#deps.sleep(waitMs)
      }
      for (const bucket of buckets) bucket.take(this.#deps.now())
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
