/**
 * Times on pages. The Worker writes them in UTC. The script puts the time of the reader's own zone in their place, and
 * lets ages grow.
 */
import type { PageTerms } from '../terms.ts'
import { formatDistance } from '../words/distance.ts'

/** A point in time: `2026-03-01 12:00:05 UTC`; a dash when there is none. */
export function Time({ at }: { readonly at: string | null }) {
  if (at === null) return <span>–</span>
  return <time datetime={at}>{`${at.slice(0, 10)} ${at.slice(11, 19)} UTC`}</time>
}

/** The distance of a point in time from now: `5 min ago`, `in 12 s`. */
export function Distance({ at, terms }: { readonly at: string; readonly terms: PageTerms }) {
  return (
    <time class="distance" datetime={at} title={at}>
      {formatDistance(Date.parse(at) - terms.now)}
    </time>
  )
}
