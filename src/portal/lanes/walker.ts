/**
 * Walks the lanes of one portal: gives the walk of a lane (`core/lanes/walk-lane.ts`) its log, its page in
 * the book and its receiver.
 */
import { walkLane } from '../../core/lanes/walk-lane.ts'
import type { WalkLog } from '../../core/lanes/walk-ports.ts'
import type { Enricher } from '../fields/enricher.ts'
import type { LogStore } from '../log/log-store.ts'
import type { World } from '../world.ts'
import type { LaneBook } from './book/book.ts'
import type { Courier } from './sending/courier.ts'
import type { FateStore } from './book/fate-store.ts'

/** The dependencies of the walker. */
export interface LaneWalkerDeps {
  readonly log: Pick<LogStore, 'afterForLanes' | 'outlinesAfter' | 'outlinesBefore' | 'entry'>
  readonly fates: Pick<FateStore, 'find' | 'nextParked'>
  readonly book: Pick<LaneBook, 'findLane' | 'page'>
  readonly courier: Pick<Courier, 'walkReceiverOf'>
  readonly enricher: Pick<Enricher, 'readableHead'>
  readonly world: Pick<World, 'now' | 'random' | 'sleep'>
}

/** The walks of one portal's lanes. */
export class LaneWalker {
  readonly #deps: LaneWalkerDeps

  constructor(deps: LaneWalkerDeps) {
    this.#deps = deps
  }

  /**
   * Walks one lane until nothing is due or the deadline has passed; a lane without a known destination stands
   * still.
   */
  async walk(name: string, deadline: number): Promise<void> {
    const { book, courier, world } = this.#deps
    if (book.findLane(name) === null) return
    const receiver = courier.walkReceiverOf(name)
    if (receiver === null) return
    await walkLane(
      { log: this.#logFor(name), book: book.page(name), receiver, clock: world },
      deadline,
    )
  }

  #logFor(name: string): WalkLog {
    const { log, fates, enricher } = this.#deps
    return {
      head: () => enricher.readableHead(),
      after: (sequence, limit) => {
        const head = enricher.readableHead()
        if (sequence >= head) return []
        return log.afterForLanes(sequence, limit).filter((entry) => entry.sequence <= head)
      },
      outlinesAfter: (sequence, limit) => {
        const head = enricher.readableHead()
        if (sequence >= head) return []
        return log.outlinesAfter(sequence, limit).filter((entry) => entry.sequence <= head)
      },
      outlinesBefore: (sequence, limit) => log.outlinesBefore(sequence, limit),
      entry: (sequence) => log.entry(sequence),
      nextParked: (from, to) => fates.nextParked(name, { from, to }),
      attemptsOf: (sequence) => fates.find(name, sequence)?.attempts ?? 0,
    }
  }
}
