/**
 * The enrichment of events: it finds out what the events of one portal changed, before the lanes may see
 * them.
 *
 * For example, event 42 says that the field 235 was updated. Event 42 waits here while the field is read. The
 * answer comes after 150 ms, the changes are written into the row of event 42, and the lanes go on. When no
 * answer comes within three seconds, event 42 is delivered thin, without its changes, and its change is
 * *owed*: the late answer, or the next look at the field, tells it by a reconciled event.
 *
 * One read is under way at a time. It enriches the events that had arrived before it began. An event that
 * arrives during the read may stand for a younger change, so it waits for the next read.
 */
import type { LogEntry, RelayEvent, StoredEvent, ThinReason } from '../../core/log/event.ts'
import { needsNoRead, type Enriched, type EventToEnrich } from '../../core/fields/enrich.ts'
import { owedBy } from '../../core/fields/field-state.ts'
import type { RepeatedEvent } from '../../core/fields/reconciled-event.ts'
import { SAFETY_ALARM_MS } from '../../core/pace/schedule.ts'
import type { LogWriter } from '../log/log-writer.ts'
import type { Scheduler } from '../scheduler.ts'
import type { World } from '../settings.ts'
import type { PortalAccess } from '../tokens/portal-access.ts'
import { EventReads } from './event-reads.ts'
import { EventsToEnrich, groupByField } from './events-to-enrich.ts'
import type { FieldStore } from './field-store.ts'
import { RepeatedEvents } from './repeated-events.ts'
import type { ReconciliationBook } from './reconciliation-book.ts'

/** How long an event may wait for its enrichment, in milliseconds. */
export const ENRICH_BUDGET_MS = 3000

/** The dependencies of the enricher. */
export interface EnricherDeps {
  readonly fields: Pick<FieldStore, 'find' | 'isStored' | 'save'>
  readonly reconciliation: Pick<ReconciliationBook, 'owe' | 'noteEvent'>
  readonly writer: Pick<LogWriter, 'write'>
  /** The calls for which events wait. */
  readonly portal: PortalAccess
  readonly world: Pick<World, 'now' | 'sleep'>
  readonly scheduler: Scheduler
}

/** The enricher of one portal. */
export class Enricher {
  readonly #deps: EnricherDeps
  readonly #waiting = new EventsToEnrich()
  readonly #repeats: RepeatedEvents
  readonly #reads: EventReads
  #isRunning = false
  #isWatched = false
  #whenIdle = Promise.resolve()

  constructor(deps: EnricherDeps) {
    this.#deps = deps
    this.#repeats = new RepeatedEvents({ ...deps, onDue: () => this.#start() })
    this.#reads = new EventReads({ ...deps, waiting: this.#waiting, repeats: this.#repeats })
  }

  /**
   * Takes over the events that waited when the object ended, oldest first. When storage refused the
   * enrichment of an event, a lane may have told it already. Such an event stays thin, and its change is
   * owed: a snapshot moves only with an event that nobody has seen yet.
   */
  load(awaiting: readonly LogEntry[], isTold: (entry: LogEntry) => boolean): void {
    const told = new EventsToEnrich()
    told.add(awaiting.filter(isTold), 0)
    this.#thin(told.all(), 'timeout')
    this.#take(awaiting.filter((entry) => !isTold(entry)))
  }

  /**
   * Whether an event has to wait here before lanes may see it: it is about a field, and the portal can be
   * asked.
   */
  awaits(event: RelayEvent): boolean {
    return event.field !== null && event.quarantined === null && this.#deps.portal.hasAccess()
  }

  /** Takes over the events that were just stored and wait for their enrichment. */
  accept(events: readonly StoredEvent[]): void {
    if (events.length > 0) this.#deps.reconciliation.noteEvent()
    this.#take(events)
  }

  #take(events: readonly StoredEvent[]): void {
    this.#waiting.add(events, this.#deps.world.now() + ENRICH_BUDGET_MS)
    if (this.#waiting.first() !== null) this.#start()
  }

  /**
   * Notes that Bitrix24 has sent an event again whose first one was received at `firstAt`. The second one may
   * stand for a change after the read for the first one, so the field is read once more, unless the first one
   * still waits for its read.
   */
  repeated(repeated: RepeatedEvent, firstAt: number): void {
    const { sequence } = repeated
    const waits = this.#waiting.has(sequence) && sequence > this.#reads.upTo()
    if (!waits && this.#deps.portal.hasAccess()) this.#repeats.note(repeated, firstAt)
  }

  /** The last sequence that lanes may see, in a log that ends with `head`. */
  readableUpTo(head: number): number {
    const first = this.#waiting.first()
    return first === null ? head : first.sequence - 1
  }

  /**
   * The time at which the alarm has to end the waiting; null when nothing waits. While the object lives, it
   * ends the waiting in time by itself. The alarm is there for an object that ends before.
   */
  dueAt(): number | null {
    const isIdle = this.#waiting.first() === null && this.#repeats.isEmpty()
    return isIdle ? null : this.#deps.world.now() + SAFETY_ALARM_MS
  }

  /** Whether an event of the field waits, or its field is to be read once more. */
  isWaiting(fieldId: number): boolean {
    return this.#waiting.ofField(fieldId).length > 0 || this.#reads.isRepeated(fieldId)
  }

  /** Resolves when no read for an event is under way. */
  idle(): Promise<void> {
    return this.#whenIdle
  }

  /** Lets all waiting events go out thin: the installation has ended. */
  endAll(reason: ThinReason): void {
    this.#reads.forgetAgain()
    this.#thin(this.#waiting.all(), reason)
  }

  /** Forgets all waiting events: the log was deleted. */
  clear(): void {
    this.#waiting.clear()
    this.#reads.forgetAgain()
  }

  #start(): void {
    this.#watch()
    if (this.#isRunning) return
    this.#isRunning = true
    this.#whenIdle = this.#run()
    this.#deps.scheduler.background(this.#whenIdle)
  }

  async #run(): Promise<void> {
    try {
      // Events that arrive in the same turn belong to the same read.
      await Promise.resolve()
      for (;;) {
        this.#enrichWithoutReading()
        const request = this.#reads.begin()
        if (request === null) break
        const answered = await this.#reads.ask(request)
        this.#write(this.#reads.enrich(answered))
      }
    } catch (error) {
      // Storage failed. No event may wait for a read that nobody does any more.
      this.#deps.scheduler.report('fields_failed', error)
      this.#release()
    } finally {
      this.#reads.end()
      this.#isRunning = false
    }
  }

  /** Ends the waiting of events that need no read, and of all events while the portal cannot be asked. */
  #enrichWithoutReading(): void {
    const { portal } = this.#deps
    const refusal = portal.hasAccess() ? portal.refusal() : 'no_tokens'
    if (refusal !== null) this.#write(this.#reads.oweAgain())
    const groups = this.#waiting
      .byField()
      .filter(([, events]) => refusal !== null || needsNoRead(events))
    // Events that need a read are in these groups only when there is a refusal, so the reason `not_found` is
    // never told.
    this.#write(groups.map((group) => this.#reads.enrichUnread(group, refusal ?? 'not_found')))
  }

  /** Sleeps until the budget of the oldest event is over, and ends the waiting of this event then. */
  #watch(): void {
    const first = this.#waiting.first()
    if (this.#isWatched || first === null) return
    this.#isWatched = true
    // Only the read under way keeps this sleep alive. Should the object end, the alarm takes over.
    void this.#deps.world.sleep(first.deadline - this.#deps.world.now()).then(() => {
      this.#isWatched = false
      this.endOverdue()
      this.#watch()
    })
  }

  /** Lets the events go out thin whose budget is over. The alarm calls it as well. */
  endOverdue(): void {
    const now = this.#deps.world.now()
    const overdue = this.#waiting.all().filter(({ deadline }) => deadline <= now)
    const reason = this.#deps.portal.blockedUntil() > now ? 'rate_limited' : 'timeout'
    try {
      this.#thin(overdue, reason)
    } catch (error) {
      this.#deps.scheduler.report('fields_failed', error)
      this.#release()
    }
  }

  #thin(events: readonly EventToEnrich[], reason: ThinReason): void {
    this.#write(groupByField(events).map((group) => this.#reads.enrichUnread(group, reason)))
  }

  /**
   * Lets all waiting events go out thin, as their rows stand: storage has failed, and they must not wait for
   * ever.
   */
  #release(): void {
    this.#waiting.clear()
    this.#deps.scheduler.advance()
  }

  /** Writes enrichments, snapshots and reconciled events in one transaction. Then the lanes may go on. */
  #write(enriched: readonly Enriched[]): void {
    const told = enriched.filter(({ enrichments, state, reconciled }) => {
      return enrichments.size > 0 || reconciled !== null || !this.#deps.fields.isStored(state)
    })
    if (told.length === 0) return
    const { writer, fields, reconciliation, scheduler } = this.#deps
    writer.write((transaction) => {
      for (const { enrichments, state, reconciled } of told) {
        for (const [sequence, enrichment] of enrichments) transaction.enrich(sequence, enrichment)
        const toldBy = reconciled === null ? state.toldBy : transaction.insertReconciled(reconciled)
        fields.save({ ...state, toldBy })
      }
    })
    for (const { enrichments } of told) {
      for (const sequence of enrichments.keys()) this.#waiting.end(sequence)
    }
    const owed = told.map(({ state }) => state).filter((state) => owedBy(state).length > 0)
    if (owed.length > 0) reconciliation.owe(owed)
    scheduler.advance()
  }
}
