/** All SQL over what is known of a portal's fields: one row a field, and one row of reconciliation. */
import type { FieldState } from '../../core/fields/field-state.ts'
import type { FieldFamily } from '../../core/log/event.ts'
import type { ReconciliationState } from '../../core/fields/reconciliation.ts'
import { formatField, parseField, parseReconciliation } from './field-rows.ts'
import { numberOf, textOf, type Database } from '../../storage/database.ts'

/** What a family's fields belong to: `CRM_REQUISITE`, or one smart process such as `CRM_13`. */
export interface FieldEntity {
  readonly family: FieldFamily
  readonly entityId: string
}

/** The fields of one portal. */
export class FieldStore {
  readonly #db: Database
  readonly #versions = new Map<number, number>()

  constructor(db: Database) {
    this.#db = db
  }

  /** One field; null when it was never met. */
  find(id: number): FieldState | null {
    const row = this.#db.all('SELECT state FROM fields WHERE id = ?', id)[0]
    return row === undefined ? null : parseField(row)
  }

  /** Grows with every write of a field, so that an older read can be told from a newer one. */
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

  /** Whether a field stands in storage exactly like this. */
  isStored(field: FieldState): boolean {
    const known = this.find(field.id)
    return known !== null && formatField(known) === formatField(field)
  }

  /** The ids of an entity's fields, those that are gone included. */
  idsOf({ family, entityId }: FieldEntity): number[] {
    return this.#db
      .all('SELECT id FROM fields WHERE family = ? AND entity_id = ? ORDER BY id', family, entityId)
      .map((row) => numberOf(row, 'id'))
  }

  /** Every entity that a field was met of. */
  entities(): FieldEntity[] {
    return this.#db
      .all('SELECT DISTINCT family, entity_id FROM fields ORDER BY family, entity_id')
      .map((row) => ({
        // Sound: only `save` writes the column.
        family: textOf(row, 'family') as FieldFamily,
        entityId: textOf(row, 'entity_id'),
      }))
  }

  /** What reconciliation remembers. */
  loadReconciliation(): ReconciliationState {
    const row = this.#db.all('SELECT state FROM reconciliation WHERE id = 1')[0]
    return parseReconciliation(row)
  }

  /** Writes what reconciliation remembers. */
  saveReconciliation(state: ReconciliationState): void {
    this.#db.all(
      `INSERT INTO reconciliation (id, state) VALUES (1, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
      JSON.stringify(state),
    )
  }

  /** Forgets fields that are gone and were last read before a time, in unix milliseconds. */
  dropGone(before: number): void {
    this.#db.all(
      `DELETE FROM fields WHERE json_extract(state, '$.isGone')
         AND coalesce(json_extract(state, '$.readAt'), 0) < ?`,
      before,
    )
  }

  /** Forgets everything: what is read after a new installation is a new beginning. */
  clear(): void {
    this.#db.all('DELETE FROM fields')
    this.#db.all('DELETE FROM reconciliation')
  }
}
