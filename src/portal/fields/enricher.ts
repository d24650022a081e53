/**
 * Finds out what the events of one portal changed. An event waits here between its append and the lanes,
 * at most for its budget; then it goes out thin, and what its read would have told is told by a reconciled
 * event. One read is under way at a time, and it explains the events that had arrived before it began.
 */
import { MAX_BATCH_COMMANDS } from '../../bitrix24/servers/batch.ts'
import { readFields, thinReasonOf, type FieldReads } from '../../bitrix24/fields/field-reader.ts'
import type { RestError } from '../../bitrix24/servers/rest-error.ts'
import type { LogEntry, RelayEvent, ThinReason, UserField } from '../../core/log/event.ts'
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
import { nextBatch, type ReadBatch } from './read-batch.ts'
import { UserNames } from './user-names.ts'
import { groupByField, EventsToEnrich, type TimedEvent } from './events-to-enrich.ts'

/** How long an event may wait to be explained, in milliseconds. */
export const ENRICH_BUDGET_MS = 3000

/** What the enricher needs. */
export interface EnricherDeps {
  readonly fields: Pick<FieldStore, 'find' | 'isStored' | 'save'>
  readonly reconciliation: Pick<ReconciliationBook, 'owe' | 'noteEvent'>
  readonly writer: Pick<LogWriter, 'write'>
  /** Calls that an event waits for. */
  readonly portal: PortalAccess
  readonly world: Pick<World, 'now' | 'sleep'>
  readonly scheduler: Scheduler
}

/** An event with the sequence that it has. */
export interface StoredEvent {
  readonly sequence: number
  readonly event: RelayEvent
}

/** The events of one portal that wait to be explained. */
export class Enricher {
  readonly #deps: EnricherDeps
  readonly #names: UserNames
  readonly #waiting = new EventsToEnrich()
  /** Fields that a repeated event asks to be read once more. */
  readonly #again = new Map<number, UserField>()
  #batch: ReadBatch | null = null
  /** Fewer for the rest of a run after an answer that was too large. */
  #maxCommands = MAX_BATCH_COMMANDS
  #isRunning = false
  #isWatched = false
  #whenIdle = Promise.resolve()

  constructor(deps: EnricherDeps) {
    this.#deps = deps
    this.#names = new UserNames(() => deps.world.now())
  }

  /**
   * Takes over the events that waited when the object ended, oldest first. An event that a lane has passed already (storage
   * had refused to explain it) stays thin, and its change is owed: a snapshot moves only on events that nobody has seen.
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

  /** Whether an event has to wait here before it is delivered. */
  awaits(event: RelayEvent): boolean {
    return event.field !== null && event.quarantined === null && this.#deps.portal.hasAccess()
  }

  /** Takes over the events that were just stored and wait to be explained. */
  accept(events: readonly StoredEvent[]): void {
    if (events.length > 0) this.#deps.reconciliation.noteEvent()
    this.#take(events)
  }

  #take(events: readonly StoredEvent[]): void {
    this.#waiting.add(events, this.#deps.world.now() + ENRICH_BUDGET_MS)
    if (this.#waiting.first() !== null) this.#start()
  }

  /** A repeated event may speak of a change that the first one's read was too early for. */
  repeated(sequence: number, field: UserField): void {
    const waits = this.#waiting.has(sequence) && sequence > (this.#batch?.upTo ?? 0)
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
   * When the alarm has to end the waiting, should the object itself end before it can; null when nothing waits.
   * While the object lives, it ends the waiting in time.
   */
  dueAt(): number | null {
    return this.#waiting.first() === null ? null : this.#deps.world.now() + SAFETY_ALARM_MS
  }

  /** Whether an event of the field waits. */
  isWaiting(fieldId: number): boolean {
    return this.#waiting.ofField(fieldId).length > 0
  }

  /** Resolves when no read for an event is under way. */
  idle(): Promise<void> {
    return this.#whenIdle
  }

  /** Lets everything go that waits: the installation has ended. */
  endAll(reason: ThinReason): void {
    this.#again.clear()
    this.#thin(this.#waiting.all(), reason)
  }

  /** Forgets everything that waits: the log was deleted. */
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
      // What arrives in the same turn belongs to the same read.
      await Promise.resolve()
      for (;;) {
        this.#settleWithoutReading()
        this.#batch = nextBatch(this.#waiting, this.#again, {
          isKnown: (userId) => this.#names.has(userId),
          maxCommands: this.#maxCommands,
        })
        if (this.#batch === null) break
        await this.#read(this.#batch)
      }
    } catch (error) {
      // Storage failed: nothing must wait for a read that nobody does.
      this.#deps.scheduler.report('knowledge_failed', error)
      this.#release()
    } finally {
      this.#batch = null
      this.#maxCommands = MAX_BATCH_COMMANDS
      this.#isRunning = false
    }
  }

  #settleWithoutReading(): void {
    const { portal } = this.#deps
    const refusal = portal.hasAccess() ? portal.refusal() : 'no_tokens'
    const settled = this.#waiting
      .byField()
      .filter(([, events]) => refusal !== null || needsNoRead(events))
    if (refusal !== null) this.#again.clear()
    // Without a refusal there are only fields among them that need none.
    this.#write(settled.map((group) => this.#explainUnread(group, refusal ?? 'not_found')))
  }

  /** Explains the events of one field without asking the portal. */
  #explainUnread(
    [field, events]: readonly [UserField, readonly EventToEnrich[]],
    reason: ThinReason,
  ): Enriched {
    const state = this.#stateOf(field)
    const userNames = this.#names.known()
    return needsNoRead(events)
      ? enrichGone(state, events, { readAt: this.#deps.world.now(), userNames })
      : enrichThin(state, events, { reason, userNames })
  }

  async #read(batch: ReadBatch): Promise<void> {
    const { fields, userIds } = batch
    const { portal } = this.#deps
    const generation = portal.generation()
    const answer = await readFields(fields, userIds, portal.call)
    if (portal.generation() !== generation) return
    if (answer.ok) {
      this.#names.learn(answer.value.userNames)
      const { retryAfterMs } = answer.value
      if (retryAfterMs !== null) portal.obey(retryAfterMs)
    } else if (answer.error.code === 'answer_too_large' && fields.length > 1) {
      this.#maxCommands = Math.ceil((fields.length + userIds.length) / 2)
      for (const field of fields) if (!this.isWaiting(field.id)) this.#again.set(field.id, field)
      return
    }
    this.#write(fields.flatMap((field) => this.#explain(field, batch, answer) ?? []))
  }

  #explain(
    field: UserField,
    { upTo }: ReadBatch,
    answer: Result<FieldReads, RestError>,
  ): Enriched | null {
    const waiting = this.#waiting.ofField(field.id)
    const events = waiting.filter(({ sequence }) => sequence <= upTo)
    // A reconciled event would stand behind one that waits and tells what comes later: that one tells both.
    if (events.length === 0 && waiting.length > 0) return null
    const state = this.#stateOf(field)
    const read = readOf(field.id, answer)
    const userNames = this.#names.known()
    const readAt = (answer.ok ? answer.value.readAt : null) ?? this.#deps.world.now()
    if (read.kind === 'found') {
      // A comparison has read the field after this read had begun.
      if (events.length === 0 && (readAtOf(state) ?? 0) > readAt) return null
      return enrichFound(state, events, { attributes: read.attributes, readAt, userNames })
    }
    if (read.kind === 'gone') return enrichGone(state, events, { readAt, userNames })
    if (events.length === 0 || this.#canStillAsk(read, events)) return null
    return enrichThin(state, events, { reason: read.reason, userNames })
  }

  /** A limit that ends within the budget is waited for. */
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

  /** Ends the waiting of the events whose budget is over. */
  #watch(): void {
    const first = this.#waiting.first()
    if (this.#isWatched || first === null) return
    this.#isWatched = true
    // Not kept alive by itself: the read that is waited for is, and so is the alarm.
    void this.#deps.world.sleep(first.deadline - this.#deps.world.now()).then(() => {
      this.#isWatched = false
      this.endOverdue()
      this.#watch()
    })
  }

  /** Lets those events go thin whose budget is over; called by the alarm as well. */
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
    this.#write(groupByField(events).map((group) => this.#explainUnread(group, reason)))
  }

  /** Storage refuses: events are delivered thin as their rows stand, without being explained. */
  #release(): void {
    this.#waiting.clear()
    this.#deps.scheduler.advance()
  }

  #write(explained: readonly Enriched[]): void {
    const told = explained.filter(({ enrichments, state, reconciled }) => {
      return enrichments.size > 0 || reconciled !== null || !this.#deps.fields.isStored(state)
    })
    if (told.length === 0) return
    const { writer, fields, reconciliation, scheduler } = this.#deps
    writer.write((transaction) => {
      for (const { enrichments, state, reconciled } of told) {
        for (const [sequence, enrichment] of enrichments) transaction.explain(sequence, enrichment)
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
