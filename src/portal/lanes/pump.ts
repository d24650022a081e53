/**
 * Runs the lanes of one portal: one walk a lane at a time, several lanes at once. A kick during a walk is
 * never lost: the walk is repeated. Nobody waits for a walk, so that a slow receiver delays no timer of
 * another lane.
 */
import { SAFETY_ALARM_MS } from '../../core/pace/schedule.ts'

/** How long one run may start new sends; the alarm goes on after it. */
export const RUN_BUDGET_MS = 30_000

/** How long a lane rests after a walk that failed: storage failed, or we have a bug. */
export const FAILED_REST_MS = 60_000

/** What the pump needs from the object around it. */
export interface PumpDeps {
  now(): number
  /** The destinations whose lanes want to run now or soon. */
  runnable(): readonly string[]
  /** Walks one lane until its deadline; rejects only when storage fails. */
  walk(destination: string, deadline: number): Promise<void>
  /** Hears of a walk that failed. */
  failed(destination: string, error: unknown): void
  /** Hears that a lane has come to rest, so that its next time can be planned. */
  rested(): void
  /** Keeps a walk alive. */
  keepAlive(walk: Promise<void>): void
}

/** The walks that are under way. */
export class Pump {
  readonly #deps: PumpDeps
  readonly #running = new Set<string>()
  readonly #again = new Set<string>()
  readonly #failedAt = new Map<string, number>()

  constructor(deps: PumpDeps) {
    this.#deps = deps
  }

  /** Whether any walk is under way. */
  isRunning(): boolean {
    return this.#running.size > 0
  }

  /** Starts every walk that wants to run. */
  kick(): void {
    for (const destination of this.#deps.runnable()) this.#start(destination)
  }

  /**
   * The time before which the alarm has nothing to do for a lane: a running one needs it only should the
   * object end, a failed one rests.
   */
  busyUntil(destination: string): number {
    if (this.#running.has(destination)) return this.#deps.now() + SAFETY_ALARM_MS
    const failedAt = this.#failedAt.get(destination)
    return failedAt === undefined ? 0 : failedAt + FAILED_REST_MS
  }

  #start(destination: string): void {
    if (this.#running.has(destination)) {
      this.#again.add(destination)
      return
    }
    if (this.busyUntil(destination) > this.#deps.now()) return
    this.#running.add(destination)
    this.#deps.keepAlive(this.#loop(destination))
  }

  async #loop(destination: string): Promise<void> {
    const deadline = this.#deps.now() + RUN_BUDGET_MS
    do {
      this.#again.delete(destination)
      try {
        await this.#deps.walk(destination, deadline)
        this.#failedAt.delete(destination)
      } catch (error) {
        this.#failedAt.set(destination, this.#deps.now())
        this.#deps.failed(destination, error)
        break
      }
    } while (this.#again.has(destination) && this.#deps.now() < deadline)
    // No await between the last look at `#again` and this line: a kick finds either.
    this.#running.delete(destination)
    this.#deps.rested()
  }
}
