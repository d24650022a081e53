/**
 * The stored fields of a portal, and the state of all comparisons in one row. Fields stand together on shelves
 * (shelf-store.ts). One with a large definition has a row of its own, and so has one that a former version has written,
 * until it is written next.
 *
 * The newest state of some fields is carried by the rows of the events that told it (carried-fields.ts). These states
 * are put on their shelves together, with whatever else is written of a field, or when a row that carries one is not
 * among the youngest any more.
 */
import type { FieldRef } from '../../../core/fields/field-read.ts'
import type { FieldState } from '../../../core/fields/field-state.ts'
import { NO_RECONCILIATION, type ReconciliationState } from '../../../core/fields/reconciliation.ts'
import {
  formatField,
  parseEntity,
  parseField,
  parseReconciliation,
  parseStoredField,
  type FieldEntity,
} from './field-rows.ts'
import { carriedId, formatCarried, parseCarried, type CarriedField } from './carried-fields.ts'
import { takenUpTo, ShelfStore, shelfOf, withUpTo, type ShelfContent } from './shelf-store.ts'
import { numberOf, type Database } from '../../../storage/database.ts'
import {
  CARRYING_ROWS,
  type CarriedText,
  type CarryingRow,
  type RowKeeper,
} from '../../log/rows/row-keeper.ts'
import type { DamagedRows } from '../../state/damaged-rows.ts'

/** The longest field on a shelf, in characters of its JSON: a row holds 2 MB (docs/cloudflare.md#storage-limits). */
const MAX_SHELVED = 32 * 1024

/** The terms on which rows may carry fields. */
export interface CarriedFor {
  readonly generation: number
  /** The last sequence of the log. */
  readonly head: number
}

/** The fields of one portal. */
export class FieldStore implements RowKeeper {
  readonly #db: Database
  readonly #damaged: Pick<DamagedRows, 'setAside'>
  readonly #shelves: ShelfStore
  readonly #versions = new Map<number, number>()
  /** The states that rows of the log carry, by field. */
  readonly #carried = new Map<number, CarriedField>()
  /** Whether some of them were put on their shelves since they were last looked through. */
  #isReleased = false

  constructor(db: Database, damaged: Pick<DamagedRows, 'setAside'>) {
    this.#db = db
    this.#damaged = damaged
    this.#shelves = new ShelfStore(db, damaged)
  }

  /** One field; null when it was never met, or when it is damaged. */
  find(id: number): FieldState | null {
    const carried = this.#carried.get(id)
    if (carried !== undefined && this.#isNewest(carried)) return carried.state
    return this.#findStored(id, this.#shelves.read(shelfOf(id)))
  }

  /** Whether no shelf holds the state yet. A transaction that put it there may have been rolled back. */
  #isNewest({ sequence, state }: CarriedField): boolean {
    return !this.#isReleased || sequence > takenUpTo(this.#shelves.read(shelfOf(state.id)))
  }

  #findStored(id: number, content: ShelfContent): FieldState | null {
    const shelf = shelfOf(id)
    const shelved = content[id]
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

  /**
   * Writes fields, and those that rows carry with them; those of one shelf together. Of two states of one field the
   * last one counts.
   */
  save(fields: readonly FieldState[]): void {
    for (const { id } of fields) this.#versions.set(id, this.versionOf(id) + 1)
    this.#put([...this.#newest().map(({ state }) => state), ...fields])
  }

  /** Takes over the states that the youngest rows of the log carry, oldest first. */
  loadCarried(rows: readonly CarryingRow[], generation: number): void {
    // Each shelf is read once, however many of its fields are carried.
    const shelves = new Map<number, ShelfContent>()
    for (const { sequence, text } of rows) {
      const id = carriedId(text, generation)
      if (id === null) continue
      const shelf = shelfOf(id)
      const content = shelves.get(shelf) ?? this.#shelves.read(shelf)
      shelves.set(shelf, content)
      const shelfUpTo = takenUpTo(content)
      if (sequence <= shelfUpTo) continue
      const stored = this.#findStored(id, content)
      const state = parseCarried(text, { sequence, generation, shelfUpTo, stored })
      if (state !== null) this.#carried.set(id, { sequence, state })
    }
  }

  /**
   * The texts that the rows of events have to carry of these fields, by sequence. Null when `save` has to write the
   * fields: they are large, their rows are old, or enough is carried. Memory follows with `adoptCarried` once the
   * rows are written.
   */
  planCarrying(
    wanted: readonly CarriedField[],
    { generation, head }: CarriedFor,
  ): ReadonlyMap<number, CarriedText> | null {
    const ids = new Set([...this.#newest(), ...wanted].map(({ state }) => state.id))
    if (ids.size > CARRYING_ROWS) return null
    const texts = new Map<number, CarriedText>()
    for (const { sequence, state } of wanted) {
      const { id } = state
      const content = this.#shelves.read(shelfOf(id))
      const shelfUpTo = takenUpTo(content)
      const after = Math.max(head - CARRYING_ROWS, shelfUpTo, this.#carried.get(id)?.sequence ?? 0)
      if (sequence <= after || formatField(state).length > MAX_SHELVED) return null
      const stored = this.#findStored(id, content)
      texts.set(sequence, formatCarried(state, { sequence, generation, shelfUpTo, stored }))
    }
    return texts
  }

  /** Takes over the states that rows carry now. */
  adoptCarried(carried: readonly CarriedField[]): void {
    for (const one of carried) {
      const { id } = one.state
      this.#versions.set(id, this.versionOf(id) + 1)
      this.#carried.set(id, one)
    }
    this.forgetReleased()
  }

  /** Puts all carried states on their shelves, when one of their rows has this sequence or an earlier one. */
  releaseUpTo(sequence: number): void {
    const isOld = (carried: CarriedField): boolean => carried.sequence <= sequence
    if (![...this.#carried.values()].some(isOld)) return
    const newest = this.#newest()
    if (newest.some(isOld)) this.#put(newest.map(({ state }) => state))
  }

  /** Forgets the states that stand on their shelves by now; called after a transaction. */
  forgetReleased(): void {
    if (!this.#isReleased) return
    const newest = this.#newest()
    this.#carried.clear()
    for (const carried of newest) this.#carried.set(carried.state.id, carried)
    this.#isReleased = false
  }

  /** Forgets the carried states: they belonged to an installation that has ended. */
  forgetCarried(): void {
    this.#carried.clear()
  }

  #newest(): readonly CarriedField[] {
    return [...this.#carried.values()].filter((carried) => this.#isNewest(carried))
  }

  #put(fields: readonly FieldState[]): void {
    this.#isReleased = true
    for (const [shelf, together] of Map.groupBy(fields, ({ id }) => shelfOf(id))) {
      this.#saveTogether(shelf, together)
    }
  }

  #saveTogether(shelf: number, fields: readonly FieldState[]): void {
    const content: Record<string, unknown> = { ...this.#shelves.read(shelf) }
    const upTo = this.#takenUpToAfter(shelf, content)
    let isChanged = upTo > takenUpTo(content)
    for (const field of fields) {
      const { id } = field
      const text = formatField(field)
      const isLarge = text.length > MAX_SHELVED
      if (isLarge) this.#saveAlone(field, text)
      else this.#db.all('DELETE FROM fields WHERE id = ?', id)
      isChanged ||= !isLarge || id in content
      if (isLarge) delete content[id]
      else content[id] = JSON.parse(text)
    }
    if (isChanged) this.#shelves.write(shelf, withUpTo(content, upTo))
  }

  /** The last sequence whose row carries, or carried, something of the shelf. */
  #takenUpToAfter(shelf: number, content: ShelfContent): number {
    const carried = [...this.#carried.values()].filter(({ state }) => shelfOf(state.id) === shelf)
    return Math.max(takenUpTo(content), ...carried.map(({ sequence }) => sequence))
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
    return [...new Set([...alone, ...shelved])].toSorted((a, b) => a - b)
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

  /** The names of all fields on shelves, and of those that rows carry. */
  #shelved(): readonly FieldRef[] {
    const found: FieldRef[] = this.#newest().map(({ state }) => refOf(state))
    for (const [, content] of this.#shelves.all()) {
      for (const value of Object.values(content)) {
        const field = parseStoredField(value)
        if (field !== null) found.push(refOf(field))
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
      // A damaged row stays here. The next read of its field sets it aside.
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

function refOf({ family, id, entityId }: FieldRef): FieldRef {
  return { family, id, entityId }
}

function isGoneBefore(value: unknown, before: number): boolean {
  const field = parseStoredField(value)
  return field?.presence === 'gone' && (field.readAt ?? 0) < before
}
