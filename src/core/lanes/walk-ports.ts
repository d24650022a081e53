/**
 * The four ports through which the walk of a lane reaches the outside: the log that it reads, its page in the
 * lane book, the receiver that it sends to, and time. None of them knows the platform, so that whole
 * histories run in a test.
 */
import type { Connection, LanePulse } from './connections.ts'
import type { LogEntry } from '../log/event.ts'
import type { DigestRecord, ExactFate } from './state/fate.ts'
import type { FilterMatcher, MatchFilter } from './filters/filter-reason.ts'
import type { LaneState } from './state/lane-state.ts'
import type { DeliveryOutcome } from './state/outcome.ts'
import type { AttemptEntries, DigestRule } from './plan-digest.ts'

/** The four ports of one walk. */
export interface WalkPorts {
  readonly log: WalkLog
  readonly book: WalkBook
  readonly receiver: WalkReceiver
  readonly clock: WalkClock
}

/** The portal's log as far as this lane may read it, with what is written down of its destination. */
export interface WalkLog {
  /** The last sequence that the lane may read. */
  head(): number
  /** Entries after a sequence, oldest first; none behind the head. */
  after(sequence: number, limit: number): readonly LogEntry[]
  /** Entries after a sequence, without the long parts of large events: enough to decide which of them the lane gets. */
  outlinesAfter(sequence: number, limit: number): readonly LogEntry[]
  /** Entries before a sequence, newest first, without those parts. */
  outlinesBefore(sequence: number, limit: number): readonly LogEntry[]
  /** One entry; null when it is gone. */
  entry(sequence: number): LogEntry | null
  /** The first sequence between `from` and `to`, both included, that is parked at this destination. */
  nextParked(from: number, to: number): number | null
  /** The attempts that are written down for an event at this destination; 0 when none are. */
  attemptsOf(sequence: number): number
}

/** The lane in the lane book, which knows more in memory than it has stored. */
export interface WalkBook {
  /** The lane as it is now: an operator may have changed it while the walk waited. */
  lane(): LaneState
  /** The number of times that the log was erased; an outcome that was awaited across that is thrown away. */
  erasures(): number
  /** Stores the lane and what else is to be written in one transaction, then changes memory. */
  save(lane: LaneState, written?: FateRecords): void
  /**
   * Stores the outcome of a send and the lane after it. When storage refuses, memory keeps both, since the
   * receiver has got the message; then it throws what storage threw.
   */
  saveOutcome(lane: LaneState, written: FateRecords): void
  /** Stores the outcomes that storage has refused before; throws while it still refuses. */
  catchUp(): void
  /** Changes memory now, after a send of so many events; storage follows when the portal's lanes come to rest. */
  saveSoon(lane: LaneState, events: number): void
  /** Makes sure that the sends which `saveSoon` took are stored within three seconds. */
  saveInTime(): void
  /** The number of this lane's events that `saveSoon` has taken and whose sends are not stored yet. */
  unsavedEvents(): number
  /** Changes memory only: a restart finds the same things out again, for example that an event is skipped. */
  setInMemory(lane: LaneState): void
}

/** The records that are stored together with a lane. */
export interface FateRecords {
  readonly fates?: readonly ExactFate[]
  /** The record of the digest that was delivered, where there is one. */
  readonly digestRecord?: DigestRecord | null
}

/** The destination of the lane, and the receiver behind it. */
export interface WalkReceiver {
  /** The reader of the messages. For a person each outcome is stored before the next send. */
  readonly reader: 'person' | 'machine'
  /** Retries of an event end this long after its time of receipt. */
  readonly retryMs: number
  /** The rule by which waiting events are told together; null for a machine that gets each event by itself. */
  readonly digestRule: DigestRule | null
  /** Matches an event with the filter of an epoch. */
  readonly match: MatchFilter
  /** The entry of the log that has told another one's change (`FilterMatcher`). */
  readonly tellerOf: FilterMatcher['tellerOf']
  /** The shortest time between two sends, as the receiver wants it now. */
  minIntervalMs(): number
  /**
   * Waits for one of the portal's connections. Lanes wait in the order of asking; how many connections a lane may
   * take part in depends on its last attempt.
   */
  connect(pulse: LanePulse): Promise<Connection>
  /** Asks for a slot of the receiver's common pace: null when it is given, else when to ask again. */
  takeSlot(): Promise<number | null>
  send(entries: AttemptEntries, context: SendContext): Promise<DeliveryOutcome>
}

/** The facts that a message tells beside the events themselves. */
export interface SendContext {
  /** The sequence before the first of the events that the destination was meant to get. */
  readonly previousSequence: number | null
  readonly replayed: boolean
}

/** Time and chance. */
export interface WalkClock {
  /** Unix milliseconds. */
  now(): number
  /** A random number from 0 to 1, without 1, for jitter. */
  random(): number
  sleep(ms: number): Promise<void>
}
