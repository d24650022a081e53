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
import { MAX_BATCH_COMMANDS } from '../../bitrix24/servers/batch.ts'
import { readFields, thinReasonOf, type FieldReads } from '../../bitrix24/fields/field-reader.ts'
import { hasCode, type RestError } from '../../bitrix24/servers/rest-error.ts'
import type {
  LogEntry,
  RelayEvent,
  StoredEvent,
  ThinReason,
  UserField,
} from '../../core/log/event.ts'
import type { FieldRead } from '../../core/fields/field-read.ts'
import {
  enrichFound,
  enrichGone,
  enrichThin,
  needsNoRead,
  type Enriched,
  type EventToEnrich,
} from '../../core/fields/enrich.ts'
import { newFieldState, owedBy, readAtOf, type FieldState } from '../../core/fields/field-state.ts'
import type { Result } from '../../core/result.ts'
import { SAFETY_ALARM_MS } from '../../core/pace/schedule.ts'
import type { LogWriter } from '../log/log-writer.ts'
import type { Scheduler } from '../scheduler.ts'
import type { World } from '../settings.ts'
import type { PortalAccess } from '../tokens/portal-access.ts'
import type { FieldStore } from './field-store.ts'
import type { ReconciliationBook } from './reconciliation-book.ts'
import { nextRead, type FieldsToRead } from './fields-to-read.ts'
import { UserNames } from './user-names.ts'
import { groupByField, EventsToEnrich, type TimedEvent } from './events-to-enrich.ts'

/** How long an event may wait for its enrichment, in milliseconds. */
export const ENRICH_BUDGET_MS = 3000

/** What the enricher needs. */
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
  readonly #names: UserNames
  readonly #waiting = new EventsToEnrich()
  /** The fields that are read once more although no event waits: a repeated event has named them. */
  readonly #again = new Map<number, UserField>()
  /** The read that is under way. */
  #reading: FieldsToRead | null = null
  /** The most commands of one request. An answer that is too large halves it for the rest of the run. */
  #maxCommands = MAX_BATCH_COMMANDS
  #isRunning = false
  #isWatched = false
  #whenIdle = Promise.resolve()

  constructor(deps: EnricherDeps) {
    this.#deps = deps
    this.#names = new UserNames(() => deps.world.now())
  }

  /**
   * Takes over the events that waited when the object ended, oldest first. When storage refused the
   * enrichment of an event, a lane may have passed it already. Such an event stays thin, and its change is
   * owed: a snapshot moves only with an event that nobody has seen yet.
   */
  load(awaiting: readonly LogEntry[], { passedUpTo }: { readonly passedUpTo: number }): void {
    const passed = new EventsToEnrich()
    passed.add(
      awaiting.filter(({ sequence }) => sequence <= passedUpTo),
      0,
    )
    this.#thin(passed.all(), 'timeout')
    this.#take(awaiting.filter(({ sequence }) => sequence > passedUpTo))
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
   * Notes that Bitrix24 has sent an event again that was stored before. The second one may stand for a change
   * after the read for the first one, so the field is read once more, unless the first one still waits for
   * its read.
   */
  repeated(sequence: number, field: UserField): void {
    const waits = this.#waiting.has(sequence) && sequence > (this.#reading?.upTo ?? 0)
    if (waits || !this.#deps.portal.hasAccess()) return
    this.#again.set(field.id, field)
    this.#start()
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
    return this.#waiting.first() === null ? null : this.#deps.world.now() + SAFETY_ALARM_MS
  }

  /** Whether any event of the field waits. */
  isWaiting(fieldId: number): boolean {
    return this.#waiting.ofField(fieldId).length > 0
  }

  /** Resolves when no read for an event is under way. */
  idle(): Promise<void> {
    return this.#whenIdle
  }

  /** Lets all waiting events go out thin: the installation has ended. */
  endAll(reason: ThinReason): void {
    this.#again.clear()
    this.#thin(this.#waiting.all(), reason)
  }

  /** Forgets all waiting events: the log was deleted. */
  clear(): void {
    this.#waiting.clear()
    this.#again.clear()
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
        this.#reading = nextRead(this.#waiting, this.#again, {
          isKnown: (userId) => this.#names.has(userId),
          maxCommands: this.#maxCommands,
        })
        if (this.#reading === null) break
        await this.#read(this.#reading)
      }
    } catch (error) {
      // Storage failed. No event may wait for a read that nobody does any more.
      this.#deps.scheduler.report('knowledge_failed', error)
      this.#release()
    } finally {
      this.#reading = null
      this.#maxCommands = MAX_BATCH_COMMANDS
      this.#isRunning = false
    }
  }

  /** Ends the waiting of events that need no read, and of all events while the portal cannot be asked. */
  #enrichWithoutReading(): void {
    const { portal } = this.#deps
    const refusal = portal.hasAccess() ? portal.refusal() : 'no_tokens'
    if (refusal !== null) this.#again.clear()
    const groups = this.#waiting
      .byField()
      .filter(([, events]) => refusal !== null || needsNoRead(events))
    // Events that need a read are in these groups only when there is a refusal, so the other reason is never
    // told.
    this.#write(groups.map((group) => this.#enrichUnread(group, refusal ?? 'not_found')))
  }

  /** Enriches the events of one field without asking the portal. */
  #enrichUnread(
    [field, events]: readonly [UserField, readonly EventToEnrich[]],
    reason: ThinReason,
  ): Enriched {
    const state = this.#stateOf(field)
    const userNames = this.#names.known()
    return needsNoRead(events)
      ? enrichGone(state, events, { readAt: this.#deps.world.now(), userNames })
      : enrichThin(state, events, { reason, userNames })
  }

  async #read(request: FieldsToRead): Promise<void> {
    const { fields, userIds } = request
    const { portal } = this.#deps
    const generation = portal.generation()
    const answer = await readFields(fields, userIds, portal.call)
    if (portal.generation() !== generation) return
    if (answer.ok) {
      this.#names.learn(answer.value.userNames)
      const { retryAfterMs } = answer.value
      if (retryAfterMs !== null) portal.obey(retryAfterMs)
    } else if (hasCode(answer.error, 'answer_too_large') && fields.length > 1) {
      this.#maxCommands = Math.ceil((fields.length + userIds.length) / 2)
      for (const field of fields) if (!this.isWaiting(field.id)) this.#again.set(field.id, field)
      return
    }
    this.#write(fields.flatMap((field) => this.#enrich(field, request, answer) ?? []))
  }

  /** The meaning of an answer for one field; null when it means nothing yet. */
  #enrich(
    field: UserField,
    { upTo }: FieldsToRead,
    answer: Result<FieldReads, RestError>,
  ): Enriched | null {
    const waiting = this.#waiting.ofField(field.id)
    const events = waiting.filter(({ sequence }) => sequence <= upTo)
    // Events of the field came during the read, and they tell this change too. A reconciled event would stand
    // behind them in the log.
    if (events.length === 0 && waiting.length > 0) return null
    const state = this.#stateOf(field)
    const read = readOf(field.id, answer)
    const userNames = this.#names.known()
    const readAt = (answer.ok ? answer.value.readAt : null) ?? this.#deps.world.now()
    if (read.kind === 'found') {
      // A comparison has read the field since this read began, and knows something younger.
      if (events.length === 0 && (readAtOf(state) ?? 0) > readAt) return null
      return enrichFound(state, events, { attributes: read.attributes, readAt, userNames })
    }
    if (read.kind === 'gone') return enrichGone(state, events, { readAt, userNames })
    if (events.length === 0 || this.#canStillAsk(read, events)) return null
    return enrichThin(state, events, { reason: read.reason, userNames })
  }

  /**
   * Whether the limit of the portal ends before the budget of the events. Then the events wait, and their
   * field is asked for again.
   */
  #canStillAsk(read: FieldRead, events: readonly TimedEvent[]): boolean {
    if (read.kind !== 'failed' || read.reason !== 'rate_limited') return false
    const blockedUntil = this.#deps.portal.blockedUntil()
    return (
      blockedUntil > this.#deps.world.now() &&
      events.every(({ deadline }) => deadline > blockedUntil)
    )
  }

  #stateOf(field: UserField): FieldState {
    return this.#deps.fields.find(field.id) ?? newFieldState(field)
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
      this.#deps.scheduler.report('knowledge_failed', error)
      this.#release()
    }
  }

  #thin(events: readonly EventToEnrich[], reason: ThinReason): void {
    this.#write(groupByField(events).map((group) => this.#enrichUnread(group, reason)))
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

function readOf(id: number, answer: Result<FieldReads, RestError>): FieldRead {
  if (!answer.ok) return { kind: 'failed', reason: thinReasonOf(answer.error) }
  return answer.value.reads.get(id) ?? { kind: 'failed', reason: 'portal_unreachable' }
}
