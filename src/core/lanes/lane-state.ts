/**
 * A lane is one destination's way through one portal's log: a cursor and its state. Every transition
 * is a pure function from state to state, so that a crash at any point can be replayed in a test.
 */
import type { LogEntry } from '../log/event.ts'
import { NO_MEMORY, type ReceiverMemory } from './receiver-memory.ts'
import type { Filter } from './routing.ts'

/** The delivered and parked events that a lane remembers exactly. */
export const RECENT_FATES = 100

/** Message-permanent rejections in a row that disable a lane. */
export const MAX_REJECTED_IN_A_ROW = 20

/** Changes of a lane's filter that are remembered; more would need a log of configurations. */
export const MAX_EPOCHS = 50

/** Replay jobs that one lane may hold at a time. */
export const MAX_REPLAY_JOBS = 10

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

/** What became of an event at a destination, as far as the lane itself remembers it. */
export interface RecentFate {
  readonly sequence: number
  readonly state: 'delivered' | 'parked'
  /** Unix milliseconds. */
  readonly at: number
  readonly attempts: number
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

/** What the configuration says of one lane in one portal. */
export interface LanePlan {
  readonly destination: string
  readonly fingerprint: string
  readonly events: readonly string[]
  readonly fields: readonly string[]
  readonly silent: Epoch['silent']
  readonly skipsUnchanged: boolean
  /** A wrong destination stops its own lane only, with this reason; null when it is usable. */
  readonly problem: string | null
}

/** A lane that stands before the event after `head`. */
export function createLane(plan: LanePlan, head: number): LaneState {
  return {
    destination: plan.destination,
    status: plan.problem === null ? 'active' : 'disabled',
    disabledReason: plan.problem,
    fingerprint: plan.fingerprint,
    cursor: head,
    attempts: 0,
    nextAttemptAt: null,
    notBefore: 0,
    lastError: null,
    rejectedInARow: 0,
    lastMeant: null,
    meantBeforeFloor: null,
    expired: 0,
    epochs: [epochOf(plan, head + 1)],
    recent: [],
    replays: [],
    ...LANE_DEFAULTS,
  }
}

function epochOf(plan: LanePlan, from: number): Epoch {
  const { events, fields, silent, skipsUnchanged } = plan
  return { from, events, fields, silent, skipsUnchanged }
}

/**
 * Brings the stored lanes in line with the configuration. A new destination's lane begins after `head`;
 * a removed one stops and keeps its cursor; a returned one goes on; changed settings revive a disabled
 * lane; a changed filter begins a new epoch after the cursor. Returns the same array when nothing changed.
 */
export function matchLanes(
  lanes: readonly LaneState[],
  plans: readonly LanePlan[],
  head: number,
): readonly LaneState[] {
  const planned = new Map(plans.map((plan) => [plan.destination, plan]))
  const known = new Set(lanes.map((lane) => lane.destination))
  const matched = lanes.map((lane) => matchLane(lane, planned.get(lane.destination) ?? null))
  const added = plans.filter((plan) => !known.has(plan.destination))
  if (added.length === 0 && matched.every((lane, index) => lane === lanes[index])) return lanes
  return [...matched, ...added.map((plan) => createLane(plan, head))]
}

function matchLane(lane: LaneState, plan: LanePlan | null): LaneState {
  if (plan === null) return lane.status === 'removed' ? lane : { ...lane, status: 'removed' }
  const current = matchEpoch(lane, plan)
  if (plan.problem !== null) {
    const same = current.status === 'disabled' && current.disabledReason === plan.problem
    if (same || current.status === 'paused') return current
    return disable({ ...current, fingerprint: plan.fingerprint }, plan.problem, null)
  }
  const changed = current.fingerprint !== plan.fingerprint
  const stopped = current.status === 'removed' || current.status === 'disabled'
  if (current.status === 'removed' || (changed && stopped)) {
    return { ...revive(current), ...(changed && SETTINGS_CHANGED), fingerprint: plan.fingerprint }
  }
  return changed ? { ...current, ...SETTINGS_CHANGED, fingerprint: plan.fingerprint } : current
}

// What another receiver said, and how long the former settings gather, hold no longer.
const SETTINGS_CHANGED = { memory: NO_MEMORY, gatherUntil: null } as const

function matchEpoch(lane: LaneState, plan: LanePlan): LaneState {
  const last = lane.epochs.at(-1)
  const next = epochOf(plan, lane.cursor + 1)
  if (last !== undefined && sameFilter(last, next)) return lane
  const earlier = lane.epochs.filter((epoch) => epoch.from < next.from)
  return { ...lane, epochs: [...earlier, next].slice(-MAX_EPOCHS) }
}

function sameFilter(a: Epoch, b: Epoch): boolean {
  if (a.silent !== b.silent || a.skipsUnchanged !== b.skipsUnchanged) return false
  return sameList(a.events, b.events) && sameList(a.fields, b.fields)
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

/** Stops a lane for a reason of its endpoint; `probeAt` is the time of the daily try, if allowed. */
export function disable(lane: LaneState, reason: string, probeAt: number | null): LaneState {
  return { ...lane, status: 'disabled', disabledReason: reason, nextAttemptAt: probeAt }
}

/** Lets a lane go on at once: its own waits are over, a receiver's Retry-After is not. */
export function revive(lane: LaneState): LaneState {
  return {
    ...lane,
    status: 'active',
    disabledReason: null,
    nextAttemptAt: null,
    rejectedInARow: 0,
    replays: lane.replays.map((job) => ({ ...job, nextAttemptAt: null })),
  }
}

/** The wait of the event that becomes the head: none, but a disabled lane keeps the time of its try. */
export function waitOfNext(lane: LaneState): number | null {
  return lane.status === 'disabled' ? lane.nextAttemptAt : null
}

/** Pauses a lane by an operator's wish; a removed lane stays removed. */
export function pause(lane: LaneState): LaneState {
  return lane.status === 'removed' ? lane : { ...lane, status: 'paused' }
}

/** True while the lane's last attempt failed: such lanes share few of the portal's connections. */
export function isFailing(lane: LaneState): boolean {
  return lane.attempts > 0 || lane.replays.some((job) => job.attempts > 0)
}

/** The epoch that decided a sequence; null for events older than the lane. */
export function epochAt(lane: LaneState, sequence: number): Epoch | null {
  return lane.epochs.findLast((epoch) => epoch.from <= sequence) ?? null
}

/** Whether an epoch leaves an entry out as an earlier event told its change. */
export function isUnchanged(epoch: Epoch, entry: LogEntry): boolean {
  return epoch.skipsUnchanged && entry.enrichment.toldBy !== null
}

/**
 * A lane that has passed everything up to `sequence`, which was sent while `decided` stood: a filter that
 * began during the attempt decides from the next event on.
 */
export function keepDecision(lane: LaneState, sequence: number, decided: Epoch): LaneState {
  if (epochAt(lane, sequence) === decided) return lane
  const earlier = lane.epochs.filter((epoch) => epoch.from < decided.from)
  const begun = lane.epochs.findLast(
    (epoch) => epoch !== decided && epoch.from >= decided.from && epoch.from <= sequence,
  )
  const later = lane.epochs.filter((epoch) => epoch.from > sequence)
  const moved =
    begun === undefined || later[0]?.from === sequence + 1 ? [] : [{ ...begun, from: sequence + 1 }]
  return { ...lane, epochs: [...earlier, decided, ...moved, ...later] }
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
