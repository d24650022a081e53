/**
 * What the comparisons of one portal remember: when it was compared, which fields are to be looked at again, and when
 * the last event about a field arrived. One row and its copy in memory, which changes only after the row has.
 */
import type { FieldRef } from '../../core/fields/field-read.ts'
import {
  NO_RECONCILIATION,
  OWED_LOOK_MS,
  suspectField,
  type ReconciliationState,
} from '../../core/fields/reconciliation.ts'
import type { Database } from '../../storage/database.ts'
import type { World } from '../settings.ts'
import type { FieldStore } from './field-store.ts'

/** What the book needs. */
export interface ReconciliationBookDeps {
  readonly db: Pick<Database, 'transaction'>
  readonly fields: Pick<FieldStore, 'loadReconciliation' | 'saveReconciliation' | 'clear'>
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

  /** Reads the row. `lastEventAt` is what the log tells, in unix milliseconds. */
  load(lastEventAt: number | null): void {
    this.#state = this.#deps.fields.loadReconciliation()
    this.#lastEventAt = lastEventAt
  }

  /** What is remembered now. */
  state(): ReconciliationState {
    return this.#state
  }

  /** When the last event about a field arrived, in unix milliseconds; null when none did. */
  lastEventAt(): number | null {
    return this.#lastEventAt
  }

  /** An event about a field has arrived now, or others may have been lost. */
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

  /** Takes over what `saveWithin` has written. */
  adopt(next: ReconciliationState): void {
    this.#state = next
  }

  /** Thin events owe changes: their fields are read again soon. */
  owe(fields: readonly FieldRef[]): void {
    const dueAt = this.#deps.world.now() + OWED_LOOK_MS
    const owing = fields.filter(({ id }) => !this.#state.suspects.some((known) => known.id === id))
    if (owing.length === 0) return
    let next = this.#state
    for (const { id, family, entityId } of owing) {
      next = suspectField(next, { id, family, entityId, dueAt, seen: null, looks: 0 })
    }
    this.save(next)
  }

  /** Forgets everything, the known fields included: the installation has ended. */
  clear(): void {
    this.#deps.db.transaction(() => this.clearWithin())
    this.#state = NO_RECONCILIATION
  }

  /** Deletes the rows inside the caller's transaction. */
  clearWithin(): void {
    this.#deps.fields.clear()
  }
}
