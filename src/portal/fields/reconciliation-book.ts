/**
 * The memory of one portal's comparisons: the time of the last one, the fields that are to be looked at
 * again, and the time of the last event about a field. It is one row with a copy in memory, which changes
 * only after the row.
 */
import type { FieldRef } from '../../core/fields/field-read.ts'
import {
  AFTER_BURST_MS,
  correctTimes,
  NO_RECONCILIATION,
  OWED_LOOK_MS,
  suspectField,
  type ReconciliationState,
} from '../../core/fields/reconciliation.ts'
import type { Database } from '../../storage/database.ts'
import type { World } from '../world.ts'
import type { FieldStore } from './shelves/field-store.ts'

/** The dependencies of the book. */
export interface ReconciliationBookDeps {
  readonly db: Pick<Database, 'transaction'>
  readonly fields: Pick<
    FieldStore,
    'loadReconciliation' | 'saveReconciliation' | 'clear' | 'forgetCarried'
  >
  readonly world: Pick<World, 'now'>
}

/** The book of one portal's comparisons. */
export class ReconciliationBook {
  readonly #deps: ReconciliationBookDeps
  #state: ReconciliationState = NO_RECONCILIATION
  #lastEventAt: number | null = null

  constructor(deps: ReconciliationBookDeps) {
    this.#deps = deps
  }

  /**
   * Reads the row. `lastEventSince` tells from the log when the last event about a field came, if it came at that
   * time or later, in unix milliseconds. Only an event since the last comparison matters. An event whose comparison
   * was due more than ten minutes ago does not, since its alarm has come in between.
   */
  load(lastEventSince: (time: number) => number | null): void {
    this.#state = this.#deps.fields.loadReconciliation()
    const { startedAt } = this.state()
    const recently = this.#deps.world.now() - 2 * AFTER_BURST_MS
    this.#lastEventAt = startedAt === null ? null : lastEventSince(Math.max(startedAt, recently))
  }

  /** The state as memory has it. Times that only a wrong clock can have noted are taken out. */
  state(): ReconciliationState {
    this.#state = correctTimes(this.#state, this.#deps.world.now())
    return this.#state
  }

  /**
   * The time of the last event about a field since the last comparison, in unix milliseconds, the present at the
   * latest; null without one.
   */
  lastEventAt(): number | null {
    return this.#lastEventAt && Math.min(this.#lastEventAt, this.#deps.world.now())
  }

  /** Notes that an event about a field has arrived now, or that events may have been lost. */
  noteEvent(): void {
    this.#lastEventAt = this.#deps.world.now()
  }

  /** Stores the state in a transaction of its own. */
  save(next: ReconciliationState): void {
    this.#deps.db.transaction(() => this.#deps.fields.saveReconciliation(next))
    this.#state = next
  }

  /** Stores the state inside the caller's transaction; memory follows with `adopt` once that has returned. */
  saveWithin(next: ReconciliationState): void {
    this.#deps.fields.saveReconciliation(next)
  }

  /** Takes over the state that `saveWithin` has written. */
  adopt(next: ReconciliationState): void {
    this.#state = next
  }

  /** The state in which the fields whose thin events owe a change are read again soon. */
  owing(fields: readonly FieldRef[]): ReconciliationState {
    const dueAt = this.#deps.world.now() + OWED_LOOK_MS
    let next = this.#state
    for (const { id, family, entityId } of fields) {
      if (next.suspects.some((known) => known.id === id)) continue
      next = suspectField(next, { id, family, entityId, dueAt, seen: null, looks: 0 })
    }
    return next
  }

  /** Forgets everything, also the known fields: the installation has ended. */
  clear(): void {
    this.#deps.db.transaction(() => this.clearWithin())
    this.#deps.fields.forgetCarried()
    this.#state = NO_RECONCILIATION
  }

  /** Deletes the rows inside the caller's transaction. */
  clearWithin(): void {
    this.#deps.fields.clear()
  }
}
