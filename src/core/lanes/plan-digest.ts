/**
 * When the waiting events of a lane are told in one message. Pure. A digest is decided once: its sequences
 * are written with the lane before it is sent, so that a failed or crashed one is sent again as it was.
 */
import type { LogEntry } from '../log/event.ts'
import type { LaneState } from './lane-state.ts'
import { parkEvent, passEvent, reopen, settle, type Settled, type SettleTerms } from './settle.ts'
import type { DeliveryOutcome } from './outcome.ts'

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

/** One digest that was delivered, as it is written down. */
export interface DigestRecord {
  readonly sequences: readonly number[]
  /** Unix milliseconds. */
  readonly at: number
  readonly attempts: number
}

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

/** Applies the outcome of a digest to its lane. */
export function settleDigest(
  lane: LaneState,
  sequences: readonly number[],
  { outcome, terms }: { outcome: DeliveryOutcome; terms: SettleTerms },
): Settled & { readonly digest: DigestRecord | null } {
  const [head, ...others] = sequences.filter((sequence) => sequence > lane.cursor)
  // The operator set all of it aside meanwhile: a success of the message still counts for each of them.
  if (head === undefined) return settleSetAside(lane, sequences, { outcome, terms })
  if (outcome.kind === 'rejected' && outcome.scope === 'message') {
    return { ...dissolve(lane, sequences, { outcome, terms }), digest: null }
  }
  const attempts = lane.attempts + 1
  const settled = settle(lane, head, { outcome, terms })
  if (settled.lane.cursor < head) return { ...settled, digest: null }
  if (outcome.kind !== 'delivered') return { ...parkRest(settled, others, attempts), digest: null }
  const passed = others.reduce(
    (passing, sequence) =>
      passEvent(passing, sequence, { state: 'delivered', at: terms.now, attempts }),
    settled.lane,
  )
  // What the operator set aside while the message was under way is delivered with it.
  const aside = sequences.filter((sequence) => sequence < head)
  const told = { state: 'delivered' as const, reason: null, status: outcome.status }
  return {
    lane: { ...passed, digest: null, digestedAt: terms.now },
    fates: aside.map((sequence) => ({ sequence, ...told, at: terms.now, attempts })),
    digest: { sequences, at: terms.now, attempts },
  }
}

function settleSetAside(
  lane: LaneState,
  sequences: readonly number[],
  { outcome, terms }: { outcome: DeliveryOutcome; terms: SettleTerms },
): Settled & { readonly digest: DigestRecord | null } {
  const settled = sequences.map((sequence) => settle(lane, sequence, { outcome, terms }))
  return {
    lane: { ...(settled.at(-1)?.lane ?? lane), digest: null },
    fates: settled.flatMap(({ fates }) => fates),
    digest: null,
  }
}

/** A message that the receiver never takes may fail for one of its events only: they go one by one. */
function dissolve(
  lane: LaneState,
  sequences: readonly number[],
  {
    outcome,
    terms,
  }: { outcome: Extract<DeliveryOutcome, { kind: 'rejected' }>; terms: SettleTerms },
): Settled {
  const { reason, detail, status } = outcome
  return {
    lane: {
      // It has answered, so a lane that was disabled goes on.
      ...reopen(lane),
      digest: null,
      singlyUpTo: sequences.at(-1) ?? lane.singlyUpTo,
      attempts: 0,
      nextAttemptAt: null,
      notBefore: terms.now + terms.minIntervalMs,
      lastError: { reason, detail, status, at: terms.now },
    },
    fates: [],
  }
}

/** Given up together: each event is set aside by itself, so that each can be replayed. */
function parkRest({ lane, fates }: Settled, others: readonly number[], attempts: number): Settled {
  const cause = fates.at(-1)
  if (cause === undefined) return { lane: { ...lane, digest: null }, fates }
  const { reason, status, at } = cause
  return others.reduce<Settled>(
    (settled, sequence) => {
      const parked = parkEvent({ ...settled.lane, attempts }, sequence, {
        reason: reason ?? 'given_up',
        status,
        at,
      })
      return { lane: parked.lane, fates: [...settled.fates, ...parked.fates] }
    },
    { lane: { ...lane, digest: null }, fates },
  )
}
