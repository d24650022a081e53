/**
 * Bitrix24's request limit, counted on our side. The limit is a bucket: each request fills it by one, and it
 * leaks at a steady rate. A request that makes it flow over is refused with QUERY_LIMIT_EXCEEDED
 * (apidocs.bitrix24.com/limits.html). Bitrix24 counts for each portal and source address, and other Workers
 * share our address: so a refusal is the truth, and this count is only a guess.
 */

/** The rate at which a portal may be asked. */
export interface LeakyBucketOptions {
  /** Requests that leak out in a second. @default 2, every plan but Enterprise (5) */
  readonly ratePerSecond?: number
  /** Requests that fit into the bucket. @default 50, every plan but Enterprise (250) */
  readonly size?: number
}

/**
 * The request limit of one portal. All times are unix milliseconds.
 *
 * @throws RangeError when rate or size would let no request through
 */
export class LeakyBucket {
  readonly #ratePerMs: number
  readonly #size: number
  /** Requests in the bucket at `#at`. */
  #level = 0
  #at = 0
  #blockedUntil = 0

  constructor({ ratePerSecond = 2, size = 50 }: LeakyBucketOptions = {}) {
    if (!(ratePerSecond > 0 && size >= 1)) {
      throw new RangeError('Cannot pace requests as rate and size must let one through')
    }
    this.#ratePerMs = ratePerSecond / 1000
    this.#size = size
  }

  /** The wait before the next request, in whole milliseconds; 0 when it may be sent now. */
  waitMs(now: number): number {
    const openAt = Math.max(now, this.#blockedUntil)
    const overflow = this.#levelAt(openAt) + 1 - this.#size
    return Math.ceil(openAt - now + Math.max(0, overflow) / this.#ratePerMs)
  }

  /** Counts a request that is being sent now, also one that did not wait. */
  take(now: number): void {
    this.#level = this.#levelAt(now) + 1
    this.#at = Math.max(this.#at, now)
  }

  /**
   * Obeys a refusal: no request before that time, then one, then the steady rate, since the bucket counts as
   * full. This holds for QUERY_LIMIT_EXCEEDED, and for OPERATION_TIME_LIMIT until its reset. A block is only
   * ever lengthened; a time that is no number is ignored.
   */
  block(untilMs: number): void {
    if (!Number.isFinite(untilMs) || untilMs <= this.#blockedUntil) return
    this.#blockedUntil = untilMs
    this.#level = this.#size - 1
    this.#at = Math.max(this.#at, untilMs)
  }

  /** The end of the last block; 0 when there was none, and possibly in the past. */
  blockedUntil(): number {
    return this.#blockedUntil
  }

  // A clock that goes back neither empties nor fills the bucket.
  #levelAt(now: number): number {
    return Math.max(0, this.#level - Math.max(0, now - this.#at) * this.#ratePerMs)
  }
}
