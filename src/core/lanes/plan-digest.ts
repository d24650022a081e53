/**
 * Decides when the waiting events of a lane are told in one message: people read them as one text, a machine as a
 * batch.
 */
import type { LogEntry } from '../log/event.ts'
import type { LaneState } from './state/lane-state.ts'

/** A lane with more waiting events than these tells them together, whatever is configured. */
export const MAX_BEHIND = 10

/**
 * The time for which a lane gathers after a digest before it says more, in milliseconds. So a burst of events
 * is told in a few messages and not in one a second.
 */
export const CALM_MS = 10_000

/** The digest rule of a lane: for how long it gathers events, and how many one message may hold. */
export interface DigestRule {
  /** The time for which the front waits for others, in milliseconds; null when only a lane that is behind gathers. */
  readonly waitMs: number | null
  /** The most events of one message; at least 2. */
  readonly max: number
  /** True when the content of a message may cause server errors: then the message is split. @default false */
  readonly isSplit?: boolean
  /** The limit of a batch's size; absent where people read. */
  readonly room?: BatchRoom
}

/** The size of a batch, which is limited beside the number of its events. Text for people is shortened instead. */
export interface BatchRoom {
  /** The most bytes that the events of one batch may take. */
  readonly bytes: number
  /** The bytes that an event takes in a batch. */
  readonly sizeOf: (entry: LogEntry) => number
}

/** The entries that one attempt tells, oldest first: one, or those of a digest. */
export type AttemptEntries = readonly [LogEntry, ...LogEntry[]]

/** The decision of one moment: send these events, or gather until a time in unix milliseconds. */
export type DigestPlan =
  | { readonly kind: 'send'; readonly entries: AttemptEntries }
  | { readonly kind: 'gather'; readonly until: number }

/**
 * The time until which a lane gathers because it has just sent a digest; a time in the past when it does not.
 * A digest in the future was written while the clock was wrong, and counts as none.
 */
export function calmUntil({ gathering }: LaneState, now: number): number {
  const { lastDigestAt } = gathering
  return lastDigestAt === null || lastDigestAt > now ? 0 : lastDigestAt + CALM_MS
}

/** Decides about the events that wait: the lane's front first, and at most `max` of them. */
export function planDigest(
  waiting: AttemptEntries,
  { waitMs, max }: DigestRule,
  { lane, now }: { readonly lane: LaneState; readonly now: number },
): DigestPlan {
  const [front] = waiting
  const isFull = waiting.length >= max
  if (waitMs !== null) {
    // A time of receipt in the future was noted by a wrong clock. Such an event has waited for long enough.
    const until = front.receivedAt > now ? now : front.receivedAt + waitMs
    return isFull || now >= until ? { kind: 'send', entries: waiting } : { kind: 'gather', until }
  }
  // The events that came during these seconds are told together, however few they are.
  const calm = calmUntil(lane, now)
  if (front.receivedAt < calm || now < calm) {
    return isFull || now >= calm
      ? { kind: 'send', entries: waiting }
      : { kind: 'gather', until: calm }
  }
  return { kind: 'send', entries: waiting.length > MAX_BEHIND ? waiting : [front] }
}
