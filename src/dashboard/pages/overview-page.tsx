/** The overview: what is wrong anywhere, and the list of all portals. */
import { DAY_MS } from '../../core/durations.ts'
import type { OpenBulletin } from '../../core/views/bulletin-view.ts'
import type { SettingProblemView } from '../../core/views/lane-view.ts'
import type { RefusedCallerView } from '../../core/views/refused-callers-view.ts'
import type { PortalList, PortalRow } from '../../core/views/portal-list.ts'
import { ActButton } from '../parts/buttons.tsx'
import type { PageContent } from '../frame/document.tsx'
import { FeedbackText, type Feedback } from '../parts/feedback.tsx'
import { belowPortal, lanePath, OVERVIEW_PATH, portalPath, REFUSED_PATH } from '../paths.ts'
import { explainBulletin } from '../words/bulletin-words.ts'
import { explainRefusal } from '../words/refusal-words.ts'
import { explainProblem } from '../words/state-words.ts'
import type { PageTerms } from '../terms.ts'
import { Distance } from '../parts/time.tsx'
import { counted, formatNumber } from '../words/counts.ts'
import { lowered } from '../words/sentence.ts'

/** Everything that the page shows. */
export interface OverviewPage extends PortalList {
  readonly terms: PageTerms
  readonly feedback: Feedback | null
  /** The problems of the configuration. */
  readonly settings: readonly SettingProblemView[]
  readonly warnings: readonly string[]
  /** The portals with a problem; the first ones of many. */
  readonly troubled: readonly PortalRow[]
  /** The portals in which something lasts that bulletins have told, and that is not their problem. */
  readonly told: readonly ToldPortal[]
  /** The last callers that were not let through, the youngest first. */
  readonly refused: readonly RefusedCallerView[]
  /** The number of portals, and the number of those with a problem. */
  readonly counts: { readonly portals: number; readonly problems: number }
  /** The text by which portals were looked for; empty for every portal. */
  readonly text: string
}

/** A portal with the troubles that bulletins have told there and that last. */
export interface ToldPortal extends Pick<PortalRow, 'memberId' | 'domain'> {
  readonly open: readonly OpenBulletin[]
}

/** Makes the page. */
export function overviewPage(page: OverviewPage): PageContent {
  const { terms, feedback, troubled, told, counts } = page
  const isWell = troubled.length + told.length === 0 && page.settings.length === 0
  const isWarned = page.warnings.length > 0 || refusedLately(page) !== undefined
  return {
    title: 'Overview',
    content: (
      <>
        <FeedbackText feedback={feedback} />
        <h1>Overview</h1>
        <section class="stack" aria-label="What is wrong">
          <SettingProblems page={page} />
          {isWell && counts.portals > 0 && (
            <p class="strip good">{isWarned ? 'No portal needs anybody.' : 'Nothing is wrong.'}</p>
          )}
          {troubled.map((row) => (
            <TroubledPortal row={row} terms={terms} />
          ))}
          {counts.problems > troubled.length && (
            <p class="note">
              and {counted(counts.problems - troubled.length, 'more portal')} with a problem
            </p>
          )}
          {told.map((portal) => (
            <ToldTroubles portal={portal} terms={terms} />
          ))}
          <RefusedCallers refused={page.refused} terms={terms} />
        </section>
        <section class="panel" aria-labelledby="portals-title">
          <h2 id="portals-title">{counted(counts.portals, 'portal')}</h2>
          <PortalSearch text={page.text} />
          <PortalTable page={page} />
        </section>
      </>
    ),
  }
}

function SettingProblems({ page: { settings, warnings } }: { readonly page: OverviewPage }) {
  return (
    <>
      {settings.map(({ setting, problem }) => (
        <div class="strip bad">
          <p>
            <strong>
              The setting <code>{setting}</code> is wrong.
            </strong>
          </p>
          <p>{problem}. Correct it, and deploy again.</p>
        </div>
      ))}
      {warnings.map((warning) => (
        <p class="strip warn">
          <strong>{warning}.</strong>
        </p>
      ))}
      {warnings.length > 0 && (
        <p class="note">
          docs/troubleshooting.md says under “Warnings of healthz” what ends each of them.
          Deliveries go on meanwhile.
        </p>
      )}
    </>
  )
}

/** The time for which a refusal in the name of a known portal counts as something that is wrong. */
const REFUSED_LATELY_MS = DAY_MS

/** Leads to the refused callers: with a warning when some have called lately in the name of a known portal. */
function RefusedCallers({ refused, terms }: Pick<OverviewPage, 'refused' | 'terms'>) {
  const [last] = refused
  if (last === undefined) return null
  const link = <a href={REFUSED_PATH}>See the refused callers</a>
  const known = refusedLately({ refused, terms })
  if (known?.at == null) {
    return (
      <p class="note">
        Calls were not let through{last.at !== null && ', the last one '}
        {last.at !== null && <Distance at={last.at} terms={terms} />}. {link}
      </p>
    )
  }
  return (
    <p class="strip warn">
      <strong>A call in the name of a known portal was not let through</strong>{' '}
      <Distance at={known.at} terms={terms} />: {lowered(explainRefusal(known.reason).meaning)}.{' '}
      {link}
    </p>
  )
}

/** The last call in the name of a known portal that was refused lately. */
function refusedLately({ refused, terms }: Pick<OverviewPage, 'refused' | 'terms'>) {
  return refused.find((one) => one.known && isRecent(one, terms))
}

function isRecent({ at }: RefusedCallerView, { now }: PageTerms): boolean {
  return at !== null && now - Date.parse(at) < REFUSED_LATELY_MS
}

interface TroubledPortalTerms {
  readonly row: PortalRow
  readonly terms: PageTerms
}

function TroubledPortal({ row, terms }: TroubledPortalTerms) {
  const { memberId, domain, problem, destination, remedy } = row
  const { tone, text } = explainProblem(problem ?? '', destination)
  return (
    <div class={`strip row apart ${tone}`}>
      <div>
        <p>
          <strong>
            <a href={portalPath(memberId)}>{domain ?? memberId}</a>: {text}.
          </strong>
        </p>
        {remedy !== null && <p>{remedy}.</p>}
      </div>
      {problem === 'lane_disabled' && destination !== null && (
        <ActButton
          terms={terms}
          to={lanePath(memberId, destination, 'resume')}
          members={{ back: OVERVIEW_PATH }}
          about={`in ${domain ?? memberId}`}
        >
          Resume {destination}
        </ActButton>
      )}
      {problem === 'parked' && (
        <a class="button" href={belowPortal(memberId, 'parked')}>
          See the parked events<span class="unseen"> of {domain ?? memberId}</span>
        </a>
      )}
    </div>
  )
}

/** What bulletins have told of a portal. The bulletin may have gone to somebody who is asleep. */
function ToldTroubles({
  portal: { memberId, domain, open },
  terms,
}: {
  readonly portal: ToldPortal
  readonly terms: PageTerms
}) {
  return (
    <>
      {open.map(({ type, about, since }) => {
        const { tone, text, remedy } = explainBulletin(type, about)
        return (
          <div class={`strip row apart ${tone}`}>
            <div>
              <p>
                <strong>
                  <a href={portalPath(memberId)}>{domain ?? memberId}</a>: {lowered(text)}
                </strong>
                {since !== null && ', told '}
                {since !== null && <Distance at={since} terms={terms} />}.
              </p>
              {remedy !== null && <p>{remedy}.</p>}
            </div>
            {type === 'relay.lane.disabled' && about !== null ? (
              <ActButton
                terms={terms}
                to={lanePath(memberId, about, 'resume')}
                members={{ back: OVERVIEW_PATH }}
                about={`in ${domain ?? memberId}`}
              >
                Resume {about}
              </ActButton>
            ) : (
              <a class="button" href={portalPath(memberId)}>
                See the portal<span class="unseen"> {domain ?? memberId}</span>
              </a>
            )}
          </div>
        )
      })}
    </>
  )
}

function PortalSearch({ text }: { readonly text: string }) {
  return (
    <form method="get" action={OVERVIEW_PATH} class="search" role="search">
      <label>
        Domain or member id
        <input name="q" value={text} placeholder="acme.bitrix24.com" />
      </label>
      <div class="row">
        <button>Search</button>
        {text !== '' && <a href={OVERVIEW_PATH}>Show all</a>}
      </div>
    </form>
  )
}

function PortalTable({ page }: { readonly page: OverviewPage }) {
  const { terms, portals, cursor, text } = page
  if (portals.length === 0) {
    return (
      <p class="note">
        {text === ''
          ? 'No portal is known yet. Install the application in a portal, or set up an outgoing webhook there.'
          : 'No portal has such a domain or member id.'}
      </p>
    )
  }
  const query = new URLSearchParams({ ...(text !== '' && { q: text }), cursor: cursor ?? '' })
  return (
    <>
      <div class="wide" tabindex={0} role="region" aria-label="List of portals">
        <table>
          <thead>
            <tr>
              {['Portal', 'State', 'Waiting', 'Oldest', 'Parked', 'Last event'].map((title) => (
                <th scope="col">{title}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {portals.map((row) => (
              <PortalLine row={row} terms={terms} />
            ))}
          </tbody>
        </table>
      </div>
      <p class="note">
        A portal reports a new state at once, and its numbers at most once an hour. Its own page is
        exact.
      </p>
      {cursor !== null && <a href={`${OVERVIEW_PATH}?${query.toString()}`}>More portals</a>}
    </>
  )
}

function PortalLine({ row, terms }: TroubledPortalTerms) {
  const { memberId, domain, state, backlog, parked, oldestWaitingAt, lastEventAt, problem } = row
  const tone = state === 'active' ? 'good' : 'warn'
  return (
    <tr>
      <th scope="row">
        <a href={portalPath(memberId)}>{domain ?? memberId}</a>
      </th>
      <td>
        <span class={`chip ${tone}`}>{state}</span>{' '}
        {problem !== null && problem !== state && (
          <span class={`chip ${explainProblem(problem, null).tone}`}>
            {problem.replaceAll('_', ' ')}
          </span>
        )}
      </td>
      <td>{formatNumber(backlog)}</td>
      <td>{oldestWaitingAt === null ? '–' : <Distance at={oldestWaitingAt} terms={terms} />}</td>
      <td>{formatNumber(parked)}</td>
      <td>{lastEventAt === null ? '–' : <Distance at={lastEventAt} terms={terms} />}</td>
    </tr>
  )
}
