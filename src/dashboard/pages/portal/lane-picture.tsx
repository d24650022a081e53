/**
 * The log as a line, with the cursor of a lane on it. The right end is the newest event. The scale is logarithmic, so
 * that one waiting event and a hundred thousand can be seen in the same picture.
 */
import type { LaneView } from '../../../core/views/lane-view.ts'
import { counted, formatNumber } from '../../words/counts.ts'

/** The distance that every picture shows at least, in events. */
const LEAST_SPAN = 10

/** The distance from the newest event to the left end, for lanes that share one scale. */
export function spanOf(lanes: readonly Pick<LaneView, 'backlog'>[]): number {
  return Math.max(LEAST_SPAN, ...lanes.map(({ backlog }) => backlog)) * 2
}

/** The place of a distance from the newest event on the line, in percent of its length. */
export function placeOf(distance: number, span: number): number {
  return Math.round(1000 * (1 - Math.log1p(distance) / Math.log1p(span))) / 10
}

/** The parts of a picture. */
export interface LanePictureTerms {
  readonly lane: Pick<LaneView, 'destination' | 'cursor' | 'backlog' | 'state'>
  readonly head: number
  readonly span: number
}

/** Draws the line of one lane. */
export function LanePicture({ lane, head, span }: LanePictureTerms) {
  const { destination, cursor, backlog, state } = lane
  const place = placeOf(backlog, span)
  const waiting = backlog === 0 ? 'none waits' : `${counted(backlog, 'event')} wait`
  const label = `${destination} stands at event ${cursor} of ${head}: ${waiting}`
  return (
    <svg class={`picture ${state}`} role="img" aria-label={label}>
      <rect class="passed" y="9" width={`${place}%`} height="6" />
      {backlog > 0 && (
        <rect class="waiting" x={`${place}%`} y="9" width={`${100 - place}%`} height="6" />
      )}
      {ticksOf(span).map((distance) => (
        <rect class="tick" x={`${placeOf(distance, span)}%`} y="6" width="1" height="12" />
      ))}
      <rect class="cursor" x={`${place}%`} y="2" width="6" height="20" rx="3" />
    </svg>
  )
}

/** The scale below the pictures of several lanes. */
export function LaneScale({ head, span }: { readonly head: number; readonly span: number }) {
  return (
    <svg class="scale" aria-hidden="true">
      {ticksOf(span).map((distance) => (
        <text x={`${placeOf(distance, span)}%`} y="13" text-anchor="middle">
          {`−${formatNumber(distance)}`}
        </text>
      ))}
      <text x="100%" y="13" text-anchor="end">{`event ${head}`}</text>
    </svg>
  )
}

/** The distances that the scale names: 10, 100, 1,000 … */
function ticksOf(span: number): readonly number[] {
  const ticks: number[] = []
  for (let distance = LEAST_SPAN; distance < span; distance *= 10) ticks.push(distance)
  return ticks
}
