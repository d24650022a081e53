/** One lane on the page of a portal: where it stands, why it waits, and what can be done. */
import type { LaneView } from '../../../core/views/lane-view.ts'
import { ActButton } from '../../parts/buttons.tsx'
import { belowPortal, lanePath } from '../../paths.ts'
import { explainReason } from '../../words/reasons.ts'
import type { PageTerms } from '../../terms.ts'
import { Distance } from '../../parts/time.tsx'
import { counted, formatNumber } from '../../words/counts.ts'
import { LanePicture } from './lane-picture.tsx'
import { progressOf, toneOf, waitWordsOf } from '../../words/lane-words.ts'

/** The parts of a card. */
export interface LaneCardTerms {
  readonly terms: PageTerms
  readonly memberId: string
  readonly lane: LaneView
  readonly head: number
  readonly span: number
}

/** Shows one lane. */
export function LaneCard({ terms, memberId, lane, head, span }: LaneCardTerms) {
  const { destination, type, state, nextAttemptAt, oldestWaitingAt, backlog } = lane
  const wait = waitWordsOf(lane)
  return (
    <li class="lane" id={`lane-${destination}`}>
      <div class="row apart">
        <div class="row">
          <h3>{destination}</h3>
          <span class="note">{type ?? 'not configured any more'}</span>
          <span class={`chip ${toneOf(state)}`}>{state}</span>
        </div>
        {state !== 'removed' && <LaneButtons lane={lane} memberId={memberId} terms={terms} />}
      </div>
      <LanePicture lane={lane} head={head} span={span} />
      <p>
        {progressOf(lane)}{' '}
        {backlog > 0 && oldestWaitingAt !== null && state !== 'removed' && (
          <Distance at={oldestWaitingAt} terms={terms} />
        )}
        {wait !== null && (
          <>
            . {wait} {nextAttemptAt !== null && <Distance at={nextAttemptAt} terms={terms} />}
          </>
        )}
      </p>
      <LaneFailure lane={lane} terms={terms} />
      <LaneCounts lane={lane} memberId={memberId} />
    </li>
  )
}

/** The last failure. It is shown as long as it stands in the way. */
function LaneFailure({ lane, terms }: Pick<LaneCardTerms, 'lane' | 'terms'>) {
  const { lastError, state, reason, problems } = lane
  const shown = reason ?? (state === 'retrying' ? lastError?.reason : undefined)
  // The settings of a destination that is configured no more cannot be corrected.
  if (shown === undefined || state === 'removed') return null
  const { meaning, remedy } = explainReason(shown)
  return (
    <div class={`strip ${state === 'disabled' ? 'bad' : 'warn'}`}>
      <p>
        {meaning} <code>{shown}</code>
        {lastError?.at != null && (
          <>
            , <Distance at={lastError.at} terms={terms} />
          </>
        )}
      </p>
      {lastError?.detail != null && (
        <p>
          The receiver says: <bdi>{lastError.detail}</bdi>
        </p>
      )}
      {problems?.map(({ setting, problem }) => (
        <p>
          <code>{setting}</code>: {problem}
        </p>
      ))}
      <p>{remedy}.</p>
    </div>
  )
}

function LaneCounts({ lane, memberId }: Pick<LaneCardTerms, 'lane' | 'memberId'>) {
  const { destination, parked, expired, crowdedOut, replaying } = lane
  if (parked + expired + replaying === 0) return null
  return (
    <ul class="row note">
      {parked > 0 && (
        <li>
          <a href={`${belowPortal(memberId, 'parked')}#${destination}`}>
            {counted(parked, 'parked event')}
          </a>
        </li>
      )}
      {replaying > 0 && <li>{counted(replaying, 'replay')} under way</li>}
      {expired > 0 && (
        <li>
          {counted(expired, 'event')} expired before delivery
          {crowdedOut > 0 && `, ${formatNumber(crowdedOut)} of them early for lack of space`}
        </li>
      )}
    </ul>
  )
}

function LaneButtons({
  lane,
  memberId,
  terms,
}: Pick<LaneCardTerms, 'lane' | 'memberId' | 'terms'>) {
  const { destination, state, front, cursor } = lane
  const about = `the lane ${destination}`
  const to = (act: string): string => lanePath(memberId, destination, act)
  const isStopped = state === 'paused' || state === 'disabled'
  return (
    <div class="row">
      {state !== 'active' && (
        <ActButton terms={terms} to={to('resume')} about={about} isMain={isStopped}>
          {state === 'retrying' ? 'Try now' : 'Resume'}
        </ActButton>
      )}
      {state !== 'paused' && (
        <ActButton terms={terms} to={to('pause')} about={about}>
          Pause
        </ActButton>
      )}
      {front != null && (
        <ActButton
          terms={terms}
          to={to('park')}
          members={{ sequence: String(front) }}
          about={`of ${about}`}
        >
          Park event {front}
        </ActButton>
      )}
      {cursor > 0 && (
        <a class="button" href={to('replay')}>
          Replay …<span class="unseen"> events of {about}</span>
        </a>
      )}
    </div>
  )
}
