/** Brings the lanes of a portal in line with its configuration. */
import { epochOf, matchEpoch } from './epochs.ts'
import { LANE_DEFAULTS, type Epoch, type LaneState } from './lane-state.ts'
import { disable, revive } from './lane-status.ts'
import { NO_MEMORY } from './receiver-memory.ts'

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
