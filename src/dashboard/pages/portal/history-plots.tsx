/**
 * The last 48 hours of a portal as plots: events received, and of each lane how long deliveries took and how much
 * waited.
 */
import { DELIVERY_BOUNDS_MS } from '../../../core/tallies/latencies.ts'
import type { HistoryView, LaneHourView } from '../../../core/views/history-view.ts'
import { BarPlot, type Bar } from '../../parts/bar-plot.tsx'
import { counted, formatNumber } from '../../words/counts.ts'
import { formatDuration } from '../../words/durations.ts'

/** The most lanes that have plots: a page with a thousand would be too large for a phone. */
const MAX_LANES = 20

type LaneHistory = HistoryView['lanes'][number]
type HourView = HistoryView['hours'][number]

/** Shows the plots. */
export function HistoryPlots({ history: { hours, lanes } }: { readonly history: HistoryView }) {
  const most = Math.max(0, ...hours.map(({ events }) => events))
  const all = hours.reduce((sum, { events }) => sum + events, 0)
  return (
    <>
      <div class="stack">
        <h3>Events received</h3>
        <p class="note">
          {counted(all, 'event')}, {formatNumber(most)} in the busiest hour
        </p>
        <BarPlot
          tone="received"
          label={`Events in each of the last ${hours.length} hours: ${formatNumber(all)} in all, ${formatNumber(most)} in the busiest hour`}
          bars={hours.map(({ at, events }) => ({
            height: most === 0 ? 0 : events / most,
            inner: null,
            title: `${hourText(at)}: ${counted(events, 'event')}`,
          }))}
        />
        <Scale count={hours.length} />
      </div>
      {lanes.slice(0, MAX_LANES).map((lane) => (
        <LanePlots lane={lane} hours={hours} />
      ))}
      {lanes.length > MAX_LANES && (
        <p class="note">
          {counted(lanes.length - MAX_LANES, 'more destination')}: see GET …/history of the admin
          API
        </p>
      )}
      <details>
        <summary>The same as a table</summary>
        <HistoryTable hours={hours} lanes={lanes.slice(0, MAX_LANES)} />
      </details>
      <p class="note">
        The delays are upper bounds: 250 ms, 500 ms, 1 s and so on up to a day, on a scale that is
        logarithmic. What waited is noted with each attempt, so an hour without one tells only what
        still waits now. The plots are as of the loading of this page.
      </p>
    </>
  )
}

/** `03-01 14:00 UTC`. */
function hourText(at: string): string {
  return `${at.slice(5, 10)} ${at.slice(11, 16)} UTC`
}

function Scale({ count }: { readonly count: number }) {
  return (
    <p class="row apart note" aria-hidden="true">
      <span>{count} hours ago</span>
      <span>now</span>
    </p>
  )
}

function LanePlots({
  lane: { destination, hours: shown },
  hours,
}: {
  readonly lane: LaneHistory
  readonly hours: readonly HourView[]
}) {
  const most = Math.max(0, ...shown.map(({ waiting }) => waiting))
  const delivered = shown.reduce((sum, hour) => sum + hour.delivered, 0)
  const slowest = shown
    .filter((hour) => hour.delivered > 0)
    .map(p95Text)
    .at(-1)
  return (
    <div class="stack">
      <h3>{destination}</h3>
      <div class="halves plots">
        <div class="stack">
          <p class="note">
            From receipt to delivery: median (dark) and 95 of 100 (light), of{' '}
            {counted(delivered, 'delivery', 'deliveries')}
            {slowest !== undefined && `, lately ${slowest}`}
          </p>
          <BarPlot
            tone="delay"
            label={`${destination}: how long ${counted(delivered, 'delivery', 'deliveries')} took, by the hour${slowest === undefined ? '' : `; 95 of 100 lately ${slowest}`}`}
            bars={shown.map((hour, place) => delayBar(hour, hours[place]?.at ?? ''))}
          />
          <Scale count={shown.length} />
        </div>
        <div class="stack">
          <p class="note">Waiting: {counted(most, 'event')} at most</p>
          <BarPlot
            tone="backlog"
            label={`${destination}: how many events waited, by the hour; ${formatNumber(most)} at most`}
            bars={shown.map(({ waiting }, place) => ({
              height: most === 0 ? 0 : waiting / most,
              inner: null,
              title: `${hourText(hours[place]?.at ?? '')}: ${counted(waiting, 'event')}`,
            }))}
          />
          <Scale count={shown.length} />
        </div>
      </div>
    </div>
  )
}

function delayBar(hour: LaneHourView, at: string): Bar {
  const isNone = hour.delivered === 0
  return {
    height: isNone ? 0 : heightOf(hour.p95Ms),
    inner: isNone ? null : heightOf(hour.medianMs),
    title: isNone
      ? `${hourText(at)}: no delivery`
      : `${hourText(at)}: median ${boundText(hour.medianMs)}, 95 of 100 ${p95Text(hour)}`,
  }
}

/** The height of a delay on the logarithmic scale of its bounds. */
function heightOf(boundMs: number | null): number {
  const steps = DELIVERY_BOUNDS_MS.length + 1
  const place = boundMs === null ? -1 : DELIVERY_BOUNDS_MS.indexOf(boundMs)
  return (place < 0 ? steps : place + 1) / steps
}

function p95Text({ p95Ms }: LaneHourView): string {
  return boundText(p95Ms)
}

function boundText(boundMs: number | null): string {
  return boundMs === null ? 'more than 1 d' : `at most ${formatDuration(boundMs)}`
}

function HistoryTable({ hours, lanes }: HistoryView) {
  return (
    <div class="wide" tabindex={0} role="region" aria-label="The last hours as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Hour</th>
            <th scope="col">Received</th>
            {lanes.map(({ destination }) => (
              <th scope="col">{destination}: delivered, median, 95 of 100, waiting</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.map(({ at, events }, place) => (
            <tr>
              <th scope="row">{hourText(at)}</th>
              <td>{formatNumber(events)}</td>
              {lanes.map((lane) => (
                <td>{cellOf(lane.hours[place])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function cellOf(hour: LaneHourView | undefined): string {
  if (hour === undefined) return '–'
  const { delivered, medianMs, waiting } = hour
  const delays = delivered === 0 ? '–, –' : `${boundText(medianMs)}, ${p95Text(hour)}`
  return `${formatNumber(delivered)}, ${delays}, ${formatNumber(waiting)}`
}
