/** The events of a portal, newest first, with their changes and fates. */
import type { EventView } from '../../../core/views/event-views.ts'
import { eventPath, portalPath } from '../../paths.ts'
import type { PageTerms } from '../../terms.ts'
import { Distance } from '../../parts/time.tsx'
import { formatNumber } from '../../words/counts.ts'
import { formatListValue } from '../../words/values.ts'
import { formatEventSearch, isSearching, type EventSearch } from './event-search.ts'
import { explanationOf, fatesByState, subjectOf, toneOfFate } from '../../words/event-words.ts'

/** The events of one page, and what lies behind them. */
export interface FoundEvents {
  readonly events: readonly EventView[]
  /** The sequence before which the next page begins; null on the last one. */
  readonly before: number | null
  /** How many events were looked at. */
  readonly looked: number
}

/** The parts of the list. */
export interface EventListTerms {
  readonly terms: PageTerms
  readonly memberId: string
  readonly shown: FoundEvents
  readonly search: EventSearch
}

/** The most changes of one event in the list. */
const MAX_CHANGES = 3

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

/** One event in a list. */
export function EventRow({
  terms,
  memberId,
  view,
}: Pick<EventListTerms, 'terms' | 'memberId'> & { readonly view: EventView }) {
  const { sequence, event, receivedAt, userName, userId, changes } = view
  const person = userName ?? (userId === null ? null : `user ${userId}`)
  const more = (changes?.length ?? 0) - MAX_CHANGES
  return (
    <li class="event" data-sequence={sequence}>
      <div class="row apart">
        <a href={eventPath(memberId, sequence)}>
          <span class="number">{sequence}</span> {event}
        </a>
        <Distance at={receivedAt} terms={terms} />
      </div>
      <p>
        <bdi>{subjectOf(view)}</bdi>
        {person !== null && (
          <>
            {' '}
            by <bdi>{person}</bdi>
          </>
        )}
        {view.origin === 'reconciled' && <span class="chip calm">found by comparing</span>}{' '}
        <span class="note">{explanationOf(view)}</span>
      </p>
      {changes !== null && changes.length > 0 && (
        <ul class="changes">
          {changes.slice(0, MAX_CHANGES).map(({ attribute, before, after }) => (
            <li>
              <code>{attribute}</code> <bdi>{formatListValue(before)}</bdi> →{' '}
              <bdi>{formatListValue(after)}</bdi>
            </li>
          ))}
          {more > 0 && <li class="note">and {more} more</li>}
        </ul>
      )}
      <Fates view={view} />
    </li>
  )
}

function Fates({ view }: { readonly view: EventView }) {
  return (
    <ul class="row fates">
      {[...fatesByState(view)].map(([state, destinations]) => (
        <li>
          <span class={`chip ${toneOfFate(state)}`}>{state}</span> {destinations.join(', ')}
        </li>
      ))}
    </ul>
  )
}
