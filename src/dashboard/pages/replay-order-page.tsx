/**
 * The page that asks before a replay in all portals. It says what each portal would send; only its button sends
 * anything.
 */
import type { ReplayDryRun } from '../../core/views/destination-views.ts'
import type { PageContent } from '../frame/document.tsx'
import { ActButton } from '../parts/buttons.tsx'
import { belowPortal, destinationPath, DESTINATIONS_PATH } from '../paths.ts'
import type { PageTerms } from '../terms.ts'
import { counted, formatNumber } from '../words/counts.ts'

/** Everything that the page shows. */
export interface ReplayOrderPage {
  readonly terms: PageTerms
  readonly destination: string
  readonly dryRun: ReplayDryRun
  /** Whether portals stand before those that were asked now. */
  readonly isContinued: boolean
  /** The number of parked events in the reports of all portals, which may be an hour old. */
  readonly reported: number
}

/** Makes the page. */
export function replayOrderPage(page: ReplayOrderPage): PageContent {
  const { destination, dryRun } = page
  const { replayed, byPortal } = dryRun
  return {
    title: `Replay to ${destination} in all portals`,
    content: (
      <>
        <div>
          <p class="note">
            <a href={DESTINATIONS_PATH}>Back to the destinations</a>
          </p>
          <h1>Replay to {destination} in all portals</h1>
        </div>
        <section class="panel" aria-labelledby="planned-title">
          <h2 id="planned-title">
            {replayed === 0
              ? 'Nothing would be sent'
              : `${counted(replayed, 'parked event')} would be sent again`}
          </h2>
          <Scope page={page} />
          <Begin page={page} />
          {byPortal.length > 0 && <Portals page={page} />}
        </section>
      </>
    ),
  }
}

/** Says of how many portals the numbers tell, and leads to the others. */
function Scope({
  page: { destination, dryRun, isContinued, reported },
}: {
  readonly page: ReplayOrderPage
}) {
  const { looked, cursor } = dryRun
  const here = destinationPath(destination, 'replay')
  if (cursor === null && !isContinued) {
    return <p>{counted(looked, 'portal was', 'portals were')} asked just now. It is all of them.</p>
  }
  return (
    <>
      <p>
        {counted(looked, 'portal was', 'portals were')} asked just now, and not all of them. All
        together have reported {counted(reported, 'parked event')} within the last hour.
      </p>
      <p class="row">
        {isContinued && <a href={here}>The first portals</a>}
        {cursor !== null && (
          <a href={`${here}?${new URLSearchParams({ cursor }).toString()}`}>Ask the next portals</a>
        )}
      </p>
    </>
  )
}

function Begin({
  page: { terms, destination, dryRun, isContinued, reported },
}: {
  readonly page: ReplayOrderPage
}) {
  const { replayed, cursor } = dryRun
  const isWhole = cursor === null && !isContinued
  const silent = dryRun.byPortal.some((one) => one.replayed === null)
  if (replayed === 0 && !silent && (isWhole || reported === 0)) return null
  return (
    <>
      <ActButton terms={terms} to={destinationPath(destination, 'replay')} isMain>
        {isWhole && !silent
          ? `Send ${counted(replayed, 'event')} again`
          : 'Send all parked events of all portals again'}
      </ActButton>
      <p class="note">
        Each event keeps its delivery id, so a receiver that knows it can leave it out. New events
        go on between them.
        {!isWhole && ' The first 400 portals begin at once, and the others within minutes.'}
      </p>
    </>
  )
}

function Portals({ page: { destination, dryRun } }: { readonly page: ReplayOrderPage }) {
  return (
    <div class="wide" tabindex={0} role="region" aria-label="What each portal would send">
      <table>
        <thead>
          <tr>
            <th scope="col">Portal</th>
            <th scope="col">Parked events</th>
          </tr>
        </thead>
        <tbody>
          {dryRun.byPortal.map(({ memberId, domain, replayed }) => (
            <tr>
              <th scope="row">
                <a href={`${belowPortal(memberId, 'parked')}#${encodeURIComponent(destination)}`}>
                  <bdi>{domain ?? memberId}</bdi>
                </a>
              </th>
              <td>{replayed === null ? 'It has not answered' : formatNumber(replayed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
