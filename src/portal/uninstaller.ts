/**
 * The uninstaller of a portal. At the end of an installation tokens and snapshots are deleted. With CLEAN=1 the log
 * and the portal values are deleted as well, with the events that wait in the log. Otherwise the waiting events are
 * still delivered, thin.
 */
import type { Enricher } from './fields/enricher.ts'
import type { LaneBook } from './lanes/book/book.ts'
import type { Receivers } from './lanes/sending/receivers.ts'
import type { LaneRules } from './lanes/rules.ts'
import type { Appender } from './log/appender.ts'
import type { SegmentStore } from './log/rows/segment-store.ts'
import type { RobotAddress } from './installs/robot-address.ts'
import type { InstallEnd, PortalState } from './state/portal-state.ts'

/** A part that has learned something of the portal by calling it. */
interface Learner {
  /** Deletes what is stored of it, inside the caller's transaction. */
  clearWithin(): void
  /** Forgets what memory holds of it. */
  clear(): void
}

/**
 * The parts in which an installation leaves something. They are nine, since the end of an installation
 * concerns everything that it has brought.
 */
export interface UninstallerParts {
  readonly state: Pick<PortalState, 'endInstall' | 'head' | 'rows'>
  readonly segments: Pick<SegmentStore, 'changing' | 'clear'>
  readonly book: Pick<LaneBook, 'clear' | 'adopt'>
  readonly rules: Pick<LaneRules, 'countUnsettled'>
  readonly receivers: Pick<Receivers, 'clearValues'>
  readonly appender: Pick<Appender, 'clear'>
  readonly enricher: Pick<Enricher, 'clear' | 'endAll'>
  readonly learners: readonly Learner[]
  readonly robotAddress: Pick<RobotAddress, 'end'>
}

/** The uninstaller of one portal. */
export class Uninstaller {
  readonly #parts: UninstallerParts

  constructor(parts: UninstallerParts) {
    this.#parts = parts
  }

  /** Ends the installation, and returns how many events were erased before their receivers had them. */
  end(end: Omit<InstallEnd, 'erased'>): number {
    const { state, segments, book, rules, receivers, appender, enricher, learners } = this.#parts
    const { clean } = end
    const unsettled = clean ? rules.countUnsettled(state.head()) : 0
    segments.changing(() =>
      state.endInstall({ ...end, erased: unsettled }, () => {
        for (const learner of learners) learner.clearWithin()
        if (!clean) return
        segments.clear(state.head())
        book.clear({ since: end.endedAt, from: state.head() })
        state.rows.clearValues()
      }),
    )
    this.#parts.robotAddress.end({ clean })
    book.adopt()
    if (clean) {
      enricher.clear()
      appender.clear()
      receivers.clearValues()
    }
    enricher.endAll('no_tokens')
    // `endAll` has let the waiting events go thin, and may have stored fields with them again.
    for (const learner of learners) learner.clear()
    return unsettled
  }
}
