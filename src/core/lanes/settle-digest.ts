/**
 * What an outcome does to a lane that has sent a digest. A digest is decided once: its sequences are written
 * with the lane before it is sent, so that a failed or crashed one is sent again as it was.
 */
import { parkEvent, passEvent, type Settled } from './cursor.ts'
import type { DigestRecord } from './fate.ts'
import type { LaneState } from './lane-state.ts'
import { reopen } from './lane-status.ts'
import type { DeliveryOutcome } from './outcome.ts'
import { settle, type SettleTerms } from './settle.ts'

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
