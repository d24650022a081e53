/**
 * The result of an act, told on the page to which the act leads. The words are a closed set, and none repeats an
 * address.
 */
import type { Tone } from '../words/tone.ts'

/** The sentence of every feedback, by its name in an address. */
const WORDS = {
  paused: ['good', 'The lane is paused. Its events wait.'],
  active: ['good', 'The lane goes on, and tries at once.'],
  disabled: [
    'warn',
    'The lane is still disabled: its destination is not usable as it is configured.',
  ],
  parked: ['good', 'The event is parked, and the lane goes on with the next one.'],
  replaying: ['good', 'The replay has begun. It goes on between new events.'],
  replaying_in_part: [
    'warn',
    'A part of the replay has begun, and then the lane had as many replays as it may have. Choose the rest again when one has ended.',
  ],
  nothing_to_replay: ['warn', 'There is nothing to send again.'],
  reconciling: [
    'good',
    'The comparison with the portal has begun. What it finds appears as events.',
  ],
  handed_over: ['good', 'The refused requests were handed over again.'],
  ordered: ['good', 'It is ordered in every portal that has a lane to this destination.'],
  ordered_on: ['good', 'It is ordered in the first portals. The others follow within minutes.'],
  ordered_in_part: [
    'warn',
    'Some portals did not answer, and nothing was done there: the log names each (order_failed). Press the button again for them.',
  ],
  unknown_destination: ['bad', 'Nothing was done: there is no such destination.'],
  pin_removed: ['good', 'The pin is removed. Its token speaks for the first portal that uses it.'],
  unknown_pin: ['bad', 'Nothing was done: there is no such pin any more.'],
  unknown_lane: ['bad', 'Nothing was done: there is no such lane.'],
  removed_lane: ['bad', 'Nothing was done: the destination is not configured any more.'],
  not_head: ['bad', 'Nothing was parked: the lane does not wait with this event any more.'],
  too_many_jobs: [
    'bad',
    'Nothing was done: the lane has as many replays as it may have. Wait until one has ended.',
  ],
  too_many_chosen: [
    'bad',
    'Nothing was done: choose at most ten events that are not neighbours, or send all of them again.',
  ],
  no_access: [
    'bad',
    'Nothing was done: the relay has no access to this portal. Its state says what to do.',
  ],
  invalid_request: [
    'bad',
    'Nothing was done: the numbers do not make sense. The first must not be behind the last.',
  ],
} as const satisfies Record<string, readonly [Tone, string]>

/** The name of a feedback. */
export type Feedback = keyof typeof WORDS

/** The name of the feedback in an address. */
export const FEEDBACK_NAME = 'said'

/** Reads the feedback out of an address; null when it names none. */
export function parseFeedback(query: URLSearchParams): Feedback | null {
  const name = query.get(FEEDBACK_NAME)
  // Sound: the object has this member of its own.
  return name !== null && Object.hasOwn(WORDS, name) ? (name as Feedback) : null
}

/** Says what an act has done. */
export function FeedbackText({ feedback }: { readonly feedback: Feedback | null }) {
  if (feedback === null) return null
  const [tone, text] = WORDS[feedback]
  return (
    <p class={`strip ${tone}`} role="status">
      {text}
    </p>
  )
}
