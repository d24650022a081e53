/**
 * The way of a portal's events into its log, several concurrent calls in one commit (commit-groups.ts). One transaction
 * decides about trust and sequence together. Memory changes only after the transaction has returned.
 */
import { fieldOf } from '../../core/fields/module-field.ts'
import type { RepeatedEvent } from '../../core/fields/reconciled-event.ts'
import {
  duplicateWindow,
  RecentEvents,
  type Arrival,
  type StoredPlace,
} from '../../core/log/append.ts'
import {
  NOT_ENRICHED,
  type LogEntry,
  type RelayEvent,
  type StoredEvent,
} from '../../core/log/event.ts'
import { storedForm } from '../../core/log/stored-form.ts'
import type { Scheduler } from '../scheduler.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import { arrivalIn, asOf, type AppendAnswer, type AppendRequest } from './append-request.ts'
import { CommitGroups } from './commit-groups.ts'
import { parseEvent } from './rows/event-schemas.ts'
import type { LogStore } from './log-store.ts'
import type { LogTransaction, LogWriter } from './log-writer.ts'
import type { RecentArrival } from './youngest-store.ts'

/** The part that finds out what an event changed, before lanes may see the event. */
export interface EventEnricher {
  /** Whether the event has to wait for its enrichment. */
  awaits(event: RelayEvent): boolean
  /** Takes over new events that wait for their enrichment. */
  accept(events: readonly StoredEvent[]): void
  /** Tells, in the transaction that stores an event, what the event says about fields that it does not name. */
  tellWithin(event: RelayEvent, transaction: LogTransaction): void
  /** Notes that Bitrix24 has sent an event once more whose first one, received at `firstAt`, is in the log. */
  noteRepeated(repeated: RepeatedEvent, firstAt: number): void
}

/** The dependencies of the appender. */
export interface AppenderDeps {
  readonly log: Pick<LogStore, 'entry' | 'findPlace' | 'remember'>
  readonly writer: Pick<LogWriter, 'write' | 'durable'>
  /** Whether a token, by its hash, speaks for the portal. */
  readonly trust: { trusts(tokenHash: string, asOf: number | null): boolean }
  readonly enricher: EventEnricher
  readonly config: Pick<PortalConfig, 'maxGroup'>
  readonly world: Pick<World, 'now'>
  readonly scheduler: Pick<Scheduler, 'advance'>
}

/** The decision of the transaction about one request. */
type Placed =
  | { readonly kind: 'untrusted' }
  | {
      readonly kind: 'new'
      readonly sequence: number
      /** Null for a text that is no event. */
      readonly event: RelayEvent | null
      /** Whether the event waits for its enrichment. */
      readonly awaits: boolean
      readonly quarantined: boolean
    }
  | {
      readonly kind: 'known'
      readonly sequence: number
      readonly isDuplicate: boolean
      readonly quarantined: boolean
    }

interface PlacedRequest {
  readonly request: AppendRequest
  readonly placed: Placed
}

/** The appender of one portal. */
export class Appender {
  readonly #deps: AppenderDeps
  readonly #recent = new RecentEvents()
  readonly #groups: CommitGroups

  constructor(deps: AppenderDeps) {
    this.#deps = deps
    this.#groups = new CommitGroups({
      maxGroup: deps.config.maxGroup,
      write: (requests) => this.#write(requests).map(answerOf),
      durable: () => deps.writer.durable(),
    })
  }

  /** Remembers the events that arrived shortly before the object began, since they may be sent again. */
  load(arrivals: readonly RecentArrival[]): void {
    for (const { arrival, sequence } of arrivals) this.#recent.remember(arrival, sequence)
  }

  /** Forgets the events that have arrived: the log was deleted. */
  clear(): void {
    this.#recent.clear()
  }

  /** Stores an event, or says where it stands already. Rejects when storage fails; then nothing is stored. */
  append(request: AppendRequest): Promise<AppendAnswer> {
    return this.#groups.add(request)
  }

  #write(requests: readonly AppendRequest[]): readonly PlacedRequest[] {
    const { log, writer, enricher, world, scheduler } = this.#deps
    this.#recent.forget(world.now())
    const written = writer.write((transaction) => {
      const staged = new RecentEvents()
      return requests.map((request) => ({
        request,
        placed: this.#place(request, staged, transaction),
      }))
    })
    const added = written.flatMap(({ request, placed }) =>
      placed.kind === 'new' ? [{ ...placed, request }] : [],
    )
    for (const { request, sequence, event, awaits } of added) {
      this.#recent.remember(arrivalIn(request), sequence)
      // A quarantined event is read from its row, which is decoded anew.
      if (event !== null && !awaits && event.quarantined === null) {
        log.remember(entryOf(request, { sequence, event }), request.event.length)
      }
    }
    if (added.length > 0) {
      // The enricher takes the events over before the lanes start, since no lane may see an event that waits for its
      // enrichment.
      enricher.accept(
        added.flatMap(({ sequence, event, awaits }) =>
          event !== null && awaits ? [{ sequence, event }] : [],
        ),
      )
      scheduler.advance()
    }
    for (const { request, placed } of written) {
      if (placed.kind !== 'known' || !placed.isDuplicate) continue
      const event = parseEvent(request.event)
      const field = event === null ? null : fieldOf(event)
      if (event === null || field === null) continue
      const { contentHash, receivedAt } = arrivalIn(request)
      const firstAt = this.#recent.firstReceivedAt(contentHash) ?? receivedAt
      const { sequence } = placed
      const isCopy = log.entry(sequence)?.event.handlerId !== event.handlerId
      enricher.noteRepeated({ sequence, event: { ...event, field }, isCopy }, firstAt)
    }
    return written
  }

  #place(request: AppendRequest, staged: RecentEvents, transaction: LogTransaction): Placed {
    // Trust is asked again inside the transaction: the install may have ended since the call began.
    if (!this.#deps.trust.trusts(request.tokenHash, asOf(request))) return { kind: 'untrusted' }
    const arrival = arrivalIn(request)
    // A text that is no event is stored as it is, and shown as quarantined.
    const { text, event } = storedForm({ text: request.event, event: parseEvent(request.event) })
    const quarantined = event === null || event.quarantined !== null
    const windowMs = duplicateWindow(event)
    const place = this.#find(arrival, { staged, windowMs, drained: request.drained })
    if (place !== null) {
      const { sequence, sameReceipt } = place
      return { kind: 'known', sequence, isDuplicate: !sameReceipt, quarantined }
    }
    const awaits = event !== null && this.#deps.enricher.awaits(event)
    const sequence = transaction.insert(arrival, { event: text, awaits, quarantined }, request)
    staged.remember(arrival, sequence)
    if (event !== null) this.#deps.enricher.tellWithin(event, transaction)
    return { kind: 'new', sequence, event, awaits, quarantined }
  }

  #find(
    arrival: Arrival,
    terms: {
      readonly staged: RecentEvents
      readonly windowMs: number
      readonly drained: boolean
    },
  ): StoredPlace | null {
    const { staged, windowMs, drained } = terms
    const remembered =
      staged.findPlace(arrival, windowMs) ?? this.#recent.findPlace(arrival, windowMs)
    if (remembered !== null || !drained) return remembered
    return this.#deps.log.findPlace(arrival, windowMs)
  }
}

/** The entry that stands in the log now, as it would be read. */
function entryOf({ receipt, receivedAt }: AppendRequest, stored: StoredEvent): LogEntry {
  return { ...stored, receipt, receivedAt, origin: 'event', enrichment: NOT_ENRICHED }
}

function answerOf({ request, placed }: PlacedRequest): AppendAnswer {
  switch (placed.kind) {
    case 'untrusted':
      return { kind: 'untrusted' }
    case 'new':
    case 'known': {
      const { sequence } = placed
      const quarantined = request.quarantined || placed.quarantined
      const duplicate = placed.kind === 'known' && placed.isDuplicate
      return { kind: 'stored', sequence, duplicate, quarantined }
    }
  }
}
