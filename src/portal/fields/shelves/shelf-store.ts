/**
 * All SQL over the shelves. A shelf is one row with the states of up to 16 fields whose numbers are neighbours, as
 * those of fields mostly are that somebody edits together: so a read that explains many of them writes few rows.
 */
import {
  hasTable,
  jsonOf,
  numberOf,
  type Database,
  type SqlRow,
  type SqlValue,
} from '../../../storage/database.ts'
import type { DamagedRows } from '../../state/damaged-rows.ts'

/** The most fields of a shelf. */
const FIELDS = 16

/** The content of a shelf, by the numbers of the fields. Each value is a field as it is stored. */
export type ShelfContent = Readonly<Record<string, unknown>>

/** Beside the fields: up to which sequence the shelf holds what rows of the log have carried. */
const TAKEN_UP_TO = 'upTo'

/** The last sequence whose row has carried something that is on the shelf now; 0 without one. */
export function takenUpTo(content: ShelfContent): number {
  const sequence = content[TAKEN_UP_TO]
  return typeof sequence === 'number' ? sequence : 0
}

/** The content of a shelf that has taken over what rows carried up to a sequence; 0 stands for none. */
export function withUpTo(content: ShelfContent, sequence: number): ShelfContent {
  return sequence === 0 ? content : { ...content, [TAKEN_UP_TO]: sequence }
}

/** The number of the shelf on which a field stands. */
export function shelfOf(fieldId: number): number {
  return Math.floor(fieldId / FIELDS)
}

/** The shelves of one portal. */
export class ShelfStore {
  readonly #db: Database
  readonly #damaged: Pick<DamagedRows, 'setAside'>
  /** The content that was parsed last: neighbours are mostly looked for one after the other. */
  #parsed: { readonly text: SqlValue; readonly content: ShelfContent | null } | null = null

  /** Whether the table was found. Once it exists, it stays. */
  #isMade = false

  constructor(db: Database, damaged: Pick<DamagedRows, 'setAside'>) {
    this.#db = db
    this.#damaged = damaged
  }

  /** One shelf; empty when there is none, or when its row is damaged. */
  read(id: number): ShelfContent {
    if (!this.#hasShelves()) return {}
    const [row] = this.#db.all('SELECT fields FROM field_shelves WHERE id = ?', id)
    if (row === undefined) return {}
    const text = row['fields'] ?? null
    if (this.#parsed?.text !== text) this.#parsed = { text, content: contentOf(row) }
    const { content } = this.#parsed
    if (content === null) this.setAside(id)
    return content ?? {}
  }

  /** Takes a damaged shelf away: its fields count as ones that were never met. */
  setAside(id: number): void {
    this.#damaged.setAside('field_shelves', id)
  }

  /** Writes one shelf in one row; an empty one goes. */
  write(id: number, content: ShelfContent): void {
    if (Object.keys(content).every((key) => key === TAKEN_UP_TO)) {
      this.#db.all('DELETE FROM field_shelves WHERE id = ?', id)
      return
    }
    this.#db.all(
      `INSERT INTO field_shelves (id, fields) VALUES (?, ?)
       ON CONFLICT (id) DO UPDATE SET fields = excluded.fields`,
      id,
      JSON.stringify(content),
    )
  }

  /** Every shelf with its number, one at a time: all of them together may be too large for memory. */
  *all(): Generator<readonly [number, ShelfContent], void> {
    if (!this.#hasShelves()) return
    for (const row of this.#db.all('SELECT id FROM field_shelves ORDER BY id')) {
      const id = numberOf(row, 'id')
      yield [id, this.read(id)]
    }
  }

  /** Removes every shelf. */
  clear(): void {
    if (this.#hasShelves()) this.#db.all('DELETE FROM field_shelves')
  }

  /** A full object may have the tables of a former version, without shelves. Its fields stand in rows of their own. */
  #hasShelves(): boolean {
    this.#isMade ||= hasTable(this.#db, 'field_shelves')
    return this.#isMade
  }
}

function contentOf(row: SqlRow): ShelfContent | null {
  const value = jsonOf(row, 'fields')
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return null
  // Sound: the members of the object are unknown.
  return value as ShelfContent
}
