/**
 * Runs the lanes of one portal: one walk a lane at a time, several lanes at once. A kick during a walk is
 * never lost: the walk is repeated.
 */

/** How long one run may start new sends; the alarm goes on after it. */
export const RUN_BUDGET_MS = 30_000

/** What the pump needs from the object around it. */
export interface PumpDeps {
  now(): number
  /** The destinations whose lanes want to run now or soon. */
  runnable(): readonly string[]
  /** Walks one lane until its deadline; rejects only when storage fails. */
  walk(destination: string, deadline: number): Promise<void>
  /** Hears of a walk that failed. */
  failed(destination: string, error: unknown): void
}

/** The walks that are under way. */
export class Pump {
  readonly #deps: PumpDeps
  readonly #running = new Map<string, Promise<void>>()
  readonly #again = new Set<string>()

  constructor(deps: PumpDeps) {
    this.#deps = deps
  }

  /** Starts what wants to run; resolves when nothing runs any more. Never rejects. */
  async run(): Promise<void> {
    for (const destination of this.#deps.runnable()) this.#start(destination)
    await Promise.all(this.#running.values())
  }

  #start(destination: string): void {
    if (this.#running.has(destination)) {
      this.#again.add(destination)
      return
    }
    this.#running.set(destination, this.#loop(destination))
  }

  async #loop(destination: string): Promise<void> {
    const deadline = this.#deps.now() + RUN_BUDGET_MS
    do {
      this.#again.delete(destination)
      try {
        await this.#deps.walk(destination, deadline)
      } catch (error) {
        this.#deps.failed(destination, error)
        break
      }
    } while (this.#again.has(destination) && this.#deps.now() < deadline)
    // No await between the last look at `#again` and this line: a kick finds either.
    this.#running.delete(destination)
  }
}
