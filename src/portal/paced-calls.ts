/**
 * Keeps the calls of one portal within its limits: a request waits a little for its turn, and is answered
 * as refused when the turn is further away than its caller would wait. Comparing takes at most a part of
 * the portal's bucket, so that events find room.
 */
import type { JsonObject } from '../bitrix24/json.ts'
import type { RestCaller } from '../bitrix24/rest-client.ts'
import type { RestError } from '../bitrix24/rest-error.ts'
import { LeakyBucket } from '../core/leaky-bucket.ts'
import { err, type Result } from '../core/result.ts'

/** How long a call for an event waits for its turn. */
const EVENT_WAIT_MS = 3000

/** How long a call for a comparison waits for its turn. */
const BACKGROUND_WAIT_MS = 60_000

/** The waits after refusals that name none. */
const QUERY_LIMIT_WAIT_MS = 1000
const OPERATION_LIMIT_WAIT_MS = 60_000

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
  forEvents(call: RestCaller): RestCaller {
    return this.#pace(call, { buckets: [this.#bucket], maxWaitMs: EVENT_WAIT_MS })
  }

  /** Paces calls that nobody waits for. */
  inBackground(call: RestCaller): RestCaller {
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
    call: RestCaller,
    {
      buckets,
      maxWaitMs,
    }: { readonly buckets: readonly LeakyBucket[]; readonly maxWaitMs: number },
  ): RestCaller {
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
      this.#obey(answer)
      return answer
    }
  }

  #obey(answer: Result<JsonObject, RestError>): void {
    const waitMs = answer.ok ? null : waitOf(answer.error)
    if (waitMs !== null) this.obey(waitMs)
  }
}

function turnIsFar(retryAfterMs: number): RestError {
  return { kind: 'rate_limited', code: 'own_pace', status: null, retryAfterMs }
}

function waitOf({ kind, code, retryAfterMs }: RestError): number | null {
  if (kind !== 'rate_limited') return null
  const isOperating = code.toUpperCase() === 'OPERATION_TIME_LIMIT'
  return retryAfterMs ?? (isOperating ? OPERATION_LIMIT_WAIT_MS : QUERY_LIMIT_WAIT_MS)
}
