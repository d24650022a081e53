/**
 * The work of a portal's object for which nobody waits: the platform keeps it alive, its timers can be cancelled,
 * and its failures are logged.
 */
import { describeError } from '../core/safety/redact.ts'
import type { FailureEvent, Scheduler } from './scheduler.ts'
import type { World } from './world.ts'
import { startTimer } from './start-timer.ts'

/** The dependencies of the background work. */
export interface BackgroundWorkDeps {
  readonly memberId: string
  readonly world: Pick<World, 'sleep' | 'logLine'>
  /** Lets the platform keep the object until the work has ended. */
  readonly keepAlive: (work: Promise<unknown>) => void
  /** Called with every failure, after it was logged. */
  readonly onFailure: (error: unknown) => void
}

/** The background work of one portal's object. */
export class BackgroundWork implements Pick<Scheduler, 'background' | 'after' | 'report'> {
  readonly #deps: BackgroundWorkDeps

  constructor(deps: BackgroundWorkDeps) {
    this.#deps = deps
  }

  /** Keeps work alive. When it fails, the failure is logged as `event`. */
  readonly background = (
    work: Promise<unknown>,
    event: FailureEvent = 'background_failed',
  ): void => {
    this.#deps.keepAlive(work.catch((error: unknown) => this.report(event, error)))
  }

  /** Calls `work` after a time, in milliseconds, unless the answer is called before. */
  readonly after = (ms: number, work: () => void): (() => void) =>
    startTimer(this.#deps.world, { ms, work, keepAlive: this.background })

  /** Logs a failure. */
  readonly report = (event: FailureEvent, error: unknown): void => {
    const { memberId, world, onFailure } = this.#deps
    world.logLine('error', event, { memberId, error: describeError(error) })
    onFailure(error)
  }
}
