/** What the walk of a lane needs from the outside: storage, the receiver and its pace, time. */
import type { Batch, DigestRule } from './plan-digest.ts'
import type { DigestRecord, ExactFate } from './fate.ts'
import type { MatchFilter } from './filter-reason.ts'
import type { LaneState } from './lane-state.ts'
import type { DeliveryOutcome } from './outcome.ts'
import type { LogEntry } from '../log/event.ts'

/** What a renderer has to know about a delivery beside the event itself. */
export interface SendContext {
  readonly previousSequence: number | null
  readonly replayed: boolean
}

/** What the walk needs from the outside. Nothing in it knows the platform. */
export interface LaneDeps {
  readonly reader: 'person' | 'machine'
  /** The shortest time between two sends, as the receiver wants it now. */
  minIntervalMs(): number
  /** Retries end this long after an event's receipt. */
  readonly retryMs: number
  /** No new send starts after this time. */
  readonly deadline: number
  now(): number
  random(): number
  sleep(ms: number): Promise<void>
  /** Changes with an uninstall; an outcome awaited across it is thrown away. */
  generation(): number
  /** The lane as it is now: an operator may have changed it during an await. */
  lane(): LaneState
  /** Entries after a sequence, oldest first; only rows whose insert has run. */
  readAfter(sequence: number, limit: number): readonly LogEntry[]
  /** Entries before a sequence, newest first. */
  readBefore(sequence: number, limit: number): readonly LogEntry[]
  readEntry(sequence: number): LogEntry | null
  /** The first parked sequence at or after `from`, up to `to`. */
  nextParked(from: number, to: number): number | null
  attemptsOf(sequence: number): number
  /** How waiting events are told together; null where a machine reads. */
  readonly digest: DigestRule | null
  /** The last sequence that the lane may read. */
  head(): number
  /** Matches an event with the filter of an epoch. */
  readonly match: MatchFilter
  send(batch: Batch, context: SendContext): Promise<DeliveryOutcome>
  /** Asks for a slot of the receiver's common pace: null when it is given, else when to ask again. */
  takeSlot(): Promise<number | null>
  /** Waits for one of the portal's connections; the answer gives it back. */
  acquire(failing: boolean): Promise<() => void>
  /** Stores the lane, its fates and a digest that was delivered in one transaction, then changes memory. */
  save(lane: LaneState, fates: readonly ExactFate[], digest?: DigestRecord | null): void
  /** Changes memory now; storage follows when the portal's lanes come to rest. */
  saveSoon(lane: LaneState): void
  /** Makes sure that what only memory knows is stored within a second. */
  saveInTime(): void
  /** Sends of this lane since it was last stored. */
  unsavedSends(): number
  /** Changes memory only: skipped events are skipped again after a restart. */
  keep(lane: LaneState): void
}
