/** The page that asks before a replay. It says what would be sent; only its second button sends anything. */
import type { EventView } from '../../core/views/event-views.ts'
import type { LaneView } from '../../core/views/lane-view.ts'
import { ActButton } from '../parts/buttons.tsx'
import { EventRow } from '../parts/event-row.tsx'
import type { PageContent } from '../frame/document.tsx'
import { lanePath, portalPath } from '../paths.ts'
import type { PageTerms } from '../terms.ts'
import { counted } from '../words/counts.ts'

/** The wish as the form has it. */
export interface ReplayForm {
  readonly from: string
  readonly to: string
  readonly parked: boolean
}

/** Everything that the page shows. */
export interface ReplayPage {
  readonly terms: PageTerms
  readonly memberId: string
  readonly destination: string
  readonly form: ReplayForm
  /** The events that would be sent; null while nothing was asked for, or when the numbers make no sense. */
  readonly planned: { readonly count: number; readonly events: readonly EventView[] } | null
  readonly state: LaneView['state']
  /** The last event that the lane has passed. */
  readonly cursor: number
  readonly parked: number
}

/** Makes the page. */
export function replayPage(page: ReplayPage): PageContent {
  const { memberId, destination, planned } = page
  return {
    title: `Replay to ${destination}`,
    content: (
      <>
        <div>
          <p class="note">
            <a href={portalPath(memberId)}>Back to the portal</a>
          </p>
          <h1>Replay to {destination}</h1>
        </div>
        <section class="panel" aria-label="Which events">
          <Choice page={page} />
        </section>
        {planned !== null && (
          <section class="panel" aria-labelledby="planned-title">
            <Planned page={page} planned={planned} />
          </section>
        )}
      </>
    ),
  }
}

function Choice({
  page: { memberId, destination, form, cursor, parked },
}: {
  readonly page: ReplayPage
}) {
  const to = lanePath(memberId, destination, 'replay')
  return (
    <>
      <p>
        A replay sends events again that the lane has passed, up to event {cursor}. Each keeps its
        delivery id, so a receiver that knows it can leave it out. New events go on between them.
      </p>
      <form method="get" action={to} class="search">
        <label>
          From event
          <input name="from" inputmode="numeric" pattern="[0-9]+" value={form.from} required />
        </label>
        <label>
          To event
          <input name="to" inputmode="numeric" pattern="[0-9]+" value={form.to} required />
        </label>
        <button>Show what would be sent</button>
      </form>
      {parked > 0 && (
        <p>
          <a href={`${to}?parked=true`}>Show the {counted(parked, 'parked event')}</a>
        </p>
      )}
    </>
  )
}

function Planned({
  page,
  planned,
}: {
  readonly page: ReplayPage
  readonly planned: NonNullable<ReplayPage['planned']>
}) {
  const { terms, memberId, destination, form, state } = page
  const { count, events } = planned
  const { from, to, parked } = form
  const members: Readonly<Record<string, string>> = parked ? { parked: 'true' } : { from, to }
  return (
    <>
      <h2 id="planned-title">
        {count === 0
          ? 'Nothing would be sent'
          : `${counted(count, 'event')} would be sent to ${destination}`}
      </h2>
      {count > 0 && (
        <ActButton
          terms={terms}
          to={lanePath(memberId, destination, 'replay')}
          members={members}
          isMain
        >
          Send {counted(count, 'event')} again
        </ActButton>
      )}
      {count > 0 && state !== 'active' && (
        <p class="strip warn">
          The lane is {state}, and sends nothing again until it goes on. The replay waits for that.
        </p>
      )}
      <ol class="events">
        {events.map((view) => (
          <EventRow terms={terms} memberId={memberId} view={view} />
        ))}
      </ol>
      {count > events.length && (
        <p class="note">
          {events.length === 0
            ? 'They are events of the relay itself, which stand in no log.'
            : `and ${counted(count - events.length, 'more event')}`}
        </p>
      )}
    </>
  )
}
