/**
 * All SQL over the fields of a portal: one row for each field, and one row for the state of all comparisons.
 */
import type { FieldState } from '../../core/fields/field-state.ts'
import { NO_RECONCILIATION, type ReconciliationState } from '../../core/fields/reconciliation.ts'
import {
  formatField,
  parseEntity,
  parseField,
  parseReconciliation,
  type FieldEntity,
} from './field-rows.ts'
import { numberOf, type Database } from '../../storage/database.ts'
import type { DamagedRows } from '../state/damaged-rows.ts'

/** The fields of one portal. */
export class FieldStore {
  readonly #db: Database
  readonly #damaged: Pick<DamagedRows, 'setAside'>
  readonly #versions = new Map<number, number>()

  constructor(db: Database, damaged: Pick<DamagedRows, 'setAside'>) {
    this.#db = db
    this.#damaged = damaged
  }

  /** One field; null when it was never met, or when its row is damaged. */
  find(id: number): FieldState | null {
    const row = this.#db.all('SELECT state FROM fields WHERE id = ?', id)[0]
    if (row === undefined) return null
    const field = parseField(row)
    if (field === null) this.#damaged.setAside('fields', id)
    return field
  }

  /**
   * The version of a field. It grows with every write of the field, by which a read that is older than the
   * write is recognised.
   */
  versionOf(id: number): number {
    return this.#versions.get(id) ?? 0
  }

  /** Writes one field. */
  save(field: FieldState): void {
    this.#versions.set(field.id, this.versionOf(field.id) + 1)
    this.#db.all(
      `INSERT INTO fields (id, family, entity_id, state) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET
         family = excluded.family, entity_id = excluded.entity_id, state = excluded.state`,
      field.id,
      field.family,
      field.entityId,
      formatField(field),
    )
  }

  /** Whether the stored field says exactly the same. */
  isStored(field: FieldState): boolean {
    const known = this.find(field.id)
    return known !== null && formatField(known) === formatField(field)
  }

  /** The ids of all fields of an entity, also of fields that are gone. */
  idsOf({ family, entityId }: FieldEntity): number[] {
    return this.#db
      .all('SELECT id FROM fields WHERE family = ? AND entity_id = ? ORDER BY id', family, entityId)
      .map((row) => numberOf(row, 'id'))
  }

  /** About the bytes that all fields take. It reads every field. */
  bytes(): number {
    const [row] = this.#db.all('SELECT coalesce(sum(octet_length(state)), 0) AS bytes FROM fields')
    return row === undefined ? 0 : numberOf(row, 'bytes')
  }

  /** Every entity of which a field was ever met. */
  entities(): FieldEntity[] {
    return this.#db
      .all('SELECT DISTINCT family, entity_id FROM fields ORDER BY family, entity_id')
      .map(parseEntity)
      .filter((entity) => entity !== null)
  }

  /** The state of all comparisons; an empty one when its row is damaged. */
  loadReconciliation(): ReconciliationState {
    const row = this.#db.all('SELECT state FROM reconciliation WHERE id = 1')[0]
    const state = parseReconciliation(row)
    if (row !== undefined && state === NO_RECONCILIATION) this.#damaged.setAside('reconciliation')
    return state
  }

  /** Writes the state of all comparisons. */
  saveReconciliation(state: ReconciliationState): void {
    this.#db.all(
      `INSERT INTO reconciliation (id, state) VALUES (1, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
      JSON.stringify(state),
    )
  }

  /** Forgets fields that are gone and that were last read before a time, in unix milliseconds. */
  dropGone(before: number): void {
    this.#db.all(
      // A damaged row is met, and set aside, by whoever looks for its field.
      `DELETE FROM fields WHERE iif(json_valid(state), json_extract(state, '$.isGone')
         AND coalesce(json_extract(state, '$.readAt'), 0) < ?, 0)`,
      before,
    )
  }

  /** Forgets everything, since the fields that are read after a new installation are a new beginning. */
  clear(): void {
    this.#db.all('DELETE FROM fields')
    this.#db.all('DELETE FROM reconciliation')
  }
}
