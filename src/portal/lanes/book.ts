/**
 * The lanes of one portal in memory, and the one row that stores all of them. Memory changes only after
 * the transaction has returned; a crash loses at most what `saveSoon` had not yet written.
 */
import * as v from 'valibot'
import { LANE_DEFAULTS, type LaneState } from '../../core/lanes/lane-state.ts'
import { matchLanes, type LanePlan } from '../../core/lanes/match-lanes.ts'
import type { AlsoWritten } from '../../core/lanes/walk-ports.ts'
import { textOf, type Database, type SqlRow } from '../../storage/database.ts'
import type { LogStore } from '../log/log-store.ts'
import type { Scheduler } from '../scheduler.ts'

/** `flushInTime` reaches storage within this time. */
export const CHECKPOINT_MS = 1000

/** Skipped events that a restart may have to skip again. */
export const MAX_SKIPPED = 500

/** What the book needs from the object around it. */
export interface LaneBookDeps {
  readonly db: Database
  readonly log: LogStore
  readonly scheduler: Pick<Scheduler, 'after'>
}

/** What the row holds. */
interface Book {
  readonly lanes: readonly LaneState[]
  /** Where new lanes begin, since DESTINATIONS could not be read; null: behind the head. */
  readonly openFrom: number | null
}

/** The lanes of one portal. */
export class LaneBook {
  readonly #deps: LaneBookDeps
  #lanes: readonly LaneState[] = []
  #openFrom: number | null = null
  #matched: Book | null = null
  readonly #unsaved = new Map<string, number>()
  #skipped = 0
  #timed = false

  constructor(deps: LaneBookDeps) {
    this.#deps = deps
  }

  /**
   * Reads the row; an object that never stored lanes has none. False when it is damaged: its destinations
   * begin anew with the oldest event, since a repeat is better than a loss.
   */
  load(): boolean {
    const row = this.#deps.db.all('SELECT lanes FROM lanes WHERE id = 1')[0]
    const book = row === undefined ? NO_LANES : readBook(row)
    if (book !== null) this.#take(book)
    else this.#take({ lanes: [], openFrom: this.#beforeOldest() })
    return book !== null
  }

  #beforeOldest(): number | null {
    const oldest = this.#deps.log.oldest(1)[0]
    return oldest === undefined ? null : oldest.sequence - 1
  }

  /** Every lane, removed ones included. */
  all(): readonly LaneState[] {
    return this.#lanes
  }

  /** One lane; null when no destination of that name was ever met. */
  find(destination: string): LaneState | null {
    return this.#lanes.find((lane) => lane.destination === destination) ?? null
  }

  /**
   * Writes the lanes that the configuration asks for, inside the caller's transaction. Memory follows
   * with `adopt`, after that transaction has returned. `plans` is null while the configuration cannot be
   * read: a lane that is new afterwards begins where that began.
   */
  match(plans: readonly LanePlan[] | null, head: number): void {
    const current = { lanes: this.#lanes, openFrom: this.#openFrom }
    const matched = matchBook(current, plans, head)
    this.#matched = matched === current ? null : matched
    if (this.#matched !== null) this.#write(this.#matched)
  }

  /** Matches in a transaction of its own. */
  matchNow(plans: readonly LanePlan[] | null, head: number): void {
    try {
      this.#deps.db.transaction(() => this.match(plans, head))
    } catch (error) {
      this.abandon()
      throw error
    }
    this.adopt()
  }

  /** Forgets what `match` has written: its transaction was rolled back. */
  abandon(): void {
    this.#matched = null
  }

  /** Takes over what `match` or `clear` has written. */
  adopt(): void {
    if (this.#matched === null) return
    this.#take(this.#matched)
    this.#matched = null
    this.#unsaved.clear()
    this.#skipped = 0
  }

  /** Stores a lane (and all others with it), its exact fates and a delivered digest, then changes memory. */
  save(lane: LaneState, { fates = [], digest = null }: AlsoWritten = {}): void {
    this.saveAll(this.#with(lane), () => {
      for (const fate of fates) this.#deps.log.putFate(lane.destination, fate)
      if (digest !== null) this.#deps.log.putDigest(lane.destination, digest)
    })
  }

  /** Stores all lanes together with further writes of the caller, then changes memory. */
  saveAll(lanes: readonly LaneState[], alsoWrite: () => void = () => {}): void {
    this.#deps.db.transaction(() => {
      alsoWrite()
      this.#write({ lanes, openFrom: this.#openFrom })
    })
    this.#lanes = lanes
    this.#unsaved.clear()
    this.#skipped = 0
  }

  /** Changes memory now; `flush` or `flushInTime` brings it to storage, together with what else moved. */
  saveSoon(lane: LaneState): void {
    this.#lanes = this.#with(lane)
    this.#unsaved.set(lane.destination, this.unsavedSends(lane.destination) + 1)
  }

  /** Stores what only memory knows of outcomes. */
  flush(): void {
    if (this.#unsaved.size > 0) this.saveAll(this.#lanes)
  }

  /** The same within a second. Costs that second of the object's time, so it is asked for only in need. */
  flushInTime(): void {
    if (this.#timed || this.#unsaved.size === 0) return
    this.#timed = true
    this.#deps.scheduler.after(CHECKPOINT_MS, () => {
      this.#timed = false
      this.flush()
    })
  }

  /** Deletes every lane, inside the caller's transaction; memory follows with `adopt`. */
  clear(): void {
    this.#deps.db.all('DELETE FROM lanes')
    this.#matched = NO_LANES
  }

  /** How many outcomes of a lane only memory knows. */
  unsavedSends(destination: string): number {
    return this.#unsaved.get(destination) ?? 0
  }

  /** Changes memory only; after many skipped events storage follows, so that a start skips few again. */
  setInMemory(lane: LaneState): void {
    this.#skipped += Math.max(0, lane.cursor - (this.find(lane.destination)?.cursor ?? 0))
    this.#lanes = this.#with(lane)
    if (this.#skipped >= MAX_SKIPPED) this.saveSkipped()
  }

  /** Stores what only memory knows, so that skipped events are not read again for ever. */
  saveSkipped(): void {
    if (this.#skipped > 0) this.saveAll(this.#lanes)
  }

  #with(lane: LaneState): readonly LaneState[] {
    return this.#lanes.map((known) => (known.destination === lane.destination ? lane : known))
  }

  #take(book: Book): void {
    this.#lanes = book.lanes
    this.#openFrom = book.openFrom
  }

  #write(book: Book): void {
    this.#deps.db.all(
      'INSERT INTO lanes (id, lanes) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET lanes = excluded.lanes',
      JSON.stringify(book),
    )
  }
}

const NO_LANES: Book = { lanes: [], openFrom: null }

/** What the rest of the object relies on; checked because a row that throws would stop every lane. */
const BookSchema = v.looseObject({
  openFrom: v.nullable(v.number()),
  lanes: v.array(
    v.looseObject({
      destination: v.string(),
      status: v.picklist(['active', 'paused', 'disabled', 'removed']),
      cursor: v.pipe(v.number(), v.safeInteger()),
      epochs: v.array(v.looseObject({ events: v.array(v.string()), fields: v.array(v.string()) })),
      recent: v.array(v.looseObject({})),
      replays: v.array(v.looseObject({})),
    }),
  ),
})

function readBook(row: SqlRow): Book | null {
  try {
    const book: unknown = JSON.parse(textOf(row, 'lanes'))
    // Sound: only this class writes the column; the check finds what was damaged outside of it.
    return v.is(BookSchema, book) ? withDefaults(book as unknown as Book) : null
  } catch {
    // Swallows: not even JSON.
    return null
  }
}

/** Lanes that an older version stored lack what came later. What memory alone knows begins anew. */
function withDefaults({ lanes, openFrom }: Book): Book {
  return {
    lanes: lanes.map((lane) => ({ ...LANE_DEFAULTS, ...lane, gatherUntil: null })),
    openFrom,
  }
}

function matchBook(book: Book, plans: readonly LanePlan[] | null, head: number): Book {
  if (plans === null) return book.openFrom === null ? { ...book, openFrom: head } : book
  const lanes = matchLanes(book.lanes, plans, book.openFrom ?? head)
  return lanes === book.lanes && book.openFrom === null ? book : { lanes, openFrom: null }
}
