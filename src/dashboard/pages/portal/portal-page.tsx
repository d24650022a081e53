/** The page of a portal. */
import { ActButton } from '../../parts/buttons.tsx'
import type { HistoryView } from '../../../core/views/history-view.ts'
import type { WholeView, SpilledRequests } from '../../../core/views/whole-view.ts'
import { FeedbackText, type Feedback } from '../../parts/feedback.tsx'
import type { PageContent } from '../../frame/document.tsx'
import { belowPortal } from '../../paths.ts'
import type { PageTerms } from '../../terms.ts'
import { BulletinList } from './bulletin-list.tsx'
import { EventList, type FoundEvents } from './event-list.tsx'
import type { EventSearch } from './event-search.ts'
import { HistoryPlots } from './history-plots.tsx'
import { Installation, LogNumbers } from './installation.tsx'
import { LaneCard } from './lane-card.tsx'
import { LaneScale, spanOf } from './lane-picture.tsx'
import { SearchForm } from './search-form.tsx'
import { TroubleList } from './trouble-list.tsx'
import { outsideTroublesOf, troublesOf } from './troubles.ts'

/** Everything that the page shows. */
export interface PortalPage {
  readonly terms: PageTerms
  readonly view: WholeView
  /** Null when the script asks for the page anew. */
  readonly outside: SpilledRequests | null
  /** Null when the script asks for the page anew, and when the object does not tell it. */
  readonly history: HistoryView | null
  readonly shown: FoundEvents
  readonly search: EventSearch
  readonly feedback: Feedback | null
  /** The stamp of the portal when the page was made: the script watches whether it has changed. */
  readonly stamp: string
}

/** Makes the page. Its parts with `data-live` are put anew when the stamp has changed. */
export function portalPage(page: PortalPage): PageContent {
  const { view, feedback, stamp, shown, outside, history, terms } = page
  const troubles = troublesOf(view)
  const { memberId, domain, lanes } = view
  return {
    title: domain ?? memberId,
    content: (
      <>
        <FeedbackText feedback={feedback} />
        <Heading page={page} />
        {outside !== null && (
          <TroubleList troubles={outsideTroublesOf(memberId, outside)} terms={terms} />
        )}
        <section
          id="troubles"
          aria-label="What is wrong"
          data-live
          data-stamp={stamp}
          data-watch={belowPortal(memberId, 'stamp')}
        >
          {troubles.length === 0 ? (
            <p class="strip good">The portal and its lanes work.</p>
          ) : (
            <TroubleList troubles={troubles} terms={terms} />
          )}
        </section>
        <section class="panel" id="lanes" aria-labelledby="lanes-title" data-live>
          <h2 id="lanes-title">Lanes</h2>
          <Lanes page={page} />
        </section>
        <section class="panel" id="events" aria-labelledby="events-title">
          <div class="row apart">
            <h2 id="events-title">Events</h2>
            <p class="note" id="watching" role="status"></p>
          </div>
          <SearchForm
            memberId={memberId}
            search={page.search}
            destinations={lanes.map(({ destination }) => destination)}
          />
          <div id="event-list" data-live>
            <EventList terms={page.terms} memberId={memberId} shown={shown} search={page.search} />
          </div>
        </section>
        <Bulletins view={view} />
        <History history={history} />
        <div class="halves">
          <section class="panel" id="numbers" aria-labelledby="numbers-title" data-live>
            <h2 id="numbers-title">Numbers</h2>
            <LogNumbers view={view} />
          </section>
          <section class="panel" aria-labelledby="installation-title">
            <h2 id="installation-title">Installation</h2>
            <Installation view={view} terms={page.terms} />
          </section>
        </div>
      </>
    ),
  }
}

/** Nothing where no destination asks for bulletins. */
function Bulletins({ view: { bulletins = [] } }: Pick<PortalPage, 'view'>) {
  return (
    <div id="bulletins" data-live>
      {bulletins.length > 0 && (
        <section class="panel" aria-labelledby="bulletins-title">
          <h2 id="bulletins-title">What the relay has told</h2>
          <BulletinList bulletins={bulletins} />
        </section>
      )}
    </div>
  )
}

function History({ history }: Pick<PortalPage, 'history'>) {
  if (history === null) return null
  return (
    <section class="panel" id="history" aria-labelledby="history-title">
      <h2 id="history-title">The last {history.hours.length} hours</h2>
      <HistoryPlots history={history} />
    </section>
  )
}

function Heading({ page: { view, terms } }: { readonly page: PortalPage }) {
  const { memberId, domain, state } = view
  return (
    <div class="row apart">
      <div>
        <h1>
          {domain ?? memberId}{' '}
          <span class={`chip ${state === 'active' ? 'good' : 'bad'}`}>{state}</span>
        </h1>
        <p class="note">
          <code>{memberId}</code>
        </p>
      </div>
      <ActButton terms={terms} to={belowPortal(memberId, 'reconcile')}>
        Compare with the portal
      </ActButton>
    </div>
  )
}

function Lanes({ page: { view, terms } }: { readonly page: PortalPage }) {
  const { lanes, memberId, head } = view
  if (lanes.length === 0) {
    return <p class="note">No destination takes events of this portal.</p>
  }
  const span = spanOf(lanes)
  return (
    <>
      <ul class="lanes">
        {lanes.map((lane) => (
          <LaneCard terms={terms} memberId={memberId} lane={lane} head={head} span={span} />
        ))}
      </ul>
      <LaneScale head={head} span={span} />
      <p class="note">
        Each line is the log of the portal, with its newest event at the right. The mark is the
        cursor of the lane: every event to its left is done.
      </p>
    </>
  )
}
