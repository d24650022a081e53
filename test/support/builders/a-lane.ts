/** Builders of lanes, of entries of the log, and of the outcomes of a receiver. */
import { NO_GATHERING, type Gathering } from '../../../src/core/lanes/state/gathering.ts'
import { createLane, type LanePlan } from '../../../src/core/lanes/state/match-lanes.ts'
import type { Epoch, LaneState, ReplayJob } from '../../../src/core/lanes/state/lane-state.ts'
import type { DeliveryOutcome } from '../../../src/core/lanes/state/outcome.ts'
import { NOT_ENRICHED, type LogEntry, type RelayEvent } from '../../../src/core/log/event.ts'
import { anEvent } from './a-delivery.ts'
import { NOW } from '../time.ts'

/** The receiver took it. */
export const DELIVERED: DeliveryOutcome = { kind: 'delivered', status: 200 }

/** A transient failure, with the receiver's Retry-After in milliseconds if it sent one. */
export function unreachable(retryAfterMs: number | null = null): DeliveryOutcome {
  return { kind: 'unreachable', reason: 'http_503', status: 503, retryAfterMs, detail: 'Busy' }
}

/** Permanent for this message. */
export const REJECTED = {
  kind: 'rejected',
  scope: 'message',
  reason: 'http_422',
  status: 422,
  probe: true,
  detail: 'No such field',
} as const satisfies DeliveryOutcome

/** Permanent for the endpoint; `probe` tells whether a daily try is allowed. */
export function gone({ probe }: { probe: boolean }): DeliveryOutcome {
  return { kind: 'rejected', scope: 'endpoint', reason: 'gone', status: 410, probe, detail: null }
}

/** An event that a lane with the filter `ONLY_FIELDS` does not get. */
export const UNWANTED: Partial<RelayEvent> = { name: 'ONCRMDEALADD', field: null }

/** Globs that take the events of `anEntry` only. */
export const ONLY_FIELDS = ['onCrmRequisiteUserField*']

/** The sequences 1 to `count`. */
export function oneTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

/** The same thing, several times. */
export function times<T>(count: number, value: T): T[] {
  return oneTo(count).map(() => value)
}

/** One answer to each event of 1 to `count`, for `outcomes`. */
export function everyEvent(count: number, outcome: DeliveryOutcome) {
  return Object.fromEntries(oneTo(count).map((sequence) => [sequence, [outcome]]))
}

/** What the configuration says of the lane `erp`: it takes everything. */
export function aPlan(partial: Partial<LanePlan> = {}): LanePlan {
  return {
    destination: 'erp',
    fingerprint: 'f1',
    events: ['*'],
    fields: [],
    silent: null,
    skipsUnchanged: false,
    problem: null,
    ...partial,
  }
}

/** What a lane remembers whose endpoint is gone, and that may be tried now. */
export const STOPPED = { status: 'disabled', disabledReason: 'gone', probeAt: NOW } as const

/** The members of a lane that a test names. */
export type LaneMembers = MembersOf<LaneState>

type MembersOf<Lane extends LaneState> = Lane extends LaneState
  ? Partial<Omit<Lane, 'gathering'>> & { readonly gathering?: Partial<Gathering> }
  : never

/** An active lane before event 1 that takes everything. */
export function aLane({ gathering, ...partial }: LaneMembers = {}): LaneState {
  const gathered = { ...NO_GATHERING, ...gathering }
  const { retryAt: _retryAt, ...fresh } = createLane(aPlan(), 0)
  const wait = partial.status === 'disabled' ? { probeAt: null } : { retryAt: null }
  // Sound: a test that names a status names what belongs to it.
  return { ...fresh, ...wait, ...partial, gathering: gathered } as LaneState
}

/** An epoch that takes everything from event 1 on. */
export function anEpoch(partial: Partial<Epoch> = {}): Epoch {
  return { from: 1, events: ['*'], fields: [], silent: null, skipsUnchanged: false, ...partial }
}

/** An untouched wish to have the events up to 3 again. */
export function aJob(partial: Partial<ReplayJob> = {}): ReplayJob {
  const untouched = { startedAt: NOW, attempts: 0, retryAt: null }
  return { next: 1, to: 3, parkedOnly: false, ...untouched, ...partial }
}

/** The pages of a log that holds these entries. */
export function pagesOf(entries: readonly LogEntry[]) {
  const before = (sequence: number, limit: number): LogEntry[] =>
    entries
      .filter((entry) => entry.sequence < sequence)
      .toReversed()
      .slice(0, limit)
  const after = (sequence: number, limit: number): LogEntry[] =>
    entries.filter((entry) => entry.sequence > sequence).slice(0, limit)
  return { before, after, outlinesBefore: before, outlinesAfter: after }
}

/** The first entry of a log, or another one. */
export function anEntry(
  partial: Partial<Omit<LogEntry, 'event'>> & { readonly event?: Partial<RelayEvent> } = {},
): LogEntry {
  const { sequence = 1 } = partial
  return {
    sequence,
    receipt: `receipt-${sequence}`,
    receivedAt: NOW,
    origin: 'event',
    enrichment: NOT_ENRICHED,
    ...partial,
    event: anEvent(partial.event),
  }
}
