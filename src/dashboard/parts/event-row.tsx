/** One event as a line of a list, with its changes and fates. */
import type { EventView } from '../../core/views/event-views.ts'
import { eventPath } from '../paths.ts'
import type { PageTerms } from '../terms.ts'
import { explanationOf, fatesByState, subjectOf, toneOfFate } from '../words/event-words.ts'
import { formatListValue } from '../words/values.ts'
import { Distance } from './time.tsx'

/** The most changes of one event in the list. */
const MAX_CHANGES = 3

/** One event in a list. */
export function EventRow({
  terms,
  memberId,
  view,
}: {
  readonly terms: PageTerms
  readonly memberId: string
  readonly view: EventView
}) {
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
