/**
 * A lane is one destination's way through one portal's log: a cursor and its state. Every transition
 * is a pure function from state to state, so that a crash at any point can be replayed in a test.
 */
import type { RecentFate } from './fate.ts'
import { NO_MEMORY, type ReceiverMemory } from './receiver-memory.ts'
import type { Filter } from './routing.ts'

/** The filter that decided from one sequence on. */
export interface Epoch {
  /** The first sequence that this filter decided. */
  readonly from: number
  readonly events: Filter['events']
  readonly fields: Filter['fields']
  /** Set when the lane takes nothing at all: the portal is not its own, or it has no value for it. */
  readonly silent: 'portal' | 'no_value' | null
  /** True: events whose change an earlier one told are not sent. */
  readonly skipsUnchanged: boolean
}

/** An operator's wish to have events again; durable, worked off between live events. */
export interface ReplayJob {
  /** The next sequence to look at. */
  readonly next: number
  /** The last sequence of the job; never beyond the cursor at the time of asking. */
  readonly to: number
  /** True: only events that are parked; false: every event that the lane was meant to get. */
  readonly parkedOnly: boolean
  readonly startedAt: number
  readonly attempts: number
  readonly nextAttemptAt: number | null
}

/** The last failure of a lane, redacted. */
export interface LaneError {
  readonly reason: string
  readonly detail: string | null
  readonly status: number | null
  readonly at: number
}

/** Everything a lane has to remember; all lanes of a portal are stored in one row. */
export interface LaneState {
  readonly destination: string
  readonly status: 'active' | 'paused' | 'disabled' | 'removed'
  readonly disabledReason: string | null
  /** Changes with the destination's settings; a changed one revives a disabled lane. */
  readonly fingerprint: string
  /** Every event up to this sequence is settled. */
  readonly cursor: number
  /** Failed attempts of the event after the cursor. */
  readonly attempts: number
  readonly nextAttemptAt: number | null
  /** No send before this time: the receiver's pace or its Retry-After. */
  readonly notBefore: number
  readonly lastError: LaneError | null
  readonly rejectedInARow: number
  /** The last sequence up to the cursor that the destination was meant to get. */
  readonly lastMeant: number | null
  /** The same, up to the last sequence that retention has dropped. */
  readonly meantBeforeFloor: number | null
  /** Events that retention dropped while they waited. */
  readonly expired: number
  readonly epochs: readonly Epoch[]
  readonly recent: readonly RecentFate[]
  readonly replays: readonly ReplayJob[]
  /** The sequences of the digest under way, oldest first, written before it is sent; null for none. */
  readonly digest: readonly number[] | null
  /** When the last digest was delivered, in unix milliseconds; null before the first. */
  readonly digestedAt: number | null
  /** Events up to this sequence go out one by one, since a digest that held them was refused. */
  readonly singlyUpTo: number
  /** Until when the head waits for others to be told with; known to memory only. */
  readonly gatherUntil: number | null
  /** What the receiver asked to be remembered; forgotten when the settings change. */
  readonly memory: ReceiverMemory
}

/** What lanes that were stored before these parts existed begin with. */
export const LANE_DEFAULTS = {
  digest: null,
  digestedAt: null,
  singlyUpTo: 0,
  gatherUntil: null,
  memory: NO_MEMORY,
} as const satisfies Partial<LaneState>

/** True while the lane's last attempt failed: such lanes share few of the portal's connections. */
export function isFailing(lane: LaneState): boolean {
  return lane.attempts > 0 || lane.replays.some((job) => job.attempts > 0)
}

/** The time at which the lane wants to run next; null when it has nothing to do or may not run. */
export function laneDueAt(lane: LaneState, head: number): number | null {
  if (lane.status === 'paused' || lane.status === 'removed') return null
  const waiting = lane.cursor < head
  if (lane.status === 'disabled') {
    const hasWork = waiting || lane.replays.length > 0
    if (!hasWork || lane.nextAttemptAt === null) return null
    return Math.max(lane.nextAttemptAt, lane.notBefore)
  }
  const live = Math.max(lane.nextAttemptAt ?? 0, lane.notBefore, lane.gatherUntil ?? 0)
  const job = lane.replays[0]
  const replay = job === undefined ? null : Math.max(job.nextAttemptAt ?? 0, lane.notBefore)
  if (!waiting) return replay
  // A replay does not wait while live events are gathered, only while the lane retries.
  return replay === null || lane.attempts > 0 ? live : Math.min(live, replay)
}
