/**
 * The page of one lane in the lane book, on which its walk writes. It remembers what storage does not know of the
 * lane yet: its sends that only memory knows, and its outcomes that storage has refused.
 */
import type { LaneState } from '../../../core/lanes/state/lane-state.ts'
import type { FateRecords, WalkBook } from '../../../core/lanes/walk-ports.ts'
import type { Checkpoint } from './checkpoint.ts'

/** The book as far as a page uses it. */
export interface PageBook {
  findLane(destination: string): LaneState | null
  erasures(): number
  save(lane: LaneState, records?: FateRecords): void
  /** Changes memory only. */
  put(lane: LaneState): void
  setInMemory(lane: LaneState): void
  /** Stores all lanes, with everything that their pages remember. */
  saveEverything(): void
  readonly checkpoint: Pick<Checkpoint, 'flushInTime'>
}

/** The page of one lane. */
export class LanePage implements WalkBook {
  readonly #book: PageBook
  readonly #destination: string
  #unsaved = 0
  /** The outcomes that storage has refused, oldest first. */
  #refused: readonly FateRecords[] = []

  constructor(book: PageBook, destination: string) {
    this.#book = book
    this.#destination = destination
  }

  /** The lane as it is now; throws when there is none. */
  lane(): LaneState {
    const lane = this.#book.findLane(this.#destination)
    if (lane === null) throw new Error(`Cannot walk lane ${this.#destination} as it does not exist`)
    return lane
  }

  /** The number of times that the log was erased. */
  erasures(): number {
    return this.#book.erasures()
  }

  /** Stores the lane with its records, then changes memory. */
  save(lane: LaneState, records?: FateRecords): void {
    this.#book.save(lane, records)
  }

  /**
   * Stores the outcome of a send. When storage refuses, memory changes nevertheless, since the receiver has
   * got the message: the next thing that is stored brings the outcome with it. Then this throws what storage
   * threw.
   */
  saveOutcome(lane: LaneState, records: FateRecords): void {
    try {
      this.#book.save(lane, records)
    } catch (error) {
      this.#book.put(lane)
      this.#refused = [...this.#refused, records]
      throw error
    }
  }

  /** The outcomes that storage has refused and not taken since, oldest first. */
  unstoredOutcomes(): readonly FateRecords[] {
    return this.#refused
  }

  /** Stores the outcomes that storage has refused; throws while it still refuses. */
  catchUp(): void {
    if (this.#refused.length > 0) this.#book.saveEverything()
  }

  /** Changes memory after a send; a flush of the book stores it together with the sends of other lanes. */
  saveSoon(lane: LaneState, events: number): void {
    this.#book.put(lane)
    this.#unsaved += events
  }

  /** Makes sure that the sends which `saveSoon` took are stored within three seconds. */
  saveInTime(): void {
    this.#book.checkpoint.flushInTime()
  }

  /** The number of events whose sends are known to memory only. */
  unsavedEvents(): number {
    return this.#unsaved
  }

  /** Changes memory only. */
  setInMemory(lane: LaneState): void {
    this.#book.setInMemory(lane)
  }

  /** Notes that storage knows everything that this page remembered. */
  noteStored(): void {
    this.#unsaved = 0
    this.#refused = []
  }
}
