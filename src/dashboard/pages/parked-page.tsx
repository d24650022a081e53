/** The parked events of a portal and its quarantined ones: why, and what to do about them. */
import type { EventView, ParkedView } from '../../core/views/event-views.ts'
import { FormToken } from '../parts/buttons.tsx'
import { FeedbackText, type Feedback } from '../parts/feedback.tsx'
import type { PageContent } from '../frame/document.tsx'
import { belowPortal, eventPath, lanePath, portalPath } from '../paths.ts'
import { explainReason } from '../words/reasons.ts'
import { explainedWords } from '../words/event-way.ts'
import type { PageTerms } from '../terms.ts'
import { Distance } from '../parts/time.tsx'
import { counted, formatNumber } from '../words/counts.ts'

/** Everything that the page shows. */
export interface ParkedPage {
  readonly terms: PageTerms
  readonly memberId: string
  readonly domain: string | null
  /** The listed ones: of very many the first ones. */
  readonly parked: readonly ParkedView[]
  /** How many are parked in each lane. */
  readonly counts: ReadonlyMap<string, number>
  readonly quarantined: readonly EventView[]
  /** The number of the newest events that were searched for quarantined ones; null when it was all of them. */
  readonly looked: number | null
  readonly feedback: Feedback | null
}

/** Makes the page. */
export function parkedPage(page: ParkedPage): PageContent {
  const { memberId, domain, parked, counts, feedback } = page
  const listed = Map.groupBy(parked, ({ destination }) => destination)
  const full = [...counts].flatMap(([destination, count]) => (count > 0 ? [destination] : []))
  const destinations = [...new Set([...listed.keys(), ...full])]
  return {
    title: `Parked events of ${domain ?? memberId}`,
    content: (
      <>
        <FeedbackText feedback={feedback} />
        <div>
          <p class="note">
            <a href={portalPath(memberId)}>{domain ?? memberId}</a>
          </p>
          <h1>Parked and quarantined events</h1>
        </div>
        {destinations.length === 0 && <p class="strip good">No event is parked.</p>}
        {destinations.map((destination) => (
          <ParkedLane
            page={page}
            destination={destination}
            events={listed.get(destination) ?? []}
          />
        ))}
        <section class="panel" id="quarantined" aria-labelledby="quarantined-title">
          <h2 id="quarantined-title">Quarantined</h2>
          <Quarantined page={page} />
        </section>
      </>
    ),
  }
}

interface ParkedLaneTerms {
  readonly page: ParkedPage
  readonly destination: string
  readonly events: readonly ParkedView[]
}

function ParkedLane({ page, destination, events }: ParkedLaneTerms) {
  const { memberId, terms, counts } = page
  const replay = lanePath(memberId, destination, 'replay')
  const count = Math.max(counts.get(destination) ?? 0, events.length)
  return (
    <section class="panel" id={destination} aria-labelledby={`${destination}-title`}>
      <h2 id={`${destination}-title`}>
        {destination}: {counted(count, 'parked event')}
      </h2>
      {count > events.length && (
        <p class="note">
          {events.length === 0
            ? 'There are too many parked events to list those of this destination'
            : `The first ${formatNumber(events.length)} of them are listed`}
          : when their causes are mended, send all of them again.
        </p>
      )}
      <form method="post" action={replay} class="stack">
        <FormToken terms={terms} />
        <input type="hidden" name="back" value={belowPortal(memberId, 'parked')} />
        <div class="row">
          <label class="choice">
            <input type="checkbox" data-all /> All of them
          </label>
          <button>Send the chosen ones again</button>
          <a class="button" href={`${replay}?parked=true`}>
            Send all again …<span class="unseen"> to {destination}</span>
          </a>
        </div>
        <ul>
          {events.map((event) => (
            <ParkedRow memberId={memberId} event={event} terms={terms} />
          ))}
        </ul>
      </form>
    </section>
  )
}

interface ParkedRowTerms {
  readonly memberId: string
  readonly event: ParkedView
  readonly terms: PageTerms
}

function ParkedRow({ memberId, event, terms }: ParkedRowTerms) {
  const { sequence, reason, status, at, attempts } = event
  const words = reason === null ? null : explainReason(reason)
  return (
    <li class="event">
      <div class="row">
        <label class="choice">
          <input type="checkbox" name="sequence" value={String(sequence)} />
          <span class="unseen">Send again: </span>event {sequence}
        </label>
        <a href={eventPath(memberId, sequence)}>
          Its way<span class="unseen"> (event {sequence})</span>
        </a>
        {at !== null && <Distance at={at} terms={terms} />}
      </div>
      <p>
        {words?.meaning ?? 'The reason is not known'} (<code>{reason ?? '?'}</code>)
        {attempts > 0 &&
          `, ${status === null ? 'no answer' : `status ${status}`}, after ${counted(attempts, 'attempt')}`}
        . {words !== null && `${words.remedy}.`}
      </p>
    </li>
  )
}

function Quarantined({
  page: { memberId, terms, quarantined, looked },
}: {
  readonly page: ParkedPage
}) {
  return (
    <>
      {quarantined.length === 0 && (
        <p class="note">
          No event is quarantined
          {looked !== null && ` among the newest ${formatNumber(looked)}`}.
        </p>
      )}
      <ul>
        {quarantined.map((view) => (
          <li class="event">
            <div class="row">
              <a href={eventPath(memberId, view.sequence)}>
                Event {view.sequence}: {view.event}
              </a>
              <Distance at={view.receivedAt} terms={terms} />
            </div>
            <p>{explainedWords(view).text}</p>
          </li>
        ))}
      </ul>
    </>
  )
}
