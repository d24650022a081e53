/**
 * The lanes of one portal in memory, and the one row that stores all of them. Memory changes only after the
 * transaction has returned. A crash loses at most the sends that a page took by `saveSoon` and that were
 * not stored yet.
 */
import { settledUpTo } from '../../../core/lanes/retention.ts'
import {
  hasUnopened,
  matchBook,
  NO_LANES,
  type BookState,
  type BookTerms,
} from '../../../core/lanes/state/book-state.ts'
import { correctWaits } from '../../../core/lanes/state/clock.ts'
import type { ParkReason } from '../../../core/lanes/state/fate.ts'
import type { LaneState } from '../../../core/lanes/state/lane-state.ts'
import type { LastReport } from '../../../core/reports/portal-report.ts'
import type { FateRecords } from '../../../core/lanes/walk-ports.ts'
import { NO_TALLY } from '../../../core/lanes/state/tally.ts'
import {
  NO_PORTAL_TALLY,
  tallyGone,
  type LoggedCounts,
  type PortalTally,
  type TallyKeeper,
} from '../../../core/tallies/portal-tally.ts'
import type { Database } from '../../../storage/database.ts'
import type { LogStore } from '../../log/log-store.ts'
import type { Scheduler } from '../../scheduler.ts'
import type { DamagedRows } from '../../state/damaged-rows.ts'
import { LaneBookRows, type BookRows } from './book-rows.ts'
import { Checkpoint } from './checkpoint.ts'
import type { FateStore } from './fate-store.ts'
import type { LaneLines } from './lane-lines.ts'
import { LanePage } from './lane-page.ts'

/** The dependencies of the book. */
export interface LaneBookDeps {
  readonly db: Database
  readonly log: Pick<LogStore, 'oldest'>
  readonly fates: Pick<FateStore, 'save' | 'saveDigest' | 'forgetParked'>
  readonly damaged: Pick<DamagedRows, 'setAside'>
  readonly scheduler: Pick<Scheduler, 'after' | 'report'>
  readonly lines: Pick<LaneLines, 'followLane' | 'followFates' | 'lastParkReason'>
  /** The row of the book. @default that of the lanes over the portal's log */
  readonly rows?: BookRows
}

/** The lanes of one portal. */
export class LaneBook implements TallyKeeper {
  readonly #deps: LaneBookDeps
  readonly #rows: BookRows
  #book: BookState = NO_LANES
  /** The book that `match` or `clear` has written; null once memory has followed. */
  #written: BookState | null = null
  /** Whether `clear` has written it. */
  #isCleared = false
  #erasures = 0
  #isReportStored = true
  readonly #pages = new Map<string, LanePage>()
  /** The times at which memory is stored while nobody waits for it. */
  readonly checkpoint: Checkpoint

  constructor(deps: LaneBookDeps) {
    this.#deps = deps
    this.checkpoint = new Checkpoint(this, deps.scheduler)
    this.#rows = deps.rows ?? new LaneBookRows(deps.db)
  }

  /**
   * Reads what is stored. False when it is damaged: then each destination begins anew with the oldest event,
   * since a repeat is better than a loss.
   */
  load(): boolean {
    const stored = this.#rows.load()
    this.#book = stored ?? { lanes: [], openFrom: this.#beforeOldest() }
    if (stored === null) this.#replaceDamaged()
    return stored !== null
  }

  /** When storage refuses the write, the next start meets the damaged row again. */
  #replaceDamaged(): void {
    const { db, damaged, fates, scheduler } = this.#deps
    try {
      db.transaction(() => {
        damaged.setAside('lanes')
        fates.forgetParked()
        this.#rows.save(this.#book)
      })
    } catch (error) {
      scheduler.report('lane_failed', error)
    }
  }

  #beforeOldest(): number | null {
    const oldest = this.#deps.log.oldest(1)[0]
    return oldest === undefined ? null : oldest.sequence - 1
  }

  /** Every lane, removed ones included. */
  all(): readonly LaneState[] {
    return this.#book.lanes
  }

  /** The last sequence up to which nobody waits for an event. */
  settledUpTo(): number {
    return settledUpTo(this.#book)
  }

  /**
   * Whether events up to `head` wait for lanes that do not exist yet: they came while DESTINATIONS could not be
   * read, and a new destination gets them as soon as it can.
   */
  hasUnopened(head: number): boolean {
    return hasUnopened(this.#book, head)
  }

  /** One lane; null when no destination of that name was ever met. */
  findLane(destination: string): LaneState | null {
    return this.all().find((lane) => lane.destination === destination) ?? null
  }

  /**
   * Writes the lanes that the configuration asks for, inside the caller's transaction. Memory follows with
   * `adopt`, after that transaction has returned. `plans` is null while the configuration cannot be read: a
   * destination that is new afterwards gets the events from that time on.
   */
  match(terms: BookTerms): void {
    const matched = matchBook(this.#book, terms)
    this.#written = matched === this.#book ? null : matched
    if (this.#written !== null) this.#write(this.#written)
  }

  /** Matches in a transaction of its own. */
  matchNow(terms: BookTerms): void {
    try {
      this.#deps.db.transaction(() => this.match(terms))
    } catch (error) {
      this.abandon()
      throw error
    }
    this.adopt()
  }

  /** Forgets what `match` has written: its transaction was rolled back. */
  abandon(): void {
    this.#written = null
    this.#isCleared = false
  }

  /** Takes over the book that `match` or `clear` has written. */
  adopt(): void {
    if (this.#written === null) return
    if (this.#isCleared) this.#erasures += 1
    this.#follow(this.#written)
    this.abandon()
    this.#noteStored()
  }

  /**
   * Deletes every lane, inside the caller's transaction; the counting begins anew with the row that is left. Memory
   * follows with `adopt`.
   */
  clear(begun: Pick<PortalTally, 'since' | 'from'>): void {
    this.#written = { ...NO_LANES, tally: { ...NO_PORTAL_TALLY, ...begun } }
    this.#rows.save(this.#written)
    this.#isCleared = true
  }

  /** The number of times that the lanes were deleted with the log in this life of the object. */
  erasures(): number {
    return this.#erasures
  }

  /**
   * Stores a lane and all others with it, its exact fates and a digest that was delivered; then changes
   * memory.
   */
  save(lane: LaneState, records: FateRecords = {}): void {
    const { destination } = lane
    const book = { ...this.#book, lanes: this.#with(lane) }
    this.#store(book, () => this.#write(book, () => this.#saveRecords(destination, records)))
    this.#deps.lines.followFates(destination, records.fates ?? [])
  }

  /** Why something was parked last at a destination in this life of the object; null when nothing was. */
  lastParkReason(destination: string): ParkReason | null {
    return this.#deps.lines.lastParkReason(destination)
  }

  /** Whether storage has refused an outcome of a lane and not taken it since. */
  hasUnstoredOutcome(destination: string): boolean {
    return (this.#pages.get(destination)?.unstoredOutcomes() ?? []).length > 0
  }

  /** The page of one lane, on which its walk writes. */
  page(destination: string): LanePage {
    const page = this.#pages.get(destination) ?? new LanePage(this, destination)
    this.#pages.set(destination, page)
    return page
  }

  /** Stores all lanes, with everything that their pages remember. */
  saveEverything(): void {
    this.saveAll(this.all())
  }

  /**
   * Stores all lanes together with further writes of the caller, then changes memory. These writes answer the number
   * of events that the log has dropped with them.
   */
  saveAll(lanes: readonly LaneState[], alsoWrite: () => LoggedCounts = () => NONE_GONE): void {
    let book: BookState = { ...this.#book, lanes }
    this.#deps.db.transaction(() => {
      book = withGone(book, alsoWrite())
      this.#write(book)
    })
    this.#follow(book)
    this.#noteStored()
  }

  #store(book: BookState, write: () => void): void {
    this.#deps.db.transaction(write)
    this.#follow(book)
    this.#noteStored()
  }

  /** Memory takes over a book, and the operator's log hears of what has changed. */
  #follow(book: BookState): void {
    const former = this.#book.lanes
    this.#book = book
    if (book.lanes === former) return
    for (const [place, lane] of book.lanes.entries()) {
      // Nearly always a lane stands where it stood.
      if (former[place] === lane) continue
      const before = former.find(({ destination }) => destination === lane.destination)
      this.#deps.lines.followLane(before ?? null, lane)
    }
  }

  /** Writes refused outcomes before new ones, since both may be about the same event. */
  #write(book: BookState, writeNew: () => void = () => {}): void {
    for (const [destination, page] of this.#pages) {
      for (const records of page.unstoredOutcomes()) this.#saveRecords(destination, records)
    }
    writeNew()
    this.#rows.save(book)
  }

  #saveRecords(destination: string, { fates = [], digestRecord = null }: FateRecords): void {
    const stored = this.#deps.fates
    for (const fate of fates) stored.save(destination, fate)
    if (digestRecord !== null) stored.saveDigest(destination, digestRecord)
  }

  /** Notes that storage knows everything that memory knows. */
  #noteStored(): void {
    this.#isReportStored = true
    for (const [destination, page] of this.#pages) {
      const fates = page.unstoredOutcomes().flatMap((records) => records.fates ?? [])
      page.noteStored()
      this.#deps.lines.followFates(destination, fates)
    }
    this.checkpoint.noteStored()
  }

  /** Whether a page has sends that only memory knows. */
  hasUnsavedSends(): boolean {
    return [...this.#pages.values()].some((page) => page.unsavedEvents() > 0)
  }

  /** Changes memory only; a page remembers what storage does not know. */
  put(lane: LaneState): void {
    this.#follow({ ...this.#book, lanes: this.#with(lane) })
  }

  /**
   * Changes memory only. When many events were skipped it stores the lanes after all, so that a restart has
   * few events to skip again.
   */
  setInMemory(lane: LaneState): void {
    const skipped = Math.max(0, lane.cursor - (this.findLane(lane.destination)?.cursor ?? 0))
    this.put(lane)
    this.checkpoint.noteSkipped(skipped)
  }

  /**
   * Measures waits anew that were noted by a wrong clock. The correction is stored within three seconds: an object
   * that ended before the wait is over would begin the wait anew in each of its lives, and the lane would stand.
   */
  correctWaits(now: number): void {
    const lanes = this.all().map((lane) => correctWaits(lane, now))
    if (lanes.every((lane, index) => lane === this.all()[index])) return
    this.#book = { ...this.#book, lanes }
    this.checkpoint.noteCorrected()
  }

  /** The last report of the portal; null before the first one. */
  lastReport(): LastReport | null {
    return this.#book.lastReport ?? null
  }

  /** Notes a report in memory: the next write of the lanes stores it. */
  noteReport(lastReport: LastReport): void {
    this.#book = { ...this.#book, lastReport }
    this.#isReportStored = false
  }

  /** Whether storage knows the last report. */
  isReportStored(): boolean {
    return this.#isReportStored
  }

  /** The tally of the portal. */
  portalTally(): PortalTally {
    return this.#book.tally ?? NO_PORTAL_TALLY
  }

  /** Changes the tally of the portal in memory: the next write of the lanes stores it. */
  tally(change: (tally: PortalTally) => PortalTally): void {
    this.#book = { ...this.#book, tally: change(this.portalTally()) }
  }

  /** Lets portal and lanes count anew, if they have counted anything; stored at once. */
  countAnew(begun: Pick<PortalTally, 'since' | 'from'>): void {
    const { since: _since, ...counted } = this.portalTally()
    const lanes = this.all().map((lane) => ({ ...lane, tally: NO_TALLY }))
    const isSame = JSON.stringify(lanes) === JSON.stringify(this.all())
    const { since: _begun, ...anew } = { ...NO_PORTAL_TALLY, ...begun }
    if (isSame && JSON.stringify(counted) === JSON.stringify(anew)) return
    this.tally(() => ({ ...NO_PORTAL_TALLY, ...begun }))
    this.saveAll(lanes)
  }

  #with(lane: LaneState): readonly LaneState[] {
    return this.all().map((known) => (known.destination === lane.destination ? lane : known))
  }
}

const NONE_GONE: LoggedCounts = { quarantined: 0, reconciled: 0 }

function withGone(book: BookState, gone: LoggedCounts): BookState {
  if (gone.quarantined === 0 && gone.reconciled === 0) return book
  return { ...book, tally: tallyGone(book.tally ?? NO_PORTAL_TALLY, gone) }
}
