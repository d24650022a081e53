/**
 * The lanes of a portal together, as one row stores them. While DESTINATIONS cannot be read, no lane can be opened. For
 * example, events 3 and 4 come meanwhile: a destination that is new afterwards begins with event 3. Pure.
 */
import type { LastReport } from '../../reports/portal-report.ts'
import type { PortalTally } from '../../tallies/portal-tally.ts'
import type { LaneState } from './lane-state.ts'
import { matchLanes, type MatchTerms } from './match-lanes.ts'

/** Everything that the row holds. */
export interface BookState {
  readonly lanes: readonly LaneState[]
  /**
   * The sequence after which new lanes begin, noted while DESTINATIONS cannot be read. Null: new lanes begin
   * behind the head of the log.
   */
  readonly openFrom: number | null
  /** The last report of the portal, absent before the first one: it stands here because this row is written anyway. */
  readonly lastReport?: LastReport
  /** The tally of the portal, absent while it has counted nothing: it stands here for the same reason. */
  readonly tally?: PortalTally
}

/** The book of a portal that has no lane. */
export const NO_LANES: BookState = { lanes: [], openFrom: null }

/** The plans and times by which the lanes are brought in line; no plans while the configuration cannot be read. */
export type BookTerms = Omit<MatchTerms, 'plans'> & { readonly plans: MatchTerms['plans'] | null }

/** Whether events up to `head` wait for lanes that do not exist yet. */
export function hasUnopened({ openFrom }: BookState, head: number): boolean {
  return openFrom !== null && openFrom < head
}

/** The book with the lanes that the configuration asks for; the same book when nothing has changed. */
export function matchBook(book: BookState, terms: BookTerms): BookState {
  const { lanes, openFrom } = book
  const { plans, head } = terms
  if (plans === null) return openFrom === null ? { ...book, openFrom: head } : book
  const matched = matchLanes(lanes, { ...terms, plans, head: openFrom ?? head })
  return matched === lanes && openFrom === null ? book : { ...book, lanes: matched, openFrom: null }
}
