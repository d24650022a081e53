/** The page of the destinations: the state of each over all portals, a test message, and acts in all portals. */
import type { DestinationView, OutcomeView } from '../../core/views/destination-views.ts'
import { ActButton } from '../parts/buttons.tsx'
import type { PageContent } from '../frame/document.tsx'
import { FeedbackText, type Feedback } from '../parts/feedback.tsx'
import { MessageText, type PreviewMessage } from '../parts/message.tsx'
import { destinationPath } from '../paths.ts'
import { toneOf } from '../words/lane-words.ts'
import { explainReason } from '../words/reasons.ts'
import type { PageTerms } from '../terms.ts'
import { Distance } from '../parts/time.tsx'
import { counted } from '../words/counts.ts'

/** The outcome of a test message, with the destination that was tested. */
export interface TestedDestination extends OutcomeView {
  readonly destination: string
}

/** Everything that the page shows. */
export interface DestinationsPage {
  readonly terms: PageTerms
  readonly feedback: Feedback | null
  readonly destinations: readonly DestinationView[]
  /** The outcome of the test message that was just sent; null without one. */
  readonly tested: TestedDestination | null
  /** The sample message that was just asked for; null without one. */
  readonly message: PreviewMessage | null
}

/** Makes the page. */
export function destinationsPage(page: DestinationsPage): PageContent {
  const { destinations, feedback, tested, message } = page
  return {
    title: 'Destinations',
    content: (
      <>
        <FeedbackText feedback={feedback} />
        {tested !== null && <Tested tested={tested} />}
        <div>
          <h1>Destinations</h1>
          <p class="note">
            As the portals have reported them: a new problem at once, states and numbers at most
            once an hour.
          </p>
        </div>
        {destinations.length === 0 && (
          <p class="strip warn">No destination is configured: set DESTINATIONS.</p>
        )}
        {destinations.map((row) => (
          <Destination row={row} terms={page.terms} message={message} />
        ))}
      </>
    ),
  }
}

function Tested({ tested }: { readonly tested: TestedDestination }) {
  const { destination, outcome, reason, status, detail } = tested
  if (outcome === 'delivered') {
    return (
      <p class="strip good" role="status">
        {destination} has taken the test message.
      </p>
    )
  }
  const words = reason === null ? null : explainReason(reason)
  return (
    <div class="strip bad" role="status">
      <p>
        <strong>
          {destination} has not taken the test message: {words?.meaning} (<code>{reason}</code>
          {status !== null && `, status ${status}`}).
        </strong>
      </p>
      {detail !== null && (
        <p>
          The receiver says: <bdi>{detail}</bdi>
        </p>
      )}
      {words !== null && <p>{words.remedy}.</p>}
    </div>
  )
}

interface DestinationTerms {
  readonly row: DestinationView
  readonly terms: PageTerms
  readonly message: PreviewMessage | null
}

function Destination({ row, terms, message }: DestinationTerms) {
  const { name, type, host, language, problems, state, oldestWaitingAt, backlog } = row
  return (
    <section class="panel" id={name} aria-labelledby={`${name}-title`}>
      <div class="row apart">
        <div class="row">
          <h2 id={`${name}-title`}>{name}</h2>
          <span class="note">{type ?? 'not configured any more'}</span>
          <span class={`chip ${toneOf(state)}`}>{state}</span>
        </div>
        {type !== null && <Buttons row={row} terms={terms} />}
      </div>
      {problems.map(({ setting, problem }) => (
        <p class="strip bad">
          <code>{setting}</code>: {problem}
        </p>
      ))}
      <p class="note">
        {[host, language === null ? null : `language ${language}`].filter(Boolean).join(', ')}
      </p>
      <p>
        {lanesOf(row)}. {counted(row.delivered, 'delivered event')},{' '}
        {counted(row.parked, 'parked event')}, {counted(backlog, 'event')} waiting
        {oldestWaitingAt !== null && (
          <>
            , the oldest came <Distance at={oldestWaitingAt} terms={terms} />
          </>
        )}
        .
      </p>
      <LastOutcome row={row} terms={terms} />
      {message?.destination === name && (
        <MessageText message={message} title="The message about an invented event" />
      )}
      {type !== null && <Everywhere row={row} terms={terms} />}
    </section>
  )
}

/** `active in 3 portals, paused in 1 portal`. */
function lanesOf({ lanes }: DestinationView): string {
  const parts = Object.entries(lanes)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${state} in ${counted(count, 'portal')}`)
  return parts.length === 0 ? 'No portal has a lane to it yet' : parts.join(', ')
}

function LastOutcome({ row: { lastOutcome }, terms }: Pick<DestinationTerms, 'row' | 'terms'>) {
  if (lastOutcome === null) return null
  const { outcome, reason, at } = lastOutcome
  const why = reason === null ? '' : `: ${explainReason(reason).meaning}`
  return (
    <p>
      The last attempt {outcome === 'delivered' ? 'was delivered' : 'failed'}
      {why} {at !== null && <Distance at={at} terms={terms} />}.
    </p>
  )
}

function Buttons({ row: { name }, terms }: Pick<DestinationTerms, 'row' | 'terms'>) {
  return (
    <div class="row">
      <ActButton terms={terms} to={destinationPath(name, 'test')} about={`to ${name}`}>
        Send a test message
      </ActButton>
      <a class="button" href={`${destinationPath(name, 'preview')}#${name}`}>
        Show a sample<span class="unseen"> of {name}</span>
      </a>
    </div>
  )
}

/** Acts in all portals stand behind a fold, so that nobody presses one by mistake. */
function Everywhere({ row: { name, parked }, terms }: Pick<DestinationTerms, 'row' | 'terms'>) {
  return (
    <details>
      <summary>
        In all portals<span class="unseen"> of {name}</span>
      </summary>
      <p class="note">
        Each of these concerns every portal at once. With more than 400 portals the rest follows
        within minutes.
      </p>
      <div class="row">
        <ActButton terms={terms} to={destinationPath(name, 'pause')} about={name}>
          Pause everywhere
        </ActButton>
        <ActButton terms={terms} to={destinationPath(name, 'resume')} about={name}>
          Resume everywhere
        </ActButton>
        <a class="button" href={destinationPath(name, 'replay')}>
          Send {parked > 0 ? counted(parked, 'parked event') : 'parked events'} again …
          <span class="unseen"> of {name}</span>
        </a>
      </div>
    </details>
  )
}
