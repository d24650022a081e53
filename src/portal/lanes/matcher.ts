/** Brings the lanes of one portal in line with its configuration. */
import type { BookTerms } from '../../core/lanes/state/book-state.ts'
import type { TallyKeeper } from '../../core/tallies/portal-tally.ts'
import type { Scheduler } from '../scheduler.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { LaneBook } from './book/book.ts'
import type { LanePlans } from './plans.ts'
import type { LaneRules } from './rules.ts'

/** The dependencies of the matcher. */
export interface LaneMatcherDeps {
  readonly book: Pick<LaneBook, 'match' | 'matchNow' | 'adopt' | 'abandon' | 'tally'>
  readonly plans: Pick<LanePlans, 'all'>
  readonly rules: Pick<LaneRules, 'decidedUpTo'>
  readonly state: Pick<PortalState, 'head'>
  readonly scheduler: Pick<Scheduler, 'report'>
}

/** The matching of one portal's lanes. */
export class LaneMatcher {
  readonly #deps: LaneMatcherDeps
  #hasUnstoredMatch = false

  constructor(deps: LaneMatcherDeps) {
    this.#deps = deps
  }

  /** Matches inside the caller's transaction. Memory follows with `adopt`, once that has returned. */
  match(): void {
    this.#deps.book.match(this.#terms())
  }

  /** Matches in a transaction of its own. */
  matchNow(): void {
    this.#deps.book.matchNow(this.#terms())
  }

  /**
   * Matches in a transaction of its own. When storage refuses, the lanes stay as they stood, and the next call
   * tries again.
   */
  follow(): void {
    this.#hasUnstoredMatch = true
    try {
      this.matchNow()
      this.#hasUnstoredMatch = false
    } catch (error) {
      this.#deps.scheduler.report('background_failed', error)
    }
  }

  /** Whether storage has refused the lanes that the configuration asks for. */
  hasUnstoredMatch(): boolean {
    return this.#hasUnstoredMatch
  }

  /** Takes over what `match` has written. */
  adopt(): void {
    this.#deps.book.adopt()
  }

  /** Forgets what `match` has written: its transaction was rolled back. */
  abandon(): void {
    this.#deps.book.abandon()
  }

  /** Changes the tally of the portal, which stands in the row of its lanes. */
  tally(change: Parameters<TallyKeeper['tally']>[0]): void {
    this.#deps.book.tally(change)
  }

  #terms(): BookTerms {
    const { plans, rules, state } = this.#deps
    const decidedUpTo: BookTerms['decidedUpTo'] = (lane) => rules.decidedUpTo(lane)
    return { plans: plans.all(), head: state.head(), decidedUpTo }
  }
}
