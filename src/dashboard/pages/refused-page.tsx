/**
 * The page of the callers that were not let through: who called, from where, why it was refused, and what ends that.
 */
import type { RefusedCallerView } from '../../core/views/refused-callers-view.ts'
import type { PageContent } from '../frame/document.tsx'
import { Distance, Time } from '../parts/time.tsx'
import { portalPath } from '../paths.ts'
import type { PageTerms } from '../terms.ts'
import { explainRefusal, requestWords } from '../words/refusal-words.ts'

/** Everything that the page shows. */
export interface RefusedPage {
  readonly terms: PageTerms
  /** The youngest first. */
  readonly refused: readonly RefusedCallerView[]
}

/** Makes the page. */
export function refusedPage({ terms, refused }: RefusedPage): PageContent {
  const known = refused.filter((one) => one.known)
  const strangers = refused.filter((one) => !one.known)
  return {
    title: 'Refused callers',
    content: (
      <>
        <div>
          <h1>Refused callers</h1>
          <p class="note">
            The first refusal of a kind is noted at once, and then at most one in ten seconds and
            isolate of the Worker. So the lists show what kinds there are, and not how many calls.
            No token and nothing of a body is kept.
          </p>
        </div>
        <Callers
          {...{ terms, id: 'known', title: 'In the name of known portals', callers: known }}
          none="No call in the name of a known portal was refused."
        />
        <Callers
          {...{ terms, id: 'strangers', title: 'All others', callers: strangers }}
          none="No other call was refused."
        />
      </>
    ),
  }
}

interface CallersTerms {
  readonly terms: PageTerms
  readonly id: string
  readonly title: string
  readonly callers: readonly RefusedCallerView[]
  /** The sentence in the place of an empty list. */
  readonly none: string
}

function Callers({ terms, id, title, callers, none }: CallersTerms) {
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {callers.length === 0 ? (
        <p class="note">{none}</p>
      ) : (
        <ol>
          {callers.map((caller) => (
            <Caller caller={caller} terms={terms} />
          ))}
        </ol>
      )}
    </section>
  )
}

function Caller({
  caller: { at, network, memberId, known, request, reason },
  terms,
}: {
  readonly caller: RefusedCallerView
  readonly terms: PageTerms
}) {
  const { meaning, remedy } = explainRefusal(reason)
  return (
    <li class="event">
      <div class="row apart">
        <p>
          <strong>{requestWords(request)}</strong> from <code>{network}</code>
        </p>
        <p class="note">
          <Time at={at} /> {at !== null && <Distance at={at} terms={terms} />}
        </p>
      </div>
      <p>
        Portal: <Portal memberId={memberId} known={known} />
      </p>
      <p>
        {meaning} (<code>{reason}</code>). {remedy}.
      </p>
    </li>
  )
}

function Portal({ memberId, known }: Pick<RefusedCallerView, 'memberId' | 'known'>) {
  if (memberId === null) return <span class="note">it names none</span>
  const name = <code>{memberId}</code>
  return known ? <a href={portalPath(memberId)}>{name}</a> : name
}
