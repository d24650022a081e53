/** Brings the lanes of a portal in line with its configuration. */
import { epochOf, matchEpoch } from './epochs.ts'
import { withoutWait } from './gathering.ts'
import { UNTOUCHED, type Epoch, type LaneState } from './lane-state.ts'
import { withoutRetry } from './cursor.ts'
import { restoreLane, disable, enable, remove } from './lane-status.ts'
import { NO_MEMORY } from './receiver-memory.ts'

/** The plan for one lane in one portal, by the configuration: its filter, its settings, and whether they are usable. */
export interface LanePlan extends Omit<Epoch, 'from'> {
  readonly destination: string
  /** The first sequence that the filter may decide; the filter that stood decides those before. @default 0 */
  readonly from?: number
  /** The hash of everything that makes up the destination. */
  readonly fingerprint: string
  /** A wrong destination stops its own lane only, with this reason; null when it is usable. */
  readonly problem: 'misconfigured' | null
}

/** The plans and times by which lanes are brought in line. */
export interface MatchTerms {
  readonly plans: readonly LanePlan[]
  /** The lane of a new destination begins behind this sequence. */
  readonly head: number
  /**
   * The last event that a lane may have been sent although storage does not know it. The object ended before
   * it could store the outcome. By default storage knows of every send.
   */
  readonly decidedUpTo?: (lane: LaneState) => number
}

/** A lane that stands before the event after `head`. */
export function createLane(plan: LanePlan, head: number): LaneState {
  const { destination, fingerprint, problem } = plan
  const epochs = [epochOf(plan, head + 1)]
  const lane = { ...UNTOUCHED, destination, fingerprint, cursor: head, epochs }
  return problem === null
    ? { ...lane, status: 'active', disabledReason: null, retryAt: null }
    : { ...lane, status: 'disabled', disabledReason: problem, probeAt: null }
}

/**
 * Brings the stored lanes in line with the configuration.
 * - The lane of a new destination begins after `head`.
 * - A lane that was silent all its life, because the portal is not its own, goes: it holds nothing.
 * - A removed destination's lane is halted and keeps its cursor; it goes on when the destination returns.
 * - Changed settings enable a disabled lane.
 * - A changed filter begins a new epoch behind everything that may have been sent under the former one.
 *
 * Returns the same array when nothing has changed.
 */
export function matchLanes(
  lanes: readonly LaneState[],
  { plans, head, decidedUpTo = () => 0 }: MatchTerms,
): readonly LaneState[] {
  const planned = new Map(plans.map((plan) => [plan.destination, plan]))
  const known = new Set(lanes.map((lane) => lane.destination))
  const kept = lanes.filter((lane) => !isNeedless(lane, planned.get(lane.destination) ?? null))
  const matched = kept.map((lane) =>
    matchLane(lane, planned.get(lane.destination) ?? null, () => decidedUpTo(lane)),
  )
  const added = plans.filter((plan) => !known.has(plan.destination))
  const isSame = added.length === 0 && kept.length === lanes.length
  if (isSame && matched.every((lane, index) => lane === lanes[index])) return lanes
  return [...matched, ...added.map((plan) => createLane(plan, head))]
}

/**
 * Whether a lane holds nothing: the portal was never its own, and is not now. Versions that gave each destination a
 * lane in each portal have left such lanes behind.
 */
function isNeedless(lane: LaneState, plan: LanePlan | null): boolean {
  if (plan !== null && plan.silent !== 'portal') return false
  const { epochs, status, lastMeant, meantBeforeFloor, recent, replays, gathering } = lane
  const isSilent = epochs.every(({ silent }) => silent === 'portal')
  const hasGot = lastMeant !== null || meantBeforeFloor !== null || gathering.underWay !== null
  return isSilent && status !== 'paused' && !hasGot && recent.length + replays.length === 0
}

function matchLane(lane: LaneState, plan: LanePlan | null, decidedUpTo: () => number): LaneState {
  if (plan === null) return remove(lane)
  const present = lane.status === 'removed' ? restoreLane(lane) : lane
  const current = matchEpoch(present, { filter: plan, decidedUpTo })
  return plan.problem === null
    ? matchUsable(current, plan.fingerprint)
    : matchUnusable(current, { fingerprint: plan.fingerprint, problem: plan.problem })
}

function matchUnusable(
  lane: LaneState,
  {
    fingerprint,
    problem,
  }: { readonly fingerprint: string; readonly problem: NonNullable<LanePlan['problem']> },
): LaneState {
  const isKnown = lane.status === 'disabled' && lane.disabledReason === problem
  if (isKnown || lane.status === 'paused') return lane
  return disable({ ...lane, fingerprint }, { reason: problem, probeAt: null })
}

function matchUsable(lane: LaneState, fingerprint: string): LaneState {
  const isChanged = lane.fingerprint !== fingerprint
  const current = isChanged ? underNewSettings(lane, fingerprint) : lane
  return current.status === 'disabled' && isChanged ? enable(current) : current
}

/**
 * A lane under changed settings: the words and the waits of the former receiver hold no longer. A daily probe
 * is none of these waits; it ends with the disabled status.
 */
function underNewSettings(lane: LaneState, fingerprint: string): LaneState {
  return {
    ...withoutRetry(lane),
    fingerprint,
    memory: NO_MEMORY,
    gathering: withoutWait(lane.gathering),
    notBefore: 0,
    replays: lane.replays.map((job) => ({ ...job, retryAt: null })),
  }
}
