/** A clock that stands still until a test moves it, and the sleepers that it wakes. */

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** Time as a test tells it. */
export class ManualClock {
  #now: number
  #sleepers: Sleeper[] = []

  constructor(now: number) {
    this.#now = now
  }

  /** Unix milliseconds. */
  readonly now = (): number => this.#now

  /** Resolves when the clock has moved that far, or `ends` is aborted; at once for no time at all. */
  readonly sleep = (ms: number, ends?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (ms <= 0 || ends?.aborted === true) return resolve()
      const sleeper = { at: this.#now + ms, wake: resolve }
      this.#sleepers.push(sleeper)
      ends?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        resolve()
      })
    })

  /** How many sleep at the moment. */
  get sleepers(): number {
    return this.#sleepers.length
  }

  /** When the next one wakes; null when nobody sleeps. */
  nextWakeAt(): number | null {
    return this.#sleepers.length === 0 ? null : Math.min(...this.#sleepers.map(({ at }) => at))
  }

  /** Moves the clock and wakes whoever slept until then, in the order of their times. */
  advance(ms: number): void {
    this.#now += ms
    const due = this.#sleepers.filter(({ at }) => at <= this.#now)
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now)
    for (const { wake } of due.toSorted((a, b) => a.at - b.at)) wake()
  }
}
