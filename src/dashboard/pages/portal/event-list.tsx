/** The events of a portal, newest first, with their changes and fates. */
import type { EventView } from '../../../core/views/event-views.ts'
import { portalPath } from '../../paths.ts'
import type { PageTerms } from '../../terms.ts'
import { EventRow } from '../../parts/event-row.tsx'
import { formatNumber } from '../../words/counts.ts'
import { formatEventSearch, isSearching, type EventSearch } from './event-search.ts'

/** The events of one page, and what lies behind them. */
export interface FoundEvents {
  readonly events: readonly EventView[]
  /** The sequence before which the next page begins; null on the last one. */
  readonly before: number | null
  /** The number of events that were looked at. */
  readonly looked: number
}

/** The parts of the list. */
export interface EventListTerms {
  readonly terms: PageTerms
  readonly memberId: string
  readonly shown: FoundEvents
  readonly search: EventSearch
}

/** Shows the events. */
export function EventList({ terms, memberId, shown, search }: EventListTerms) {
  const { events, before, looked } = shown
  const older =
    before === null
      ? null
      : `${portalPath(memberId)}${formatEventSearch({ ...search, before })}#events`
  return (
    <>
      {events.length === 0 && (
        <p class="note">
          {isSearching(search)
            ? `None of the ${formatNumber(looked)} events that were looked at is one of these.`
            : 'The portal has sent no event yet.'}
        </p>
      )}
      <ol class="events">
        {events.map((view) => (
          <EventRow terms={terms} memberId={memberId} view={view} />
        ))}
      </ol>
      <p class="row">
        {search.before !== null && (
          <a
            href={`${portalPath(memberId)}${formatEventSearch({ ...search, before: null })}#events`}
          >
            Newest events
          </a>
        )}
        {older !== null && (
          <a href={older}>{isSearching(search) ? 'Look at older events' : 'Older events'}</a>
        )}
      </p>
    </>
  )
}
