/**
 * Applies the outcome of a digest to its lane. A digest is decided once: its sequences are stored with the
 * lane before it is sent, so that a digest that failed, or that a crash cut off, is sent again as the same
 * message. Where server errors may come from what is in a digest, a third one splits it: its front goes out
 * alone, and when the receiver takes it, the others follow one by one.
 */
import { parkEvent, passEvent, type Settled } from '../state/cursor.ts'
import type { DigestRecord } from '../state/fate.ts'
import type { LaneState } from '../state/lane-state.ts'
import { enableAfterAnswer } from '../state/lane-status.ts'
import type { DeliveryOutcome } from '../state/outcome.ts'
import { errorOf, settle, SPLIT_AFTER, type AttemptResult } from './settle.ts'

/** A lane after a digest was tried, and everything to store with it. */
export interface SettledDigest extends Settled {
  /** The digest when it was delivered; null otherwise. */
  readonly digest: DigestRecord | null
}

/** Applies the outcome of a digest, whose sequences are in order, to its lane. */
export function settleDigest(
  lane: LaneState,
  sequences: readonly number[],
  { outcome, terms }: AttemptResult,
): SettledDigest {
  const [front, ...others] = sequences.filter((sequence) => sequence > lane.cursor)
  if (front === undefined) return settleParked(lane, sequences, { outcome, terms })
  if (outcome.kind === 'rejected' && outcome.scope === 'message') {
    return { lane: dissolve(lane, sequences, { outcome, terms }), fates: [], digest: null }
  }
  const attempts = lane.attempts + 1
  const settled = settle(lane, front, { outcome, terms })
  if (settled.lane.cursor < front) {
    // The digest waits for its next attempt, or its front alone does.
    const isSplit =
      terms.splitsDigests === true && isServerError(outcome) && attempts >= SPLIT_AFTER
    const split = { digest: null, singlyUpTo: sequences.at(-1) ?? front }
    return {
      ...settled,
      lane: isSplit ? { ...settled.lane, ...split } : settled.lane,
      digest: null,
    }
  }
  if (outcome.kind !== 'delivered')
    return { ...parkRest(settled, { others, attempts }), digest: null }
  const { now: at } = terms
  const passed = others.reduce(
    (passing, sequence) => passEvent(passing, sequence, { state: 'delivered', at, attempts }),
    settled.lane,
  )
  // The operator parked some of its events while the message was under way: they are delivered with it.
  const parked = sequences.filter((sequence) => sequence < front)
  const told = { state: 'delivered', reason: null, status: outcome.status, at, attempts } as const
  return {
    lane: { ...passed, digest: null, digestedAt: at },
    fates: parked.map((sequence) => ({ sequence, ...told })),
    digest: { sequences, at, attempts },
  }
}

function isServerError(outcome: DeliveryOutcome): boolean {
  return outcome.kind === 'unreachable' && outcome.status !== null && outcome.status >= 500
}

/**
 * The operator parked all events while the message was under way: its success still counts for each of them.
 */
function settleParked(
  lane: LaneState,
  sequences: readonly number[],
  result: AttemptResult,
): SettledDigest {
  const settled = sequences.map((sequence) => settle(lane, sequence, result))
  return {
    lane: { ...(settled.at(-1)?.lane ?? lane), digest: null },
    fates: settled.flatMap(({ fates }) => fates),
    digest: null,
  }
}

/**
 * The receiver will never take this message, perhaps because of one of its events: they go out one by one. It
 * has answered, so a disabled lane goes on.
 */
function dissolve(
  lane: LaneState,
  sequences: readonly number[],
  { outcome, terms }: AttemptResult<Extract<DeliveryOutcome, { kind: 'rejected' }>>,
): LaneState {
  return {
    ...enableAfterAnswer(lane),
    digest: null,
    singlyUpTo: sequences.at(-1) ?? lane.singlyUpTo,
    attempts: 0,
    nextAttemptAt: null,
    notBefore: terms.now + terms.minIntervalMs,
    lastError: errorOf(outcome, terms.now),
  }
}

/**
 * The digest was given up, and its front is parked. Every other event of it is parked by itself, so that each
 * can be replayed.
 */
function parkRest(
  { lane, fates }: Settled,
  { others, attempts }: { readonly others: readonly number[]; readonly attempts: number },
): Settled {
  const cause = fates.at(-1)
  if (cause?.state !== 'parked') return { lane: { ...lane, digest: null }, fates }
  const { reason, status, at } = cause
  return others.reduce<Settled>(
    (settled, sequence) => {
      const parked = parkEvent({ ...settled.lane, attempts }, sequence, { reason, status, at })
      return { lane: parked.lane, fates: [...settled.fates, ...parked.fates] }
    },
    { lane: { ...lane, digest: null }, fates },
  )
}
