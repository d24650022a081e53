/**
 * The writing of enrichments. Each one is stored, with the snapshot and the reconciled event that belong to it,
 * before a lane may see its event: so an event tells the same after a crash.
 *
 * For example, the read for event 42 has found a change, and storage refuses to write it. The change is held
 * here, and event 42 goes on waiting. Storage takes the change at the next try, and the lanes go on. Should the
 * object end before, then nobody was told anything of event 42, and it is read anew.
 */
import { owedBy } from '../../core/fields/field-state.ts'
import type { Enriched } from '../../core/fields/enrich.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import type { LogWriter } from '../log/log-writer.ts'
import type { Scheduler } from '../scheduler.ts'
import type { World } from '../world.ts'
import type { EventsToEnrich } from './events-to-enrich.ts'
import type { CarriedField } from './shelves/carried-fields.ts'
import type { CarriedFor, FieldStore } from './shelves/field-store.ts'
import type { ReconciliationBook } from './reconciliation-book.ts'

/** The wait after which the alarm tries again to store a refused enrichment, in milliseconds. */
export const REFUSED_RETRY_MS = MINUTE_MS

/** The dependencies of the writer. */
export interface EnrichmentWriterDeps {
  /** The events that wait. The waiting of an event ends when its enrichment is stored. */
  readonly waiting: EventsToEnrich
  readonly fields: Pick<FieldStore, 'isStored' | 'save' | 'planCarrying' | 'adoptCarried'>
  readonly reconciliation: Pick<ReconciliationBook, 'state' | 'owing' | 'saveWithin' | 'adopt'>
  readonly writer: Pick<LogWriter, 'write'>
  /** The terms on which rows may carry fields; null after the end of an installation. */
  readonly carriedFor: () => CarriedFor | null
  readonly world: Pick<World, 'now'>
  readonly scheduler: Pick<Scheduler, 'advance' | 'report'>
}

/** The writer of one portal's enrichments. */
export class EnrichmentWriter {
  readonly #deps: EnrichmentWriterDeps
  /** The enrichments that storage has refused, by field. */
  readonly #held = new Map<number, Enriched>()
  #refusedAt = 0

  constructor(deps: EnrichmentWriterDeps) {
    this.#deps = deps
  }

  /**
   * Stores enrichments, at most one for each field. False when storage refuses some of them. A refused enrichment is
   * held, unless another one of its field is held already. A held enrichment is dropped when anything else about its
   * field is stored, since it rests on the field as it was before.
   */
  write(enriched: readonly Enriched[]): boolean {
    return this.#tryToStore(enriched.filter((one) => this.#saysAnything(one)))
  }

  /** Stores the held enrichments, as far as storage takes them now. */
  catchUp(): void {
    this.#tryToStore([...this.#held.values()])
  }

  /**
   * Stores all enrichments in one transaction. When storage refuses it, each field gets a transaction of its own, so
   * that one field that cannot be stored does not take the others with it.
   */
  #tryToStore(told: readonly Enriched[]): boolean {
    const { scheduler, world } = this.#deps
    if (told.length === 0) return true
    let refused: readonly Enriched[] = []
    try {
      this.#store(told)
    } catch (error) {
      scheduler.report('fields_failed', error)
      refused = told.length === 1 ? told : told.filter((one) => !this.#storesAlone(one))
    }
    for (const one of refused) {
      const { id } = one.state
      if (!this.#held.has(id)) this.#held.set(id, one)
    }
    if (refused.length > 0) this.#refusedAt = world.now()
    scheduler.advance()
    return refused.length === 0
  }

  #storesAlone(one: Enriched): boolean {
    try {
      this.#store([one])
      return true
    } catch {
      // Swallows the refusal: the one of all together was reported.
      return false
    }
  }

  /** Whether something about the field is held. */
  holds(fieldId: number): boolean {
    return this.#held.has(fieldId)
  }

  /** The time at which the alarm has to try again; null while nothing is held. */
  dueAt(): number | null {
    return this.#held.size === 0 ? null : this.#refusedAt + REFUSED_RETRY_MS
  }

  /** Forgets the held enrichments: the installation has ended. */
  clear(): void {
    this.#held.clear()
  }

  #saysAnything({ enrichments, state, reconciled }: Enriched): boolean {
    return enrichments.size > 0 || reconciled !== null || !this.#deps.fields.isStored(state)
  }

  /** Stores in one transaction. Memory follows when it has returned. */
  #store(told: readonly Enriched[]): void {
    const { waiting, fields, reconciliation, writer } = this.#deps
    const owing = told.map(({ state }) => state).filter((state) => owedBy(state).length > 0)
    const next = reconciliation.owing(owing)
    const carried = told.map(({ enrichments, state }) => ({
      sequence: Math.max(...enrichments.keys()),
      state,
    }))
    const texts = this.#planCarrying(told, carried)
    writer.write((transaction) => {
      const states = told.map(({ enrichments, state, reconciled }) => {
        for (const [sequence, enrichment] of enrichments) {
          transaction.enrich(sequence, enrichment, texts?.get(sequence) ?? null)
        }
        const toldBy = reconciled === null ? state.toldBy : transaction.insertReconciled(reconciled)
        return { ...state, toldBy }
      })
      if (texts === null) fields.save(states)
      if (next !== reconciliation.state()) reconciliation.saveWithin(next)
    })
    reconciliation.adopt(next)
    if (texts !== null) fields.adoptCarried(carried)
    for (const { enrichments, state } of told) {
      for (const sequence of enrichments.keys()) waiting.end(sequence)
      this.#held.delete(state.id)
    }
  }
  /**
   * The texts that the rows of the explained events carry of their fields; null when the fields have rows of their
   * own.
   */
  #planCarrying(told: readonly Enriched[], carried: readonly CarriedField[]) {
    const { carriedFor, fields } = this.#deps
    const terms = carriedFor()
    if (terms === null || told.some(({ reconciled }) => reconciled !== null)) return null
    return fields.planCarrying(carried, terms)
  }
}
