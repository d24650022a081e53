/**
 * A lane is the way of one destination through the log of one portal: a cursor and its state. Each change of
 * it is a pure function from state to state, so that a test can let the object end at any moment and go on
 * from what was stored.
 */
import type { RecentFate } from './fate.ts'
import { NO_GATHERING, type Gathering } from './gathering.ts'
import type { OutcomeReason } from './outcome.ts'
import type { LaneHour } from '../../tallies/lane-hours.ts'
import { NO_MEMORY, type ReceiverMemory } from './receiver-memory.ts'
import { NO_TALLY, type LaneTally } from './tally.ts'
import type { Filter } from '../filters/filter.ts'

/** The state of a lane by its status. All lanes of a portal are stored in one row, with these members. */
export type LaneState = ActiveLane | DisabledLane | PausedLane | RemovedLane

/** A lane that sends what waits. */
export interface ActiveLane extends LaneProgress, Retried {
  readonly status: 'active'
  readonly disabledReason: null
}

/** A lane whose endpoint takes nothing, or whose destination is wrong. Its events wait. */
export interface DisabledLane extends LaneProgress {
  readonly status: 'disabled'
  readonly disabledReason: DisabledReason
  /** When the lane makes its next probe; null where it makes none. */
  readonly probeAt: number | null
  readonly retryAt?: never
}

/** A lane that an operator has paused. */
export interface PausedLane extends LaneProgress, Retried {
  readonly status: 'paused'
  /** The reason why the lane was disabled before it was paused. */
  readonly disabledReason: DisabledReason | null
}

/** A lane whose destination was removed from the configuration. */
export interface RemovedLane extends LaneProgress, Retried {
  readonly status: 'removed'
  /** The reason why the lane was disabled before its destination was removed. */
  readonly disabledReason: DisabledReason | null
  /** Whether the lane was paused when its destination was removed: it comes back as it was. */
  readonly wasPaused: boolean
}

/**
 * The reason why a lane is disabled: the reason of its last attempt, or its receiver has rejected many messages in a
 * row.
 */
export type DisabledReason = OutcomeReason | 'rejects_everything'

/** The wait of a lane that is not disabled. */
interface Retried {
  /** When the front is tried again after a failure; null means at once. */
  readonly retryAt: number | null
  readonly probeAt?: never
}

/** Everything that a lane remembers in each status. Times are unix milliseconds. */
interface LaneProgress {
  readonly destination: string
  /** The fingerprint of the destination as the lane last met it; a changed one enables a disabled lane. */
  readonly fingerprint: string
  /** Every event up to this sequence is settled. */
  readonly cursor: number
  /** Failed attempts of the front. */
  readonly attempts: number
  /** No send before this time: the receiver's pace, or its Retry-After. */
  readonly notBefore: number
  /** The time, by the clock of that moment, at which the waits above were measured; 0 when it is not known. */
  readonly measuredAt: number
  readonly lastError: LaneError | null
  readonly rejectedInARow: number
  /** The time that the last attempt took, in milliseconds; 0 before the first one. */
  readonly lastTookMs: number
  /** The last sequence up to the cursor that the destination was meant to get. */
  readonly lastMeant: number | null
  /** The last sequence that the destination was meant to get and that retention has dropped. */
  readonly meantBeforeFloor: number | null
  /** The number of events that retention has dropped while they waited. */
  readonly expired: number
  /** The number of them that went before their time, because the log had grown too large. */
  readonly crowdedOut: number
  /** The filters of the lane, oldest first. */
  readonly epochs: readonly Epoch[]
  readonly recent: readonly RecentFate[]
  readonly replays: readonly ReplayJob[]
  /** Which of its events go out together. */
  readonly gathering: Gathering
  /** Everything that the receiver asked to be remembered; forgotten when the settings change. */
  readonly memory: ReceiverMemory
  /** The counts of how the lane's attempts have ended since it began. */
  readonly tally: LaneTally
  /** The last hours of the lane, oldest first, by the object's clock. */
  readonly hours: readonly LaneHour[]
}

/** The filter that decided from one sequence on. */
export interface Epoch {
  /** The first sequence that this filter decided. */
  readonly from: number
  readonly events: Filter['events']
  readonly fields: Filter['fields']
  /** Absent where the filter has none, as in epochs of older versions. */
  readonly users?: readonly string[]
  /** Absent where the filter has none, as in epochs of older versions. */
  readonly when?: readonly string[]
  /**
   * The reason why the lane gets nothing at all: the portal is not its own, or has no value for it; null when it gets
   * something.
   */
  readonly silent: 'portal' | 'no_value' | null
  /** True: an event is not sent when an earlier one has told its change. */
  readonly skipsUnchanged: boolean
}

/** An operator's wish to have events again; stored, and worked off between live events. */
export interface ReplayJob {
  /** The next sequence to look at. */
  readonly next: number
  /** The last sequence of the job; never beyond the cursor at the time of asking. */
  readonly to: number
  /** True: only events that are parked. False: every event that the destination was meant to get. */
  readonly parkedOnly: boolean
  readonly startedAt: number
  /** Failed attempts of the event at `next`. */
  readonly attempts: number
  /** When that event is tried again; null means at once. In a disabled lane the probe decides. */
  readonly retryAt: number | null
}

/** The last failure of a lane, without secrets. */
export interface LaneError {
  readonly reason: OutcomeReason
  readonly detail: string | null
  /** The receiver's HTTP status; null when there was no answer. */
  readonly status: number | null
  /** Unix milliseconds. */
  readonly at: number
}

/** The members of a new lane that do not come from its plan. */
export const UNTOUCHED = {
  lastTookMs: 0,
  measuredAt: 0,
  attempts: 0,
  notBefore: 0,
  lastError: null,
  rejectedInARow: 0,
  lastMeant: null,
  meantBeforeFloor: null,
  expired: 0,
  crowdedOut: 0,
  recent: [],
  replays: [],
  gathering: NO_GATHERING,
  memory: NO_MEMORY,
  tally: NO_TALLY,
  hours: [],
} as const satisfies Partial<LaneProgress>

/** Whether the lane's last attempt failed: such lanes share few of the portal's connections. */
export function isFailing(lane: LaneState): boolean {
  return lane.attempts > 0 || lane.replays.some((job) => job.attempts > 0)
}

/** Whether events or replays wait in a lane, in a log that it may read up to `head`. */
export function hasBacklog(lane: LaneState, head: number): boolean {
  return lane.cursor < head || lane.replays.length > 0
}

/**
 * The time at which the lane wants to be walked next, in a log that it may read up to `head`; null when it has
 * nothing to do, or may do nothing.
 */
export function laneDueAt(lane: LaneState, head: number): number | null {
  if (lane.status === 'paused' || lane.status === 'removed') return null
  const isWaiting = lane.cursor < head
  const [first] = lane.replays
  // The rest of a job may wait behind the head, as the live events there do.
  const job = first === undefined || (first.next > head && first.to > head) ? null : first
  if (lane.status === 'disabled') {
    if ((!isWaiting && job === null) || lane.probeAt === null) return null
    return Math.max(lane.probeAt, lane.notBefore)
  }
  const live = Math.max(lane.retryAt ?? 0, lane.notBefore, lane.gathering.until ?? 0)
  const replay = job === null ? null : Math.max(job.retryAt ?? 0, lane.notBefore)
  if (!isWaiting) return replay
  // A replay does not wait while live events are gathered, only while the lane retries.
  return replay === null || lane.attempts > 0 ? live : Math.min(live, replay)
}

/**
 * The cause of a lane's wait: its retry, its receiver's pace or Retry-After, further events for the same message, or
 * its daily probe.
 */
export type WaitReason = 'retry' | 'pace' | 'digest' | 'probe'

/** The wait of a lane: its end (unix milliseconds), and its cause. */
export interface LaneWait {
  readonly until: number
  readonly reason: WaitReason
}

/**
 * The wait of a lane in a log that it may read up to `head`; null when the lane goes on now, or not by itself.
 */
export function waitOf(
  lane: LaneState,
  { head, now }: { readonly head: number; readonly now: number },
): LaneWait | null {
  const until = laneDueAt(lane, head)
  if (until === null || until <= now) return null
  if (lane.status === 'disabled') {
    return { until, reason: until === lane.probeAt ? 'probe' : 'pace' }
  }
  const retries = [lane.retryAt, lane.replays[0]?.retryAt ?? null]
  if (retries.includes(until)) return { until, reason: 'retry' }
  return { until, reason: until === lane.gathering.until ? 'digest' : 'pace' }
}
