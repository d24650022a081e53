/** A lane as the page shows it: in the words of the dashboard, with the time for its countdown. */
import type { LaneView } from '../src/core/views/lane-view.ts'
import { counted } from '../src/dashboard/words/counts.ts'
import { waitWordsOf } from '../src/dashboard/words/lane-words.ts'
import { explainReason } from '../src/dashboard/words/reasons.ts'

/** A lane in words. */
export interface ToldLane extends Pick<
  LaneView,
  'destination' | 'type' | 'state' | 'cursor' | 'backlog' | 'attempts'
> {
  /** How far it has come. */
  readonly progress: string
  /** What it waits for, to be followed by the time that is left; null when it waits for nothing. */
  readonly waiting: string | null
  /** Until when it waits, in unix milliseconds; null when no time ends its wait. */
  readonly until: number | null
  /** Why the last attempt failed; null when the lane is not held up by it. */
  readonly reason: string | null
}

/** Tells a lane. */
export function tellLane(lane: LaneView): ToldLane {
  const { destination, type, state, cursor, backlog, attempts, nextAttemptAt, lastError } = lane
  const isHeldUp = backlog > 0 || state === 'disabled'
  const words = isHeldUp ? waitWordsOf(lane) : null
  return {
    destination,
    type,
    state,
    cursor,
    backlog,
    attempts,
    progress: tellProgress(lane),
    waiting: words ?? (backlog > 0 ? 'Is being sent' : null),
    until: words === null || nextAttemptAt === null ? null : Date.parse(nextAttemptAt),
    reason: isHeldUp && lastError !== null ? explainReason(lastError.reason).meaning : null,
  }
}

/** Nothing counts as delivered before there was anything to deliver. */
function tellProgress({ cursor, backlog, parked }: LaneView): string {
  const aside = parked > 0 ? `, ${counted(parked, 'event')} set aside` : ''
  if (backlog > 0) return `${counted(backlog, 'event')} waiting${aside}`
  if (cursor === 0) return 'Nothing to deliver yet'
  return parked > 0 ? `Up to date${aside}` : 'Everything delivered'
}
