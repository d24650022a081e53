/**
 * Virtual time. Nothing waits for real: the clock moves to the next moment at which something is due, and
 * what is due then runs until it waits again. While a history is played, `Date.now`, `setTimeout` and
 * `crypto.subtle` of the process belong to it, so that the relay's own code needs no change.
 */

interface Due {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** The time of one history. */
export class VirtualTime {
  #now: number
  #order = 0
  #due: Due[] = []
  #cryptoCalls = 0
  /** The relay's machine may have a wrong clock: this much is added to what it sees, in milliseconds. */
  skewMs = 0
  /** Called when everything has run that needs no time: writes of this turn become durable. */
  readonly afterTurn: (() => void)[] = []

  constructor(now: number) {
    this.#now = now
  }

  /** True time, in unix milliseconds. */
  readonly now = (): number => this.#now

  /** Runs `work` after a time; the answer takes it back. */
  after(ms: number, work: () => void): () => void {
    const due: Due = { at: this.#now + Math.max(0, ms), order: (this.#order += 1), run: work }
    const index = this.#due.findIndex(({ at }) => at > due.at)
    if (index < 0) this.#due.push(due)
    else this.#due.splice(index, 0, due)
    return () => {
      this.#due = this.#due.filter((other) => other !== due)
    }
  }

  /** Resolves after a time. */
  readonly sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => void this.after(ms, resolve))

  /** Lets time pass. */
  async passes(ms: number): Promise<void> {
    const end = this.#now + ms
    await this.turn()
    for (;;) {
      const [next] = this.#due
      if (next === undefined || next.at > end) break
      this.#due.shift()
      this.#now = Math.max(this.#now, next.at)
      next.run()
      await this.turn()
    }
    this.#now = end
  }

  /** Lets everything run that needs no time. */
  async turn(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve))
    while (this.#cryptoCalls > 0)
    for (const work of this.afterTurn) work()
  }

  /** Takes over the clocks of the process; the answer gives them back. */
  install(): () => void {
    const { setTimeout: timeout, clearTimeout: clear } = globalThis
    const dateNow = Date.now
    let timers = new Map<number, () => void>()
    const virtual = {
      setTimeout: (work: () => void, ms = 0): number => {
        const id = (this.#order += 1)
        timers.set(
          id,
          this.after(ms, () => {
            timers.delete(id)
            work()
          }),
        )
        return id
      },
      clearTimeout: (id: number | undefined): void => {
        if (id === undefined) return
        timers.get(id)?.()
        timers.delete(id)
      },
    }
    Object.assign(globalThis, virtual)
    Date.now = () => this.#now + this.skewMs
    const returnCrypto = this.#installCrypto()
    return () => {
      returnCrypto()
      Date.now = dateNow
      Object.assign(globalThis, { setTimeout: timeout, clearTimeout: clear })
      timers = new Map()
    }
  }

  /**
   * WebCrypto works in threads of its own. A turn waits for them, and their answers come in the order of the
   * questions, so that a history is the same at every time.
   */
  #installCrypto(): () => void {
    const { subtle } = crypto
    const names = ['digest', 'sign', 'importKey', 'deriveKey', 'encrypt', 'decrypt'] as const
    let last: Promise<unknown> = Promise.resolve()
    for (const name of names) {
      // Sound: every one of these methods returns a promise.
      const original = subtle[name].bind(subtle) as (...given: unknown[]) => Promise<unknown>
      const tracked = (...given: unknown[]): Promise<unknown> => {
        this.#cryptoCalls += 1
        const before = last
        const answer = original(...given)
        const inOrder = Promise.allSettled([before, answer]).then(() => {
          this.#cryptoCalls -= 1
          return answer
        })
        last = inOrder.catch(() => undefined)
        return inOrder
      }
      Object.defineProperty(subtle, name, { value: tracked, configurable: true, writable: true })
    }
    return () => {
      for (const name of names) Reflect.deleteProperty(subtle, name)
    }
  }
}
