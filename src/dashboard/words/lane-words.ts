/** The state of a lane in sentences. */
import type { LaneView } from '../../core/views/lane-view.ts'
import { counted } from './counts.ts'
import type { Tone } from './tone.ts'

/** The tone of a lane's state. */
export function toneOf(state: LaneView['state']): Tone {
  switch (state) {
    case 'active':
      return 'good'
    case 'retrying':
    case 'paused':
      return 'warn'
    case 'disabled':
      return 'bad'
    case 'removed':
      return 'calm'
  }
}

/** The place that the lane has reached. */
export function progressOf({ backlog, cursor, state, oldestWaitingAt }: LaneView): string {
  if (backlog === 0)
    return cursor === 0 ? 'No event yet' : `Up to date: event ${cursor} was the last one`
  const what = `${counted(backlog, 'event')} behind event ${cursor}`
  if (state === 'removed')
    return `${what} will not be sent: the destination is not configured any more`
  return oldestWaitingAt === null ? what : `${what}, the oldest came`
}

/** The reason why the lane does not send now; null when it sends what comes. */
export function waitWordsOf({ state, waitsFor, attempts, lastError }: LaneView): string | null {
  if (state === 'paused') return 'An operator has paused it'
  if (state === 'removed') return null
  const isAsked = lastError?.reason === 'rate_limited'
  const failed = attempts > 0 ? ` after ${counted(attempts, 'failed attempt')}` : ''
  switch (waitsFor) {
    case 'retry':
      return isAsked
        ? 'The receiver has asked for a pause (Retry-After): tries again'
        : `Tries again${failed}`
    case 'probe':
      return 'Tries once a day, next'
    case 'digest':
      return 'Gathers events for one message: sends it'
    case 'pace':
      return isAsked
        ? 'The receiver has asked for a pause (Retry-After): goes on'
        : 'Keeps the pace of the receiver: goes on'
    case null:
      return state === 'disabled'
        ? 'Does not try by itself until its settings change or somebody resumes it'
        : null
  }
}
