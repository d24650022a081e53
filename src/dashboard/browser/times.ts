/** Times on a page in the reader's own zone. */
import { formatDistance } from '../words/distance.ts'

/** A part of a page, or all of it. */
export type PagePart = Pick<ParentNode, 'querySelectorAll'>

/** Puts the time of the reader's own zone in the place of each time in UTC, which moves into its title. */
export function tellTimes(part: PagePart): void {
  for (const time of part.querySelectorAll<HTMLTimeElement>('time:not(.distance)')) {
    time.title = time.textContent
    time.textContent = new Date(time.dateTime).toLocaleString()
  }
}

/** Writes anew how far each time is away; `now` is in unix milliseconds, by the clock of the Worker. */
export function tellDistances(part: PagePart, now: number): void {
  for (const time of part.querySelectorAll<HTMLTimeElement>('time.distance')) {
    time.textContent = formatDistance(Date.parse(time.dateTime) - now)
  }
}
