/**
 * Applies the outcome of a digest to its lane. A digest is decided once: its sequences are stored with the
 * lane before it is sent, so that a digest that failed, or that a crash cut off, is sent again as the same
 * message. A digest that the receiver refuses falls apart, so that one event cannot take the others with it: for
 * people its events go one by one, and a batch falls into halves until the refused event is alone. Where server
 * errors may come from what is in a digest for people, a third one splits it: its front goes out alone, and when the
 * receiver takes it, the others follow one by one.
 */
import { parkEvent, type Settled } from '../state/cursor.ts'
import type { DigestRecord } from '../state/fate.ts'
import { halveDigest, splitParts } from '../state/gathering.ts'
import type { LaneState } from '../state/lane-state.ts'
import { enableAfterAnswer } from '../state/lane-status.ts'
import type { DeliveryOutcome } from '../state/outcome.ts'
import {
  errorOf,
  pacedUntil,
  passDelivered,
  settle,
  SPLIT_AFTER,
  type AttemptResult,
} from './settle.ts'

/** A lane after a digest was tried, and everything to store with it. */
export interface SettledDigest extends Settled {
  /** The record of the delivered digest, where it is to be written down; null otherwise. */
  readonly digestRecord: DigestRecord | null
}

type Failed = Exclude<DeliveryOutcome, { kind: 'delivered' }>

/** Applies the outcome of a digest, whose sequences are in order, to its lane. */
export function settleDigest(
  lane: LaneState,
  sequences: readonly number[],
  { outcome, terms }: AttemptResult,
): SettledDigest {
  const left = sequences.filter((sequence) => sequence > lane.cursor)
  const [front, ...others] = left
  if (front === undefined) return settleParked(lane, sequences, { outcome, terms })
  if (outcome.kind === 'delivered')
    return settleTaken(lane, { sequences, left }, { outcome, terms })
  if (outcome.kind === 'rejected' && outcome.scope === 'message') {
    return { lane: fallApart(lane, left, { outcome, terms }), fates: [], digestRecord: null }
  }
  const attempts = lane.attempts + 1
  const settled = settle(lane, front, { outcome, terms })
  if (settled.lane.cursor < front) {
    // The digest waits for its next attempt, or its front alone does.
    const isSplit =
      terms.splitsDigests === true && isServerError(outcome) && attempts >= SPLIT_AFTER
    if (!isSplit) return { ...settled, digestRecord: null }
    const gathering = splitParts(settled.lane.gathering, left.at(-1) ?? front)
    return { ...settled, lane: { ...settled.lane, gathering }, digestRecord: null }
  }
  // A server that answers is alive, and one of the events may be what it cannot bear. So each event gets a last
  // attempt of its own.
  if (terms.isBatch === true && isServerError(outcome)) {
    const { notBefore } = settled.lane
    const apart = fallApart(lane, left, { outcome, terms })
    return { lane: { ...apart, notBefore }, fates: [], digestRecord: null }
  }
  return { ...parkRest(settled, { others, attempts }), digestRecord: null }
}

function isServerError(outcome: DeliveryOutcome): boolean {
  return outcome.kind === 'unreachable' && outcome.status !== null && outcome.status >= 500
}

/**
 * The receiver has taken the message, and with it those of its events that the operator parked while it was under
 * way. Each message for people is written down, and a batch only when it took more than one attempt.
 */
function settleTaken(
  lane: LaneState,
  { sequences, left }: Readonly<Record<'sequences' | 'left', readonly number[]>>,
  { outcome, terms }: AttemptResult<Extract<DeliveryOutcome, { kind: 'delivered' }>>,
): SettledDigest {
  const { now: at } = terms
  const attempts = lane.attempts + 1
  const paced = { ...lane, attempts, notBefore: pacedUntil({ outcome, terms }) }
  const parked = sequences.slice(0, sequences.length - left.length)
  const told = { state: 'delivered', reason: null, status: outcome.status, at, attempts } as const
  const isPlain = terms.isBatch === true && attempts === 1
  const passed = passDelivered(paced, left, at)
  return {
    lane: { ...passed, gathering: { ...passed.gathering, lastDigestAt: at } },
    fates: parked.map((sequence) => ({ sequence, ...told })),
    digestRecord: isPlain ? null : { sequences, at, attempts },
  }
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
    lane: settled.at(-1)?.lane ?? lane,
    fates: settled.flatMap(({ fates }) => fates),
    digestRecord: null,
  }
}

/**
 * The receiver will not take this message, perhaps because of one of its events: they go out in smaller ones. A
 * disabled lane goes on, since its receiver has answered.
 */
function fallApart(
  lane: LaneState,
  left: readonly number[],
  { outcome, terms }: AttemptResult<Failed>,
): LaneState {
  const { gathering } = lane
  return {
    ...enableAfterAnswer(lane),
    gathering:
      terms.isBatch === true
        ? halveDigest({ ...gathering, underWay: left })
        : splitParts(gathering, left.at(-1) ?? gathering.singlyUpTo),
    attempts: 0,
    retryAt: null,
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
  if (cause?.state !== 'parked') return { lane, fates }
  const { reason, status, at } = cause
  return others.reduce<Settled>(
    (settled, sequence) => {
      const parked = parkEvent({ ...settled.lane, attempts }, sequence, { reason, status, at })
      return { lane: parked.lane, fates: [...settled.fates, ...parked.fates] }
    },
    { lane, fates },
  )
}
