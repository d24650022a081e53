/**
 * The stored fields of a portal, and the state of all comparisons in one row. Fields stand together on shelves
 * (shelf-store.ts). One with a large definition has a row of its own, and so has one that a former version has written,
 * until it is written next.
 */
import type { FieldRef } from '../../core/fields/field-read.ts'
import type { FieldState } from '../../core/fields/field-state.ts'
import { NO_RECONCILIATION, type ReconciliationState } from '../../core/fields/reconciliation.ts'
import {
  formatField,
  parseEntity,
  parseField,
  parseReconciliation,
  parseStoredField,
  type FieldEntity,
} from './field-rows.ts'
import { ShelfStore, shelfOf } from './shelf-store.ts'
import { numberOf, type Database } from '../../storage/database.ts'
import type { DamagedRows } from '../state/damaged-rows.ts'

/** The longest field on a shelf, in characters of its JSON: a row holds 2 MB (docs/cloudflare.md#storage-limits). */
const MAX_SHELVED = 32 * 1024

/** The fields of one portal. */
export class FieldStore {
  readonly #db: Database
  readonly #damaged: Pick<DamagedRows, 'setAside'>
  readonly #shelves: ShelfStore
  readonly #versions = new Map<number, number>()

  constructor(db: Database, damaged: Pick<DamagedRows, 'setAside'>) {
    this.#db = db
    this.#damaged = damaged
    this.#shelves = new ShelfStore(db, damaged)
  }

  /** One field; null when it was never met, or when it is damaged. */
  find(id: number): FieldState | null {
    const shelf = shelfOf(id)
    const shelved = this.#shelves.read(shelf)[id]
    if (shelved === undefined) return this.#findAlone(id)
    const field = parseStoredField(shelved)
    if (field === null) this.#shelves.setAside(shelf)
    return field
  }

  #findAlone(id: number): FieldState | null {
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

  /** Writes fields, those of one shelf together. Of two states of one field the last one counts. */
  save(fields: readonly FieldState[]): void {
    for (const [shelf, together] of Map.groupBy(fields, ({ id }) => shelfOf(id))) {
      this.#saveTogether(shelf, together)
    }
  }

  #saveTogether(shelf: number, fields: readonly FieldState[]): void {
    const content = { ...this.#shelves.read(shelf) }
    let isChanged = false
    for (const field of fields) {
      const { id } = field
      this.#versions.set(id, this.versionOf(id) + 1)
      const text = formatField(field)
      const isLarge = text.length > MAX_SHELVED
      if (isLarge) this.#saveAlone(field, text)
      else this.#db.all('DELETE FROM fields WHERE id = ?', id)
      isChanged ||= !isLarge || id in content
      if (isLarge) delete content[id]
      else content[id] = JSON.parse(text)
    }
    if (isChanged) this.#shelves.write(shelf, content)
  }

  #saveAlone({ id, family, entityId }: FieldState, text: string): void {
    this.#db.all(
      `INSERT INTO fields (id, family, entity_id, state) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET
         family = excluded.family, entity_id = excluded.entity_id, state = excluded.state`,
      id,
      family,
      entityId,
      text,
    )
  }

  /** Whether the stored field says exactly the same. */
  isStored(field: FieldState): boolean {
    const known = this.find(field.id)
    return known !== null && formatField(known) === formatField(field)
  }

  /** The ids of all fields of an entity, also of fields that are gone. */
  idsOf({ family, entityId }: FieldEntity): number[] {
    const alone = this.#db
      .all('SELECT id FROM fields WHERE family = ? AND entity_id = ?', family, entityId)
      .map((row) => numberOf(row, 'id'))
    const shelved = this.#shelved()
      .filter((field) => field.family === family && field.entityId === entityId)
      .map(({ id }) => id)
    return [...alone, ...shelved].toSorted((a, b) => a - b)
  }

  /** About the bytes that all fields take. It reads every field. */
  bytes(): number {
    const [row] = this.#db.all('SELECT coalesce(sum(octet_length(state)), 0) AS bytes FROM fields')
    return row === undefined ? 0 : numberOf(row, 'bytes')
  }

  /** Every entity of which a field was ever met. */
  entities(): FieldEntity[] {
    const alone = this.#db
      .all('SELECT DISTINCT family, entity_id FROM fields')
      .map(parseEntity)
      .filter((entity) => entity !== null)
    const met = new Map(
      [...alone, ...this.#shelved()].map(({ family, entityId }) => [
        `${family} ${entityId}`,
        { family, entityId },
      ]),
    )
    return [...met].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entity]) => entity)
  }

  /** The names of all fields on shelves. */
  #shelved(): readonly FieldRef[] {
    const found: FieldRef[] = []
    for (const [, content] of this.#shelves.all()) {
      for (const value of Object.values(content)) {
        const field = parseStoredField(value)
        if (field !== null)
          found.push({ family: field.family, id: field.id, entityId: field.entityId })
      }
    }
    return found
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
    for (const [shelf, content] of this.#shelves.all()) {
      const kept = Object.entries(content).filter(([, value]) => !isGoneBefore(value, before))
      if (kept.length < Object.keys(content).length) {
        this.#shelves.write(shelf, Object.fromEntries(kept))
      }
    }
  }

  /** Forgets everything, since the fields that are read after a new installation are a new beginning. */
  clear(): void {
    this.#db.all('DELETE FROM fields')
    this.#shelves.clear()
    this.#db.all('DELETE FROM reconciliation')
  }
}

function isGoneBefore(value: unknown, before: number): boolean {
  const field = parseStoredField(value)
  return field?.presence === 'gone' && (field.readAt ?? 0) < before
}
