/** Brings the lanes of one portal in line with its configuration. */
import type { PortalState } from '../state.ts'
import type { LaneBook } from './book.ts'
import type { Deliverer } from './rules.ts'

/** What matching needs. */
export interface LaneMatcherDeps {
  readonly book: Pick<LaneBook, 'match' | 'matchNow' | 'adopt' | 'abandon'>
  readonly deliverer: Pick<Deliverer, 'plans'>
  readonly state: Pick<PortalState, 'head'>
}

/** The matching of one portal's lanes. */
export class LaneMatcher {
  readonly #deps: LaneMatcherDeps

  constructor(deps: LaneMatcherDeps) {
    this.#deps = deps
  }

  /** Matches inside the caller's transaction; memory follows with `adopt` once that has returned. */
  match(): void {
    const { book, deliverer, state } = this.#deps
    book.match(deliverer.plans(), state.head())
  }

  /** Matches in a transaction of its own. */
  matchNow(): void {
    const { book, deliverer, state } = this.#deps
    book.matchNow(deliverer.plans(), state.head())
  }

  /** Takes over what `match` has written. */
  adopt(): void {
    this.#deps.book.adopt()
  }

  /** Forgets what `match` has written: its transaction was rolled back. */
  abandon(): void {
    this.#deps.book.abandon()
  }
}
