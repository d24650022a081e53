/**
 * The enrichment of events: it finds out what the events of one portal changed, before the lanes may see
 * them.
 *
 * For example, event 42 says that the field 235 was updated. Event 42 waits here while the field is read. The
 * answer comes after 150 ms, the changes are written into the row of event 42, and the lanes go on. When no
 * answer comes within three seconds, event 42 is delivered thin, without its changes, and its change is
 * *owed*: the late answer, or the next look at the field, tells it by a reconciled event. Either way event 42
 * waits until storage has taken what it tells (enrichment-writer.ts).
 *
 * One read is under way at a time. It enriches the events that had arrived before it began. An event that
 * arrives during the read may stand for a younger change, so it waits for the next read.
 */
import { fieldOf } from '../../core/fields/module-field.ts'
import type { LogEntry, RelayEvent, StoredEvent, ThinReason } from '../../core/log/event.ts'
import { needsNoRead, type EventToEnrich } from '../../core/fields/enrich.ts'
import type { RepeatedEvent } from '../../core/fields/reconciled-event.ts'
import { tellVanished, vanishedEntity } from '../../core/fields/vanished-fields.ts'
import { SAFETY_ALARM_MS } from '../../core/pace/schedule.ts'
import type { LogTransaction, LogWriter } from '../log/log-writer.ts'
import type { CarryingRow } from '../log/rows/row-keeper.ts'
import type { Scheduler } from '../scheduler.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { World } from '../world.ts'
import { startTimer } from '../start-timer.ts'
import type { PortalAccess } from '../tokens/portal-access.ts'
import { EnrichmentWriter } from './enrichment-writer.ts'
import { EventReads } from './event-reads.ts'
import { EventsToEnrich, groupByField } from './events-to-enrich.ts'
import type { FieldStore } from './shelves/field-store.ts'
import { RepeatedEvents } from './repeated-events.ts'
import type { ReconciliationBook } from './reconciliation-book.ts'

/** The time for which an event may wait for its enrichment, in milliseconds. */
export const ENRICH_BUDGET_MS = 3000

/** The dependencies of the enricher. */
export interface EnricherDeps {
  readonly fields: Pick<
    FieldStore,
    | 'find'
    | 'idsOf'
    | 'isStored'
    | 'save'
    | 'loadCarried'
    | 'planCarrying'
    | 'adoptCarried'
    | 'forgetReleased'
  >
  readonly reconciliation: Pick<
    ReconciliationBook,
    'state' | 'owing' | 'saveWithin' | 'adopt' | 'noteEvent'
  >
  readonly writer: Pick<LogWriter, 'write'>
  readonly state: Pick<PortalState, 'head'>
  /** The calls for which events wait. */
  readonly access: PortalAccess
  readonly world: Pick<World, 'now' | 'sleep'>
  readonly scheduler: Scheduler
}

/** The youngest rows of the log, as far as they hold something for the enricher, oldest first. */
export interface StoredRows {
  readonly awaiting: readonly LogEntry[]
  readonly carrying: readonly CarryingRow[]
}

/** The enricher of one portal. */
export class Enricher {
  readonly #deps: EnricherDeps
  readonly #waiting = new EventsToEnrich()
  readonly #repeats: RepeatedEvents
  readonly #reads: EventReads
  readonly #writer: EnrichmentWriter
  #isRunning = false
  /** Ends the timer of the oldest event; null while no timer runs. */
  #endWatch: (() => void) | null = null
  #whenIdle = Promise.resolve()

  constructor(deps: EnricherDeps) {
    this.#deps = deps
    const { fields, reconciliation, writer, state, access, world, scheduler } = deps
    const waiting = this.#waiting
    const repeats = new RepeatedEvents({ world, scheduler, onDue: () => this.#start() })
    const carriedFor = () =>
      access.hasAccess() ? { generation: access.generation(), head: state.head() } : null
    this.#repeats = repeats
    this.#reads = new EventReads({ waiting, repeats, fields, access, world })
    this.#writer = new EnrichmentWriter({
      waiting,
      fields,
      reconciliation,
      writer,
      carriedFor,
      world,
      scheduler,
    })
  }

  /**
   * Takes over what the rows carry, and the events that waited when the object ended. A former version of this program
   * let lanes tell an event whose enrichment storage had refused. Such an event stays thin, and its change is owed: a
   * snapshot moves only with an event that nobody has seen yet.
   */
  load({ awaiting, carrying }: StoredRows, isTold: (entry: LogEntry) => boolean): void {
    const { fields, access } = this.#deps
    fields.loadCarried(carrying, access.generation())
    const deadline = this.#deps.world.now() + ENRICH_BUDGET_MS
    // All events are taken over before the first one ends its waiting. Otherwise a lane that goes on then would see
    // events that still wait.
    for (const entry of awaiting) this.#waiting.add([entry], isTold(entry) ? 0 : deadline)
    this.catchUp()
  }

  /**
   * Whether an event has to wait here before lanes may see it: it is about a field, and the portal can be
   * asked.
   */
  awaits(event: RelayEvent): boolean {
    return fieldOf(event) !== null && event.quarantined === null && this.#deps.access.hasAccess()
  }

  /** Takes over the events that were just stored and wait for their enrichment. */
  accept(events: readonly StoredEvent[]): void {
    this.#deps.fields.forgetReleased()
    if (events.length > 0) this.#deps.reconciliation.noteEvent()
    this.#waiting.add(events, this.#deps.world.now() + ENRICH_BUDGET_MS)
    if (this.#waiting.first() !== null) this.#start()
  }

  /** Tells the fields that have vanished with the smart process that the event deletes, directly behind it. */
  tellWithin(event: RelayEvent, transaction: Pick<LogTransaction, 'insertReconciled'>): void {
    const { fields, world } = this.#deps
    const entityId = vanishedEntity(event)
    if (entityId === null) return
    for (const id of fields.idsOf({ family: 'type', entityId })) {
      const known = fields.find(id)
      const told = known && tellVanished(known, event, world.now())
      if (told === null) continue
      const toldBy = transaction.insertReconciled(told.reconciled)
      fields.save([{ ...told.state, toldBy }])
    }
  }

  /**
   * Notes that Bitrix24 has sent an event again whose first one was received at `firstAt`. The second one may
   * stand for a change after the read for the first one, so the field is read once more, unless the first one
   * still waits for its read.
   */
  noteRepeated(repeated: RepeatedEvent, firstAt: number): void {
    const { sequence, event } = repeated
    const isRead = sequence <= this.#reads.readUpTo() || this.#writer.holds(event.field.id)
    const waits = this.#waiting.has(sequence) && !isRead
    if (!waits && this.#deps.access.hasAccess()) this.#repeats.note(repeated, firstAt)
  }

  /** The last sequence that lanes may see: the one before the first event that waits, else the head of the log. */
  readableHead(): number {
    const first = this.#waiting.first()
    return first === null ? this.#deps.state.head() : first.sequence - 1
  }

  /**
   * The time at which the alarm has to go on here; null when nothing waits. While the object lives, it ends the
   * waiting in time by itself, and the alarm is there for an object that ends before. The alarm also tries
   * again to store what storage has refused.
   */
  dueAt(): number | null {
    const isIdle = this.#waiting.first() === null && this.#repeats.isEmpty()
    return this.#writer.dueAt() ?? (isIdle ? null : this.#deps.world.now() + SAFETY_ALARM_MS)
  }

  /**
   * Whether something about the field is still to be told: an event of it waits, it is to be read once more, or
   * storage has refused what was read.
   */
  isWaiting(fieldId: number): boolean {
    const hasEvent = this.#waiting.ofField(fieldId).length > 0
    return hasEvent || this.#reads.isRepeated(fieldId) || this.#writer.holds(fieldId)
  }

  /** Resolves when no read for an event is under way. */
  idle(): Promise<void> {
    return this.#whenIdle
  }

  /** Lets all waiting events go out thin: the installation has ended. */
  endAll(reason: ThinReason): void {
    this.#reads.forgetRereads()
    this.#writer.clear()
    this.#thin(this.#waiting.all(), reason)
  }

  /** Forgets all waiting events: the log was deleted. */
  clear(): void {
    this.#waiting.clear()
    this.#writer.clear()
    this.#reads.forgetRereads()
    this.#restWatch()
  }

  /**
   * Ends the waiting of every event whose budget is over. Once storage takes what it has refused before, the
   * reads for the other events go on. The alarm calls it as well.
   */
  catchUp(): void {
    if (this.#endOverdue()) this.#start()
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
      // While storage refuses, reads rest: their answers could not be stored either.
      while (this.#endOverdue() && this.#enrichWithoutReading()) {
        const request = this.#reads.begin()
        if (request === null) break
        const answered = await this.#reads.ask(request)
        if (!this.#writer.write(this.#reads.enrich(answered))) break
      }
    } catch (error) {
      // The events go on waiting, and end their waiting in time without a read.
      this.#deps.scheduler.report('fields_failed', error)
    } finally {
      this.#reads.end()
      this.#isRunning = false
      this.#restWatch()
    }
  }

  /**
   * Ends the waiting of events that need no read, and of all events while the portal cannot be asked. False
   * when storage refuses.
   */
  #enrichWithoutReading(): boolean {
    const { access } = this.#deps
    const refusal = access.hasAccess() ? access.refusal() : 'no_tokens'
    if (refusal !== null && !this.#writer.write(this.#reads.oweRereads())) return false
    const groups = this.#waiting.byField()
    return this.#writer.write(
      refusal === null
        ? groups
            .filter(([, events]) => needsNoRead(events))
            .map((group) => this.#reads.enrichDeleted(group))
        : groups.map((group) => this.#reads.enrichUnread(group, refusal)),
    )
  }

  /** Sleeps until the budget of the oldest event is over, and ends the waiting of this event then. */
  #watch(): void {
    const first = this.#waiting.first()
    if (this.#endWatch !== null || first === null) return
    const { world } = this.#deps
    this.#endWatch = startTimer(world, {
      ms: first.deadline - world.now(),
      work: () => {
        this.#endWatch = null
        this.catchUp()
      },
      // Only the read under way keeps the timer alive. Should the object end, the alarm takes over.
      keepAlive: (timer) => void timer,
    })
  }

  /** Ends the timer when nothing waits any more, since it keeps the object awake. */
  #restWatch(): void {
    if (this.#waiting.first() !== null) return
    this.#endWatch?.()
    this.#endWatch = null
  }

  /** Stores what is held, and lets the events whose budget is over go out thin. False when storage refuses. */
  #endOverdue(): boolean {
    const { access, world, scheduler } = this.#deps
    const now = world.now()
    try {
      this.#writer.catchUp()
      const overdue = this.#waiting.all().filter(({ deadline }) => deadline <= now)
      this.#thin(overdue, access.blockedUntil() > now ? 'rate_limited' : 'timeout')
    } catch (error) {
      // Storage cannot even be read. The alarm tries again.
      scheduler.report('fields_failed', error)
      return false
    }
    return this.#writer.dueAt() === null
  }

  #thin(events: readonly EventToEnrich[], reason: ThinReason): void {
    this.#writer.write(groupByField(events).map((group) => this.#reads.enrichUnread(group, reason)))
  }
}
