/** When the waiting events of a lane are told in one message. Pure. */
import type { LogEntry } from '../log/event.ts'
import type { LaneState } from './lane-state.ts'

/** A lane with more waiting events than these tells them together, whatever is configured. */
export const MAX_BEHIND = 10

/**
 * How long a lane that has just told many events together gathers before it says more: a burst is told in a
 * few messages and not in one a second.
 */
export const CALM_MS = 10_000

/** How a lane gathers events. */
export interface DigestRule {
  /** How long the first event waits for others; null: only a lane that is behind gathers. */
  readonly waitMs: number | null
  /** The most events of one message. */
  readonly max: number
}

/** Events that go out together, oldest first. */
export type Batch = readonly [LogEntry, ...LogEntry[]]

/** What to send now, or how long to gather. */
export type DigestPlan =
  | { readonly kind: 'send'; readonly batch: Batch }
  | { readonly kind: 'gather'; readonly until: number }

/**
 * Until when the lane gathers whatever comes, since it has just told many; in the past when it does not. A
 * time that has not come yet is one of a clock that went wrong, and counts as none.
 */
export function calmUntil({ digestedAt }: LaneState, now: number): number {
  return digestedAt === null || digestedAt > now ? 0 : digestedAt + CALM_MS
}

/** Decides about the events that wait, at most `rule.max` of them, the lane's head first. */
export function planDigest(
  waiting: Batch,
  { waitMs, max }: DigestRule,
  { lane, now }: { lane: LaneState; now: number },
): DigestPlan {
  const [head] = waiting
  const isFull = waiting.length >= max
  if (waitMs !== null) {
    const until = head.receivedAt + waitMs
    return isFull || now >= until ? { kind: 'send', batch: waiting } : { kind: 'gather', until }
  }
  // Those that came while it was calm are told together, however few they are.
  const calm = calmUntil(lane, now)
  if (head.receivedAt < calm || now < calm) {
    return isFull || now >= calm
      ? { kind: 'send', batch: waiting }
      : { kind: 'gather', until: calm }
  }
  return { kind: 'send', batch: waiting.length > MAX_BEHIND ? waiting : [head] }
}
