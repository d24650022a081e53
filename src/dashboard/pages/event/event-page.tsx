/** The page of an event: its whole way, from the portal to each destination. */
import type { EventView } from '../../../core/views/event-views.ts'
import { FeedbackText, type Feedback } from '../../parts/feedback.tsx'
import type { PageContent } from '../../frame/document.tsx'
import type { PreviewMessage } from '../../parts/message.tsx'
import { eventPath, portalPath } from '../../paths.ts'
import { EventFates } from './event-fates.tsx'
import { explainedWords } from '../../words/event-way.ts'
import { subjectOf } from '../../words/event-words.ts'
import type { PageTerms } from '../../terms.ts'
import { Time } from '../../parts/time.tsx'
import { formatNumber } from '../../words/counts.ts'
import { formatValue } from '../../words/values.ts'

/** Everything that the page shows. */
export interface EventPage {
  readonly terms: PageTerms
  readonly memberId: string
  readonly domain: string | null
  readonly view: EventView
  /** The last sequence of the log, for the way to the next event. */
  readonly head: number
  readonly feedback: Feedback | null
  /** The message that was asked for; null without one. */
  readonly message: PreviewMessage | null
}

/** Makes the page. */
export function eventPage(page: EventPage): PageContent {
  const { memberId, domain, view, feedback } = page
  return {
    title: `Event ${view.sequence} of ${domain ?? memberId}`,
    content: (
      <>
        <FeedbackText feedback={feedback} />
        <Heading page={page} />
        <section class="panel" aria-labelledby="way-title">
          <h2 id="way-title">Its way</h2>
          <ol class="way">
            <Received view={view} />
            <Explained page={page} />
          </ol>
        </section>
        <section class="panel" aria-labelledby="fates-title">
          <h2 id="fates-title">Its fate at each destination</h2>
          <EventFates {...page} />
        </section>
        <section class="panel" aria-labelledby="changes-title">
          <h2 id="changes-title">Changes</h2>
          <Changes view={view} />
        </section>
        <section class="panel" aria-labelledby="data-title">
          <h2 id="data-title">Data</h2>
          {view.bodyLength !== undefined && (
            <p class="note">
              Only the beginning is kept: the body had {formatNumber(view.bodyLength)} characters.
            </p>
          )}
          {view.erasedAt === undefined ? (
            <pre tabindex={0}>{JSON.stringify(view.fields, null, 2)}</pre>
          ) : (
            <p class="note">Erased.</p>
          )}
        </section>
      </>
    ),
  }
}

function Heading({ page: { memberId, domain, view, head } }: { readonly page: EventPage }) {
  const { sequence, event } = view
  return (
    <div class="row apart">
      <div>
        <p class="note">
          <a href={portalPath(memberId)}>{domain ?? memberId}</a>
        </p>
        <h1>
          Event {sequence}: {event}
        </h1>
        <p>
          <bdi>{subjectOf(view)}</bdi>
        </p>
      </div>
      <nav class="row" aria-label="Events beside this one">
        {sequence > 1 && <a href={eventPath(memberId, sequence - 1)}>Event {sequence - 1}</a>}
        {sequence < head && <a href={eventPath(memberId, sequence + 1)}>Event {sequence + 1}</a>}
      </nav>
    </div>
  )
}

function Received({ view }: { readonly view: EventView }) {
  const { receivedAt, origin, userId, userName } = view
  const person = userName ?? (userId === null ? null : `user ${userId}`)
  if (origin === 'reconciled') {
    return (
      <li>
        <strong>Found by comparing</strong> <Time at={receivedAt} />
        <p>
          The portal sent no event for this change. The relay found it and entered it into the log.
        </p>
      </li>
    )
  }
  return (
    <>
      <li>
        <strong>Received</strong> <Time at={receivedAt} />
        {person !== null && (
          <p>
            Caused by <bdi>{person}</bdi>.
          </p>
        )}
      </li>
      <li>
        <strong>Verified</strong>
        <p>{verifiedWords(view)}</p>
      </li>
    </>
  )
}

/** The proof that an event has brought. A robot without a token has only called the portal's secret address. */
function verifiedWords({ event }: EventView): string {
  return event === 'robot_hint'
    ? 'It came to the secret address that was made for the robots of this portal. So nothing is believed of it but the record that it names.'
    : 'Its application token proved that it came from this portal. Every event of the log is verified.'
}

function Explained({ page: { memberId, view } }: { readonly page: EventPage }) {
  const { title, text } = explainedWords(view)
  const { erasedAt, readAt, toldBy, covers, completes } = view
  const at = erasedAt ?? readAt
  return (
    <li>
      <strong>{title}</strong> {at !== null && <Time at={at} />}
      <p>{text}</p>
      <Others
        memberId={memberId}
        label="Its change was told by"
        sequences={toldBy === null ? [] : [toldBy]}
      />
      <Others memberId={memberId} label="One read has explained together" sequences={covers} />
      <Others memberId={memberId} label="It also tells the changes of" sequences={completes} />
    </li>
  )
}

interface OthersTerms {
  readonly memberId: string
  readonly label: string
  readonly sequences: readonly number[]
}

function Others({ memberId, label, sequences }: OthersTerms) {
  if (sequences.length === 0) return null
  return (
    <p>
      {label}{' '}
      {sequences.map((sequence, index) => (
        <>
          {index > 0 && ', '}
          <a href={eventPath(memberId, sequence)}>event {sequence}</a>
        </>
      ))}
    </p>
  )
}

function Changes({ view: { changes, erasedAt } }: { readonly view: EventView }) {
  if (erasedAt !== undefined) return <p class="note">Erased.</p>
  if (changes === null) return <p class="note">Not known.</p>
  if (changes.length === 0) return <p class="note">Nothing visible changed.</p>
  return (
    <div class="wide" tabindex={0} role="region" aria-label="List of changes">
      <table>
        <thead>
          <tr>
            <th scope="col">Attribute</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ attribute, before, after }) => (
            <tr>
              <th scope="row">
                <code>{attribute}</code>
              </th>
              <td>
                <bdi>{formatValue(before)}</bdi>
              </td>
              <td>
                <bdi>{formatValue(after)}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
